"""What released clients send to call a publish back, request by request.

The arguments: the word of the dialect for a finished operation; `cancellations listed` or `not listed`.
"""

import json
import os
import sys
import time

import requests

HOST = "https://cloudpartner.azure.com"
OFFER = HOST + "/api/publishers/contoso/offers/called-back"
VERSION = {"api-version": "2017-10-31"}
FINISHED, LISTED = sys.argv[1], sys.argv[2] == "listed"

token = requests.post(
    "https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111/oauth2/token",
    data={"grant_type": "client_credentials", "client_id": "contoso-owner", "client_secret": "contoso-secret",
          "resource": "https://cloudpartner.azure.com"}).json()
assert token["token_type"] == "Bearer" and int(token["expires_on"]) > time.time(), token
session = requests.Session()
session.params = VERSION
session.headers = {"Authorization": "Bearer " + token["access_token"], "Content-Type": "application/json",
                   "Accept": "application/json"}


def follow(reply):
    """Both headers hold the same path, which is joined to the host as it is."""
    location = reply.headers["Location"]
    assert location == reply.headers["Operation-Location"], reply.headers
    assert location.startswith("/api/") and location.endswith("?api-version=2017-10-31"), location
    operation = requests.get(HOST + location, headers=session.headers)
    assert operation.status_code == 200, operation.text
    return operation.json()


def submissions(state):
    """Polls the newest submission until it reads so."""
    while (newest := session.get(OFFER + "/submissions/").json()[0])["submissionState"] != state:
        assert newest["submissionState"] == "running", newest
        time.sleep(0.05)
    return newest


with open(sys.argv[3]) as file:
    document = json.load(file)
document["id"] = "called-back"
# Creating takes no `If-Match: *` in the documented dialect, changing takes one in both.
created = session.put(OFFER, json=document)
assert created.status_code in (200, 201), created.text
changed = session.put(OFFER, json=created.json(), headers={"If-Match": "*"})
assert changed.status_code == 200, changed.text
assert changed.json()["definition"] == created.json()["definition"]
assert changed.headers["ETag"].startswith("W/\"datetime'"), changed.headers

# One that can be stopped on the spot, one that has to be undone.
lab = os.environ["SIGNOFF_URL"] + "/_signoff/scenarios/contoso/called-back"
for step, answer in [("displaycertify", 200), ("displaypackage", 202)]:
    held = requests.put(lab, json={"steps": {step: {"hold": True}}})
    assert held.status_code == 200, held.text
    published = session.post(OFFER + "/publish", json={"metadata": {"notification-emails": "a@x.example,b@x.example"}})
    assert published.status_code == 202 and published.json()["status"] == "running", published.text
    begun = lambda: [s["status"] for s in session.get(OFFER + "/status").json()["steps"] if s["id"] == step]
    while begun() != ["inProgress"]:
        time.sleep(0.05)
    canceled = session.post(OFFER + "/cancel")
    assert canceled.status_code == answer, (canceled.status_code, canceled.text)
    told = follow(canceled)
    assert told["submissionType"] == ("publish" if answer == 200 else "cancel"), told
    newest = submissions(FINISHED if LISTED and answer == 202 else "canceled")
    assert newest["submissionType"] == ("cancel" if LISTED and answer == 202 else "publish"), newest
    assert follow(published)["status"] == "canceled"
    assert follow(canceled)["status"] == ("canceled" if answer == 200 else FINISHED)

# Again: the same answer.
again = session.post(OFFER + "/cancel")
assert again.status_code == 200 and follow(again)["status"] == FINISHED, again.text
