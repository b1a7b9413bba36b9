//! One call in the making: a method of a path, what it takes and everything it answers.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use signoff_wire::repeatability::{FIRST_SENT, REQUEST_ID, RESULT};
use signoff_wire::{ErrorBody, ErrorCode};
use utoipa::ToSchema;
use utoipa::openapi::example::{Example, ExampleBuilder};
use utoipa::openapi::path::{HttpMethod, Operation, OperationBuilder};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ArrayBuilder, Schema};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, Response, ResponseBuilder};

use super::{samples, shared};
use crate::endpoint::{Endpoint, Least, Verb};

pub(crate) const JSON: &str = "application/json";

/// The errors that carry the address of the operation that is in the way.
const LEADS_TO_AN_OPERATION: [ErrorCode; 3] =
    [ErrorCode::OperationInProgress, ErrorCode::OperationNotCancellable, ErrorCode::CancellationFailed];

type Schemas = Vec<(String, RefOr<Schema>)>;

/// A call under construction; each method adds a part.
pub(crate) struct Call {
    path: String,
    method: HttpMethod,
    operation: OperationBuilder,
    /// Whether it may come again without being carried out twice.
    is_repeatable: bool,
    refusals: Vec<ErrorCode>,
    schemas: Schemas,
}

/// An answer that is no error.
pub(crate) struct Answer {
    status: u16,
    response: ResponseBuilder,
    schemas: Schemas,
}

/// A reference to the schema of `T`, which is added with all that it refers to.
pub(super) fn schema_of<T: ToSchema>(schemas: &mut Schemas) -> Ref {
    T::schemas(schemas);
    schemas.push((T::name().into_owned(), T::schema()));
    Ref::from_schema_name(T::name())
}

impl Call {
    /// A call of `path`; its parameters in braces are those of [`shared::components`].
    pub(super) fn new(tag: &str, method: HttpMethod, path: &str, id: &str) -> Self {
        Self::at(method, path.to_owned()).named(tag, id)
    }

    /// The call of an endpoint. Where a token is needed it names its version, too.
    pub(crate) fn of(endpoint: &Endpoint) -> Self {
        let call = Self::at(method(endpoint.verb), described_path(endpoint.path));
        if endpoint.least == Least::Signature {
            return call;
        }
        let none: [&str; 0] = [];
        let mut call = call.takes(&["api-version", "Accept-Language"]).refuses(&[
            ErrorCode::Unauthorized,
            ErrorCode::InvalidAPIVersion,
            ErrorCode::TooManyRequests,
            ErrorCode::InternalError,
            ErrorCode::ServiceUnavailable,
        ]);
        call.operation = call.operation.security(SecurityRequirement::new("bearer", none));
        call.is_repeatable = endpoint.is_repeatable;
        if endpoint.verb != Verb::Get && !endpoint.is_repeatable {
            call.refusals.push(ErrorCode::RepeatabilityNotSupported);
        }
        call
    }

    fn at(method: HttpMethod, path: String) -> Self {
        let mut operation = OperationBuilder::new();
        for name in path.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
            // Token hosts know tenants that are GUIDs or domain names; members may be of any.
            let key = match (name, &method) {
                // What was registered under older rules must be removable.
                ("tenant", HttpMethod::Delete) => "anyTenant",
                ("client", HttpMethod::Delete) => "anyClient",
                ("tenant", _) if path.starts_with("/api/") => "memberTenant",
                _ => name,
            };
            operation = operation.parameter_ref(shared::parameter(key));
        }
        Self { path, method, operation, is_repeatable: false, refusals: Vec::new(), schemas: Vec::new() }
    }

    /// Its part of the API and its name there.
    pub(crate) fn named(mut self, tag: &str, id: &str) -> Self {
        self.operation = self.operation.tag(tag).operation_id(Some(id));
        self
    }

    /// Takes `If-Match` and these; where it may come again, what says so, too.
    pub(crate) fn guarded(self, others: &[&str]) -> Self {
        let call = self.takes(&["If-Match"]).takes(others);
        if !call.is_repeatable {
            return call;
        }
        call.takes(&[REQUEST_ID, FIRST_SENT]).refuses(&[
            ErrorCode::InvalidHeader,
            ErrorCode::RequestIdReused,
            ErrorCode::FirstSentOutOfRange,
        ])
    }

    /// One line, and what else there is to know, with its place in the contract.
    pub(crate) fn says(mut self, summary: &str, description: &str) -> Self {
        self.operation = self.operation.summary(Some(summary)).description(Some(description));
        self
    }

    /// Query parameters and headers, by their names in [`shared::components`].
    pub(crate) fn takes(mut self, parameters: &[&str]) -> Self {
        for name in parameters {
            self.operation = self.operation.parameter_ref(shared::parameter(name));
        }
        self
    }

    /// A JSON body in the shape of `T`.
    pub(crate) fn body<T: ToSchema>(mut self, required: bool, text: &str, example: Value) -> Self {
        let schema = schema_of::<T>(&mut self.schemas);
        self.raw_body(JSON, schema, required, text, Some(example))
    }

    /// A body of any media type.
    pub(crate) fn raw_body(
        mut self,
        media_type: &str,
        schema: impl Into<RefOr<Schema>>,
        required: bool,
        text: &str,
        example: Option<Value>,
    ) -> Self {
        let body = RequestBodyBuilder::new()
            .description(Some(text))
            .required(Some(if required { Required::True } else { Required::False }))
            .content(media_type, ContentBuilder::new().schema(Some(schema)).example(example).build())
            .build();
        self.operation = self.operation.request_body(Some(body));
        self
    }

    /// An answer that is no error.
    pub(crate) fn answers(mut self, answer: Answer) -> Self {
        self.operation = self.operation.response(answer.status.to_string(), answer.response.build());
        self.schemas.extend(answer.schemas);
        self
    }

    /// Errors that this call may come to.
    pub(crate) fn refuses(mut self, codes: &[ErrorCode]) -> Self {
        self.refusals.extend_from_slice(codes);
        self
    }

    /// The errors of a JSON body that cannot be used.
    pub(crate) fn reads_json(self) -> Self {
        self.refuses(&[
            ErrorCode::RequestTimeout,
            ErrorCode::PayloadTooLarge,
            ErrorCode::UnsupportedMediaType,
            ErrorCode::InvalidJson,
            ErrorCode::InvalidBody,
        ])
    }

    /// The errors that the call may come to.
    pub(super) fn refusals(&self) -> &[ErrorCode] {
        &self.refusals
    }

    /// The path, the method, the operation and the schemas that it refers to.
    pub(super) fn finish(mut self) -> (String, HttpMethod, Operation, Schemas) {
        let mut by_status: BTreeMap<u16, Vec<ErrorCode>> = BTreeMap::new();
        for code in ErrorCode::ALL.iter().filter(|code| self.refusals.contains(code)) {
            by_status.entry(code.status()).or_default().push(*code);
        }
        let mut operation = self.operation;
        for (status, codes) in by_status {
            operation = operation.response(status.to_string(), refusal(&codes));
        }
        schema_of::<ErrorBody>(&mut self.schemas);
        (self.path, self.method, operation.build(), self.schemas)
    }
}

fn method(verb: Verb) -> HttpMethod {
    match verb {
        Verb::Get => HttpMethod::Get,
        Verb::Put => HttpMethod::Put,
        Verb::Post => HttpMethod::Post,
        Verb::Delete => HttpMethod::Delete,
    }
}

/// The path with its parameters named as the contract does.
fn described_path(route: &str) -> String {
    [
        ("{publisher}", "{publisherId}"),
        ("{offer}", "{offerId}"),
        ("{operation}", "{operationId}"),
        ("{offer_type}", "{offerTypeId}"),
    ]
    .iter()
    .fold(route.to_owned(), |path, (name, described)| path.replace(name, described))
}

/// The answer for errors of one status. A code that has its status to itself is described once for all calls.
fn refusal(codes: &[ErrorCode]) -> RefOr<Response> {
    match codes {
        [code] if stands_alone(*code) => RefOr::Ref(Ref::from_response_name(code.as_str())),
        _ => RefOr::T(refusal_response(codes)),
    }
}

/// Whether no other code has the same status.
pub(super) fn stands_alone(code: ErrorCode) -> bool {
    ErrorCode::ALL.iter().filter(|other| other.status() == code.status()).count() == 1
}

/// The description of errors of one status, with an example for each code.
pub(super) fn refusal_response(codes: &[ErrorCode]) -> Response {
    let lines: Vec<String> = codes.iter().map(|code| format!("- `{code}`: {}", code.meaning())).collect();
    let examples = codes.iter().map(|code| (code.as_str(), shared::example(*code)));
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(ErrorBody::name())))
        .examples_from_iter(examples)
        .build();
    let (mut headers, mut leads_on) = (Vec::new(), false);
    for code in codes {
        match code {
            ErrorCode::Unauthorized => headers.push("WWW-Authenticate"),
            ErrorCode::TooManyRequests | ErrorCode::ServiceUnavailable => headers.push("Retry-After"),
            ErrorCode::RepeatabilityNotSupported
            | ErrorCode::InvalidHeader
            | ErrorCode::RequestIdReused
            | ErrorCode::FirstSentOutOfRange
                if !headers.contains(&RESULT) =>
            {
                headers.push(RESULT);
            }
            _ if LEADS_TO_AN_OPERATION.contains(code) => leads_on = true,
            _ => {}
        }
    }
    let mut response = ResponseBuilder::new().description(lines.join("\n")).content(JSON, content);
    for name in ["Location", "Operation-Location"].iter().filter(|_| leads_on) {
        response = response.header_ref(*name, shared::header(&format!("{}-{name}", shared::MAYBE)));
    }
    with_headers(response, &headers).build()
}

/// An error of this code, as an example.
pub(super) fn refusal_example(code: ErrorCode) -> Example {
    let mut error = ErrorBody::new(code, code.meaning());
    if LEADS_TO_AN_OPERATION.contains(&code) {
        error = error.with_location(samples::LOCATION);
    }
    ExampleBuilder::new().value(Some(json!(error))).build()
}

/// Adds headers by their names in [`shared::components`]; every reply has its request id.
fn with_headers(mut response: ResponseBuilder, headers: &[&str]) -> ResponseBuilder {
    for name in ["x-ms-request-id"].iter().chain(headers) {
        response = response.header_ref(*name, shared::header(name));
    }
    response
}

impl Answer {
    /// An answer without a body.
    pub(crate) fn empty(status: u16, text: &str) -> Self {
        let response = with_headers(ResponseBuilder::new().description(text), &[]);
        Self { status, response, schemas: Vec::new() }
    }

    /// An answer whose JSON body has the shape of `T`.
    pub(crate) fn of<T: ToSchema>(status: u16, text: &str, example: Value) -> Self {
        let mut answer = Self::empty(status, text);
        let schema = schema_of::<T>(&mut answer.schemas);
        answer.with_body(JSON, schema, Some(example))
    }

    /// An answer whose JSON body is an array of `T`.
    pub(crate) fn list<T: ToSchema>(text: &str, example: Value) -> Self {
        let mut answer = Self::empty(200, text);
        let schema = schema_of::<T>(&mut answer.schemas);
        answer.with_body(
            JSON,
            ArrayBuilder::new().items(RefOr::Ref(schema)),
            Some(Value::Array(vec![example])),
        )
    }

    /// Gives the answer a body.
    pub(crate) fn with_body(
        mut self,
        media_type: &str,
        schema: impl Into<RefOr<Schema>>,
        example: Option<Value>,
    ) -> Self {
        let content = ContentBuilder::new().schema(Some(schema)).example(example).build();
        self.response = self.response.content(media_type, content);
        self
    }

    /// Gives the answer headers that it may do without.
    pub(crate) fn may_have(mut self, headers: &[&str]) -> Self {
        for name in headers {
            let header = shared::header(&format!("{}-{name}", shared::MAYBE));
            self.response = self.response.header_ref(*name, header);
        }
        self
    }

    /// Gives the answer headers, by their names in [`shared::components`].
    pub(crate) fn headers(mut self, headers: &[&str]) -> Self {
        for name in headers {
            self.response = self.response.header_ref(*name, shared::header(name));
        }
        self
    }
}
