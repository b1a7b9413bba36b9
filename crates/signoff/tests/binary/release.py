"""A release with the command line and the library of azure-img-utils, as they come from the package index."""

import json
import subprocess
import sys
import time

from azure_img_utils.azure_image import AzureImage

OFFER, PUBLISHER = "sample-vm", "contoso"


def cli(command, *arguments):
    line = [sys.argv[1], "cloud-partner-offer", command, "--credentials-file", "creds.json", "--no-color"]
    done = subprocess.run([*line, "--offer-id", OFFER, "--publisher-id", PUBLISHER, *arguments],
                          capture_output=True, text=True)
    print(f"{command}: {done.returncode}", done.stdout, done.stderr, flush=True)
    done.check_returncode()


def until(wanted):
    """Polls as release scripts do."""
    while (status := library.get_offer_status(OFFER, PUBLISHER)) == "running":
        time.sleep(0.05)
    assert status == wanted, status


with open("creds.json", "w") as file:
    json.dump({
        "clientId": "release-pipeline", "clientSecret": "whatever it is configured with",
        "tenantId": "72f988bf-86f1-41af-91ab-2d7cd011db47", "subscriptionId": "0d9f7f8a-3f0e-4c58-8f2e-6a1f7d3b9c20",
        "activeDirectoryEndpointUrl": "https://login.microsoftonline.com",
        "managementEndpointUrl": "https://management.core.windows.net/",
    }, file)

library = AzureImage(credentials_file="creds.json")
assert library.offer_exists(OFFER, PUBLISHER)
assert not library.offer_exists("no-such-offer", PUBLISHER)

cli("upload-offer-document", "--offer-document-file", sys.argv[2])
cli("get-offer-document", "--offer-document-file", "before.json")
cli("add-image-to-offer", "--blob-name", "agent.vhd", "--image-name", "agent-20260102", "--image-description", "new",
    "--label", "agent", "--sku", "standard", "--container", "images", "--blob-url",
    "https://images.contoso.example/vhds/agent.vhd?sp=rl&se=2099-12-31&sig=c2lnbmF0dXJl",
    "--vm-images-key", "microsoft-azure-virtualmachines.vmImages")
cli("get-offer-document", "--offer-document-file", "after.json")
with open("before.json") as before, open("after.json") as after:
    before, after = json.load(before), json.load(after)
images = "microsoft-azure-virtualmachines.vmImages"
added = after["definition"]["plans"][0][images].pop("2026.01.02")
assert added["mediaName"] == "agent-20260102", added
assert before["definition"] == after["definition"], "nothing but the image has changed"

cli("publish", "--notification-emails", "release@contoso.example")
until("waitingForPublisherReview")
cli("go-live")
until("succeeded")

# The library hands out the address of what it started.
operation = library.publish_offer(OFFER, PUBLISHER, "release@contoso.example")
until("waitingForPublisherReview")
assert library.get_operation(operation)["submissionType"] == "publish"
operation = library.go_live_with_offer(OFFER, PUBLISHER)
until("succeeded")
assert library.get_operation(operation)["status"] == "succeeded", library.get_operation(operation)
