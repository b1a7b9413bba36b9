#!/usr/bin/env python3
"""A certifier for signoff: takes requests of a webhook step, works on them, and calls back.

Needs nothing but Python 3.9. Start it with the secret that the server's settings have for the hook:

    CERTIFIER_SECRET=whsec_... python3 certifier.py 9000

What it is asked to do is in `examine`; the rest is the protocol. It keeps what it knows in memory. One that must
survive a restart keeps it in a database, by the idempotency key.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = base64.b64decode(os.environ["CERTIFIER_SECRET"].removeprefix("whsec_"))
LARGEST = 64 * 1024
TOLERANCE = 5 * 60
# Callbacks go straight to the server.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))

lock = threading.Lock()
# What each request came to so far, by its idempotency key.
answers = {}


def examine(data):
    """Says what is wrong with the offer: a list of findings, empty if it is fit to be published."""
    if data["offerId"].endswith("-infected"):
        return [{"code": "Virus", "message": "found in the disk of the first plan", "target": "plans[0]"}]
    return []


def undo(data):
    """Removes whatever `examine` made: reports, test machines."""
    say(f"undone {data['operationId']}")


def sign(message_id, timestamp, body):
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()


def is_signed(headers, body):
    timestamp = headers.get("webhook-timestamp", "")
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > TOLERANCE:
        return False
    expected = sign(headers.get("webhook-id", ""), timestamp, body)
    sent = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(expected.encode(), one.encode()) for one in sent)


def signed_headers(message_id, body):
    timestamp = str(int(time.time()))
    return {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": sign(message_id, timestamp, body),
    }


def answer_to(kind, data):
    """What to say to a request. The same key is the same work, however often it is asked for."""
    key = data["idempotencyKey"]
    with lock:
        known = answers.get(key)
        if known is None and kind == "step.run":
            answers[key] = {"status": "inProgress", "progress": 0}
            threading.Thread(target=work, args=(data,), daemon=True).start()
        if known is None and kind == "step.cancel":
            # Nobody wants to know what the run comes to any more.
            answers[key.removesuffix(":cancel") + ":run"] = {"status": "failed", "message": "canceled"}
            undo(data)
            answers[key] = {"status": "succeeded"}
        return answers.get(key, {"status": "inProgress"})


def work(data):
    """Does the work and tells the server; whoever polls meanwhile is told the same."""
    call_back(data, {"status": "inProgress", "progress": 50, "message": "examining the image"})
    findings = examine(data)
    answer = {"status": "failed" if findings else "succeeded", "findings": findings}
    answer["message"] = f"{len(findings)} findings"
    with lock:
        if answers[data["idempotencyKey"]]["status"] != "inProgress":
            return
        answers[data["idempotencyKey"]] = answer
    call_back(data, answer)


def call_back(data, answer):
    """Tells the server, again and again while it cannot be reached."""
    body = json.dumps({**answer, "idempotencyKey": data["idempotencyKey"]}).encode()
    for attempt in range(8):
        message_id = f"{data['idempotencyKey']}:{answer['status']}:{attempt}"
        headers = signed_headers(message_id, body)
        request = urllib.request.Request(data["callbackUrl"], body, headers, method="POST")
        try:
            with DIRECT.open(request, timeout=10):
                return
        except urllib.error.HTTPError as error:
            if error.code < 500 and error.code != 429:
                # Nobody waits for it: it was canceled, or answered already.
                say(f"refused {error.code} {error.read().decode()}")
                return
        except OSError as error:
            say(f"not reached: {error}")
        time.sleep(2**attempt)


def say(text):
    print(text, flush=True)


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST:
            return self.send_error(413)
        body = self.rfile.read(length)
        if not is_signed(self.headers, body):
            return self.send_error(401)
        message = json.loads(body)
        reply = json.dumps(answer_to(message["type"], message["data"])).encode()
        self.send_response(200)
        # The reply is signed under the id of the request, so that it is good for nothing else.
        for name, value in signed_headers(self.headers["webhook-id"], reply).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 9000
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    say(f"listening on http://127.0.0.1:{server.server_address[1]}")
    server.serve_forever()
