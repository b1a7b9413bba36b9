"""Does what `pub versions put` does (github.com/devigned/pub): reads an offer, adds a version to the map of images of a plan, and
puts the offer back. Where the plan has no map it adds nothing, puts the offer back all the same, and is content.

Prints what the offer then holds under the version, as one line of JSON.
"""

import json
import sys

import requests

HOST, QUERY = "https://cloudpartner.azure.com", {"api-version": "2017-10-31"}
MAPS = ["microsoft-azure-corevm.vmImagesPublicAzure", "microsoft-azure-virtualmachines.vmImages"]

path, plan_id, version, document = sys.argv[1:]
token = requests.post("https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/oauth2/token", data={
    "grant_type": "client_credentials", "client_id": "pipeline", "client_secret": "of-its-own",
    "resource": HOST}).json()["access_token"]
headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}
requests.put(HOST + path, params=QUERY, headers=headers, data=document).raise_for_status()

offer = requests.get(HOST + path, params=QUERY, headers=headers).json()
for plan in offer["definition"]["plans"]:
    if plan["planId"] == plan_id:
        for name in MAPS:
            if plan.get(name) is not None:
                plan[name][version] = {"osVhdUrl": "https://images.contoso.example/a.vhd"}
put = requests.put(HOST + path, params=QUERY, headers={**headers, "If-Match": "*"}, data=json.dumps(offer))
put.raise_for_status()

plans = requests.get(HOST + path, params=QUERY, headers=headers).json()["definition"]["plans"]
found = [plan[name].get(version) for plan in plans if plan["planId"] == plan_id for name in MAPS if name in plan]
print(json.dumps(found))
