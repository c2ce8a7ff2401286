"""A mail server on loopback, Debian's aiosmtpd, that takes mail only over TLS (STARTTLS) and from who has signed in.

    PASSWORD=… /usr/bin/python3 mail_server.py PORT CERTIFICATE KEY USER

Each line on standard input is an address that is refused from then on. Each mail is a line of JSON on standard output: sender,
addresses, text, and whether the password came over TLS.
"""

import json
import os
import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


class Server:
    def __init__(self, user):
        self.user, self.password = user.encode(), os.environ["PASSWORD"].encode()
        self.refused, self.over_tls = set(), None

    def authenticate(self, _server, session, _envelope, _mechanism, data):
        self.over_tls = session.ssl is not None
        return AuthResult(success=(data.login, data.password) == (self.user, self.password), handled=False)

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        say(sender=envelope.mail_from, to=envelope.rcpt_tos, text=envelope.content.decode("ascii"), over_tls=self.over_tls)
        return "250 OK"


def say(**what):
    print(json.dumps(what), flush=True)


def main(port, certificate, key, user):
    server = Server(user)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    controller = Controller(server, hostname="127.0.0.1", port=int(port), tls_context=context, require_starttls=True, auth_required=True,
                            authenticator=server.authenticate)
    controller.start()
    say(ready=True)
    for line in sys.stdin:
        server.refused.add(line.strip())
        say(refuses=line.strip())
    controller.stop()


main(*sys.argv[1:])
