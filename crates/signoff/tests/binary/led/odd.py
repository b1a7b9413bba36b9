"""Calls paths that no client library would send: what turns the direction of writing, and what is far too long."""

import os
import socket
from urllib.parse import urlsplit

at = urlsplit(os.environ["SIGNOFF_URL"])
for path in [b"a\xe2\x80\xae\xc2\x9bb", b"x" * 5000]:
    with socket.create_connection((at.hostname, at.port)) as stream:
        stream.sendall(b"GET /" + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        stream.makefile("rb").read()
