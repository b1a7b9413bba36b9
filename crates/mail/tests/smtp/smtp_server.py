"""A mail server that misbehaves as it is told, for the tests of mail.

Its one argument is a JSON object with any of these members:
  refuse      recipients that get 550
  temporary   so many messages get 451 before one is taken
  drop        so many connections are cut after the message and before the answer
  hold        so many messages are answered only after a line on standard input
  certificate, key   paths of PEM files; STARTTLS is then offered
  implicit    TLS from the first byte on, with the same files
  login       [name, password]; nothing is taken without signing in
  mechanism   PLAIN or LOGIN: the only one offered
  utf8        SMTPUTF8 is offered

It listens on a free port of 127.0.0.1 and prints the number. Each line after that is a JSON object with what
happened, printed before the client is answered. It ends when its standard input does.
"""

import asyncio
import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


def tell(event, **facts):
    print(json.dumps({"event": event, **facts}), flush=True)


class Handler:
    def __init__(self, behaviour):
        self.refused = behaviour.get("refuse", [])
        self.left = {name: behaviour.get(name, 0) for name in ("temporary", "drop", "hold")}
        self.released = asyncio.Semaphore(0)

    def take(self, name):
        """Whether this message is one of those that `name` happens to."""
        self.left[name] -= 1
        return self.left[name] >= 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            tell("refused", to=address)
            return f"550 5.1.1 <{address}> has no mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        facts = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "messageId": message["Message-ID"],
        }
        if self.take("temporary"):
            tell("temporary", **facts)
            return "451 4.3.0 try again later"
        if self.take("drop"):
            tell("dropped", **facts)
            server.transport.abort()
            return "421 gone"
        if self.take("hold"):
            tell("holding", **facts)
            await self.released.acquire()
        signed_in = session.auth_data
        tell(
            "accepted",
            **facts,
            headers=[[name, str(value)] for name, value in message.items()],
            body=message.get_content(),
            tls=session.ssl is not None or server.transport.get_extra_info("ssl_object") is not None,
            login=signed_in.login.decode() if signed_in else None,
        )
        return "250 taken"


def authenticator(login):
    def check(server, session, envelope, mechanism, data):
        good = [data.login.decode(), data.password.decode()] == login
        tell("login", mechanism=mechanism, good=good)
        return AuthResult(success=good, handled=good, auth_data=data)

    return check


async def standard_input():
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


async def main(behaviour):
    context = None
    if "certificate" in behaviour:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(behaviour["certificate"], behaviour["key"])
    implicit = context if behaviour.get("implicit") else None
    login = behaviour.get("login")
    options = {"hostname": "mail.test", "enable_SMTPUTF8": behaviour.get("utf8", False)}
    if context and not implicit:
        options.update(tls_context=context, require_starttls=True)
    if login:
        others = {"PLAIN", "LOGIN"} - {behaviour.get("mechanism")} if "mechanism" in behaviour else set()
        options.update(
            auth_required=True,
            auth_require_tls=implicit is None and context is not None,
            auth_exclude_mechanism=sorted(others),
            authenticator=authenticator(login),
        )
    lines = await standard_input()
    handler = Handler(behaviour)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(handler, loop=loop, **options), "127.0.0.1", 0, ssl=implicit
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    while await lines.readline():
        handler.released.release()


asyncio.run(main(json.loads(sys.argv[1])))
