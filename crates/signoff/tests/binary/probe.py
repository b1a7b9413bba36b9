"""Asks for tokens and uses them. One line of JSON for each argument, which is

    TENANT CLIENT SECRET PATH

the status of the token reply, and that of a GET of the path with this token (null without one).
"""

import json
import sys

import requests

for tenant, client, secret, path in map(str.split, sys.argv[1:]):
    reply = requests.post(f"https://login.microsoftonline.com/{tenant}/oauth2/token", data={
        "grant_type": "client_credentials", "client_id": client, "client_secret": secret,
        "resource": "https://cloudpartner.azure.com"})
    got = None
    if reply.ok:
        bearer = {"Authorization": "Bearer " + reply.json()["access_token"]}
        got = requests.get(f"https://cloudpartner.azure.com{path}?api-version=2017-10-31", headers=bearer).status_code
    print(json.dumps([reply.status_code, got]))
