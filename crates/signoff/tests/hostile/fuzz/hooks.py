"""What a schema cannot say, told to schemathesis: which ids exist, what goes together, what depends on the state."""

from email.utils import formatdate

import schemathesis
from schemathesis.core import NotSet
from schemathesis.core.parameters import ParameterLocation

# Refusals that depend on what is stored: no description can foresee them.
OF_THE_STATE = {
    "CancellationFailed",
    "LastOwner",
    "MissingIfMatch",
    "NoOperationInProgress",
    "NotReadyForGoLive",
    "OperationInProgress",
    "OperationNotCancellable",
    "OperationNotRunning",
    "PreconditionFailed",
    "RequestIdReused",
    "SelfReview",
    "StepNotWaiting",
    "UnknownStep",
    "ValidationFailed",
    "unauthorized_client",
}
REFUSALS = {400, 405, 406, 412, 413, 415, 422, 501}


def is_valid(case, place):
    """Whether this part of the request keeps to the description."""
    part = case.meta and case.meta.components.get(place)
    return not part or part.mode.is_positive


@schemathesis.hook
def before_call(context, case, kwargs):
    headers, query, path = case.headers, case.query, case.path_parameters
    if headers:
        # Nothing waits here.
        headers.pop("Prefer", None)
        # The forms of tokens and secrets have tests of their own; a token host takes HTTP Basic.
        if "/oauth2/" in case.path:
            headers.pop("Authorization", None)
    if headers and is_valid(case, ParameterLocation.HEADER):
        # Both or none of them, and the date is one of the last 24 hours.
        if "Repeatability-Request-ID" in headers or "Repeatability-First-Sent" in headers:
            headers.setdefault("Repeatability-Request-ID", "one")
            headers["Repeatability-First-Sent"] = formatdate(usegmt=True)
    if query and is_valid(case, ParameterLocation.QUERY):
        # Two names of one filter.
        if query.get("status") and query.get("submissionState"):
            query["submissionState"] = query["status"]
    if query and query.get("operationId") and isinstance(case.body, dict):
        # Two places for one id.
        if is_valid(case, ParameterLocation.BODY):
            case.body = {name: value for name, value in case.body.items() if name != "operationId"}
    if path and is_valid(case, ParameterLocation.PATH):
        # Most requests are about what is there.
        if "publisherId" in path and len(str(path["publisherId"])) % 4:
            path["publisherId"] = "contoso"
            if "offerId" in path and len(str(path["offerId"])) % 3:
                path["offerId"] = "sample-vm"
    if is_valid(case, ParameterLocation.BODY):
        case.body = whole(case.body)
    if case.path == "/_signoff/faults" and is_valid(case, ParameterLocation.BODY):
        for rule in case.body if isinstance(case.body, list) else [case.body]:
            one_effect(rule)


def whole(value):
    """What is a whole number is written as one: `308.0` is an integer to JSON Schema, and to few programs."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [whole(item) for item in value]
    if isinstance(value, dict):
        return {name: whole(item) for name, item in value.items()}
    return value


def one_effect(rule):
    """A rule has a status or a cut, not both, and does something."""
    if not isinstance(rule, dict):
        return
    if rule.get("cut"):
        rule["status"] = None
    elif not rule.get("status") and not rule.get("latency"):
        rule["status"] = 503


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Keeps what is a failure: no body and `null` break no description that allows both."""
    others = [ParameterLocation.PATH, ParameterLocation.QUERY, ParameterLocation.HEADER]
    if failure.code != "ST201" or not all(is_valid(case, place) for place in others):
        return True
    body = case.operation.definition.raw.get("requestBody")
    if not body or body.get("required"):
        return True
    if case.body is None:
        return "null" not in body["content"]["application/json"]["schema"].get("type", [])
    return not isinstance(case.body, NotSet)


@schemathesis.check
def valid_data_is_accepted(ctx, response, case):
    """As `positive_data_acceptance`, but knows refusals that depend on the state by their codes."""
    if not all(is_valid(case, place) for place in ParameterLocation) or response.status_code not in REFUSALS:
        return
    if not case.meta or not case.meta.generation.mode.is_positive:
        return
    try:
        error = response.json()["error"]
    except (ValueError, KeyError, TypeError):
        error = None
    code = error.get("code") if isinstance(error, dict) else error
    # An offer keeps the type that it was made with.
    keeps_its_type = isinstance(error, dict) and error.get("target") == "offerTypeId"
    if code not in OF_THE_STATE and not keeps_its_type:
        raise AssertionError(f"valid data was refused: {response.status_code} {code}")
