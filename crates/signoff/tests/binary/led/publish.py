"""Lists the offers and publishes one, by the library that is named."""

import json
import sys

TENANT = "11111111-1111-1111-1111-111111111111"
TOKEN = f"https://login.microsoftonline.com/{TENANT}/oauth2/token"
FORM = {
    "grant_type": "client_credentials",
    "client_id": "contoso-owner",
    "client_secret": "contoso-secret",
    "resource": "https://cloudpartner.azure.com",
}
OFFERS = "https://cloudpartner.azure.com/api/publishers/contoso/offers"
VERSION = "api-version=2017-10-31"
BODY = {"metadata": {"notification-emails": "release@contoso.example"}}


def by_requests():
    import requests

    token = requests.post(TOKEN, data=FORM).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    listed = requests.get(f"{OFFERS}?{VERSION}", headers=headers)
    started = requests.post(f"{OFFERS}/sample-vm/publish?{VERSION}", json=BODY, headers=headers)
    return listed.status_code, started.status_code


def by_httpx():
    import httpx

    with httpx.Client() as client:
        token = client.post(TOKEN, data=FORM).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        listed = client.get(f"{OFFERS}?{VERSION}", headers=headers)
        started = client.post(f"{OFFERS}/sample-vm/publish?{VERSION}", json=BODY, headers=headers)
    return listed.status_code, started.status_code


def by_urllib():
    from urllib.parse import urlencode
    from urllib.request import Request, urlopen

    token = json.load(urlopen(TOKEN, urlencode(FORM).encode()))["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    listed = urlopen(Request(f"{OFFERS}?{VERSION}", headers=headers))
    request = Request(f"{OFFERS}/sample-vm/publish?{VERSION}", json.dumps(BODY).encode(), headers)
    return listed.status, urlopen(request).status


print(*globals()[f"by_{sys.argv[1]}"]())
sys.exit(7)
