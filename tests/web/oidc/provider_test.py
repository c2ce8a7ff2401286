"""Sign-in and back-channel logout with a real provider (provider/provider.mjs), a browser between the two."""

import json
import os
import subprocess
import threading
import unittest
import urllib.parse
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from browser import Browser

HERE = Path(__file__).resolve().parent
ANSWER = "http://127.0.0.1:1/answer"
FAULTS = {"aud": "(aud)", "aud_too_many": "(aud)", "azp": "(azp)", "iss": "(iss)", "nonce": "(nonce)", "nonce_missing": "(nonce)",
          "expired": "(exp)", "exp_missing": "(exp)", "future": "(iat)", "sub_missing": "(sub)", "none": "(alg)", "hs256_pem": "(alg)",
          "hs256_jwk": "(alg)", "kid": "publishes", "other_key": "signature", "truncated": "signature", "crit": "extension", "type": "(typ)"}


class RealProvider:
    """provider.mjs as a process."""

    def __init__(self, **settings):
        node = os.environ.get("NODE", "node")
        self._process = subprocess.Popen([node, HERE / "provider" / "provider.mjs", json.dumps({"redirect_uris": [ANSWER], **settings})],
                                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        ready = self._process.stdout.readline().split()
        assert ready[:1] == ["READY"], "the provider does not start"
        self.issuer = ready[1]

    def close(self):
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    def control(self, path, method="GET"):
        status, _, text = Browser().fetch(f"{self.issuer}/control/{path}", {} if method == "POST" else None)
        assert status == 200, (path, status)
        return text

    def fault(self, name=""):
        self.control(f"fault?name={name}", "POST")

    def counts(self):
        return json.loads(self.control("counts"))


class RelyingParty:
    """The program with our half in it."""

    def __init__(self, provider, client="basic", **settings):
        settings = {"issuer": provider.issuer, "client_id": client, "redirect_uri": ANSWER, "roles_claim": ["groups"],
                    **({} if client == "public" else {"client_secret": f"secret-of-{client}"}), **settings}
        self._process = subprocess.Popen([os.environ["RELYING_PARTY"], json.dumps(settings)], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True)

    def close(self):
        self._process.stdin.close()
        assert self._process.wait(30) == 0
        self._process.stdout.close()

    def ask(self, what, **more):
        self._process.stdin.write(json.dumps({"do": what, **more}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def sign_in(self, person="ana", browser=None, press="yes"):
        """The whole way; gives the identity, or the failure."""
        begun = self.ask("begin")
        assert "url" in begun, begun
        landed = (browser or Browser()).go(begun["url"], ANSWER, {"login": person, "password": "x"}, press)
        return self.ask("finish", kept=begun["kept"], query=urllib.parse.urlsplit(landed).query)


class Case(unittest.TestCase):
    def provider(self, **settings):
        provider = RealProvider(**settings)
        self.addCleanup(provider.close)
        return provider

    def party(self, *args, **settings):
        party = RelyingParty(*args, **settings)
        self.addCleanup(party.close)
        return party

    def refused(self, answer, code, words):
        self.assertEqual(answer.get("code"), code, answer)
        self.assertIn(words, answer["message"])


class SignIn(Case):
    @classmethod
    def setUpClass(cls):
        cls.real = RealProvider()
        cls.addClassCleanup(cls.real.close)

    def test_each_way_of_authentication_and_each_algorithm(self):
        for client in ("basic", "post", "public", "es256", "ps256", "eddsa"):
            with self.subTest(client):
                identity = self.party(self.real, client).sign_in()
                self.assertEqual((identity.get("issuer"), identity.get("subject")), (self.real.issuer, "ana"), identity)
                self.assertEqual((identity["email"], identity["email_verified"], identity["name"]), ("ana@example.com", True, "Ana"))
                self.assertEqual((identity["groups"], identity["roles"]), (["sec", "audit-team"], ["analyst", "auditor"]))
        self.assertNotIn("/me", self.real.counts())

    def test_the_way_of_authentication_that_is_set_or_announced(self):
        post_only = self.provider(client_auth_methods=["client_secret_post"],
                                  clients=[{"client_id": "post", "token_endpoint_auth_method": "client_secret_post"}])
        for provider, settings, with_header in ((self.real, {}, 1), (self.real, {"client_auth": "post"}, 0), (post_only, {}, 0)):
            before = provider.counts().get("authorization", 0)
            self.assertEqual(self.party(provider, "post", **settings).sign_in().get("subject"), "ana")
            self.assertEqual(provider.counts().get("authorization", 0) - before, with_header)

    def test_a_wrong_secret(self):
        self.refused(self.party(self.real, client_secret="wrong").sign_in(), "failed_precondition", "invalid_client")

    def test_somebody_without_a_group_of_ours(self):
        identity = self.party(self.real).sign_in("bob")
        self.assertEqual((identity["subject"], identity["groups"], identity["roles"]), ("bob", ["others"], []))
        self.assertFalse(identity["email_verified"])

    def test_roles_in_a_nested_claim_and_in_one_text(self):
        self.assertEqual(self.party(self.real, roles_claim=["realm_access", "roles"]).sign_in()["roles"], ["auditor"])
        self.assertEqual(self.party(self.real, roles_claim=["roles_text"]).sign_in()["roles"], ["analyst", "auditor"])

    def test_a_strong_and_a_fresh_proof(self):
        identity = self.party(self.real, max_age=300, acr_values=["mfa"]).sign_in()
        self.assertEqual((identity["acr"], identity["amr"]), ("mfa", ["pwd", "otp"]), identity)
        self.assertIn("auth_time", identity)
        self.refused(self.party(self.real, acr_values=["phr"]).sign_in(), "unauthenticated", "(acr)")

    def test_a_person_who_says_no(self):
        self.refused(self.party(self.real).sign_in(press="no"), "permission_denied", "access_denied")

    def test_an_answer_serves_once_and_only_the_sign_in_that_it_belongs_to(self):
        party, browser = self.party(self.real), Browser()
        first, second = party.ask("begin"), party.ask("begin")
        query = urllib.parse.urlsplit(browser.go(first["url"], ANSWER, {"login": "ana"}, "yes")).query
        self.refused(party.ask("finish", kept=second["kept"], query=query), "unauthenticated", "(state)")
        self.refused(party.ask("finish", kept={**first["kept"], "nonce": second["kept"]["nonce"]}, query=query), "unauthenticated", "(nonce)")
        self.refused(party.ask("finish", kept=first["kept"], query=query), "unauthenticated", "invalid_grant")

    def test_a_code_without_its_verifier(self):
        party = self.party(self.real)
        first, second = party.ask("begin"), party.ask("begin")
        query = urllib.parse.urlsplit(Browser().go(first["url"], ANSWER, {"login": "ana"}, "yes")).query
        kept = {**first["kept"], "code_verifier": second["kept"]["code_verifier"]}
        self.refused(party.ask("finish", kept=kept, query=query), "unauthenticated", "invalid_grant")

    def test_an_answer_without_its_issuer(self):
        party = self.party(self.real)
        begun = party.ask("begin")
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(Browser().go(begun["url"], ANSWER, {"login": "ana"}, "yes")).query))
        self.assertEqual(query["iss"], self.real.issuer)
        without = urllib.parse.urlencode({name: value for name, value in query.items() if name != "iss"})
        self.refused(party.ask("finish", kept=begun["kept"], query=without), "unauthenticated", "(iss)")
        other = urllib.parse.urlencode({**query, "iss": "http://127.0.0.1:1"})
        self.refused(party.ask("finish", kept=begun["kept"], query=other), "unauthenticated", "(iss)")

    def test_an_issuer_that_differs_by_a_slash(self):
        self.refused(self.party(self.real, issuer=self.real.issuer + "/").ask("begin"), "failed_precondition", "issuer")


class Faults(Case):
    def test_each_wrong_token_is_refused(self):
        provider = self.provider()
        party = self.party(provider)
        self.assertEqual(party.sign_in()["subject"], "ana")
        for name, words in FAULTS.items():
            with self.subTest(name):
                provider.fault(name)
                self.refused(party.sign_in(), "unauthenticated", words)
        provider.fault("der")
        self.refused(self.party(provider, "es256").sign_in(), "unauthenticated", "signature")
        provider.fault()
        self.assertEqual(party.sign_in()["subject"], "ana")

    def test_a_provider_that_is_gone(self):
        provider = self.provider()
        party = self.party(provider)
        begun = party.ask("begin")
        provider.close()
        self.refused(party.ask("finish", kept=begun["kept"], query=f"code=c&state={begun['kept']['state']}&iss={provider.issuer}"),
                     "unavailable", "cannot redeem")
        self.refused(self.party(provider).ask("begin"), "unavailable", "metadata")


class Keys(Case):
    def test_a_rotation_is_noticed_by_the_first_token(self):
        provider = self.provider()
        party = self.party(provider)
        self.assertEqual(party.sign_in()["subject"], "ana")
        provider.control("rotate", "POST")
        party.ask("pass", seconds=31)
        self.assertEqual(party.sign_in()["subject"], "ana")
        self.assertEqual(provider.counts()["/jwks"], 2)
        provider.fault("kid")
        for _ in range(3):
            self.refused(party.sign_in(), "unauthenticated", "publishes")
        self.assertEqual(provider.counts()["/jwks"], 2)


class UserInfo(Case):
    def test_what_the_id_token_lacks_is_asked_for(self):
        provider = self.provider(claims_in_id_token=False)
        identity = self.party(provider).sign_in()
        self.assertEqual((identity.get("email"), identity.get("roles")), ("ana@example.com", ["analyst", "auditor"]), identity)
        self.assertEqual(provider.counts()["/me"], 1)


class Receiver(HTTPServer):
    """Takes what the provider posts when somebody signs out."""

    def __init__(self):
        self.bodies = []
        super().__init__(("127.0.0.1", 0), self.Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):  # noqa: N802
            self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass


class Logout(Case):
    def test_signing_out_at_the_provider(self):
        receiver = Receiver()
        self.addCleanup(receiver.close)
        provider = self.provider(backchannel_logout_uri=f"http://127.0.0.1:{receiver.server_port}/log_out")
        party, browser = self.party(provider), Browser()
        identity = party.sign_in("ana", browser)
        self.assertTrue(identity["sid"], identity)
        browser.go(f"{provider.issuer}/session/end", f"{provider.issuer}/session/end/success", press="yes")
        self.assertEqual(len(receiver.bodies), 1)
        self.assertEqual(party.ask("log_out", body=receiver.bodies[0]), {"subject": "ana", "sid": identity["sid"]})
        self.refused(party.ask("log_out", body=receiver.bodies[0]), "already_exists", "(jti)")
        self.refused(self.party(provider, "post").ask("log_out", body=receiver.bodies[0]), "unauthenticated", "(aud)")

    def test_each_wrong_logout_token_is_refused(self):
        provider = self.provider()
        party = self.party(provider)

        def body(query):
            return "logout_token=" + provider.control(f"logout_token?client=basic&{query}")

        self.assertEqual(party.ask("log_out", body=body("sub=ana")), {"subject": "ana", "sid": ""})
        for name, words in {"aud": "(aud)", "iss": "(iss)", "expired": "(exp)", "future": "(iat)", "none": "(alg)", "hs256_pem": "(alg)",
                            "hs256_jwk": "(alg)", "other_key": "signature", "type": "(typ)", "events": "(events)", "nonce_there": "(nonce)",
                            "nobody": "(sub, sid)", "jti_missing": "(jti)"}.items():
            with self.subTest(name):
                self.refused(party.ask("log_out", body=body(f"sub=ana&fault={name}")), "unauthenticated", words)
        self.assertEqual(party.ask("log_out", body=body("sub=ana&fault=exp_missing"))["subject"], "ana")


if __name__ == "__main__":
    unittest.main()
