"""A good request of every route: one that is refused for who asks and not for what it says."""

import json
import urllib.parse

from found import finding_id
from matrix_askers import ALWAYS
from person import PASSWORD, totp

YEARS = {"from": ALWAYS[1], "to": ALWAYS[3]}
NOT_GIVEN = "0" * 32  # an id that nothing has
MAKERS = {}


class Case:
    """One cell of the table: who asks, in which setting, of which tenant; `variant` tells requests of one route apart."""

    def __init__(self, setting, asker, scope):
        self.setting = setting
        self.asker = setting.askers[asker]
        self.tenant, _, self.variant = scope.partition(":")

    def ask(self, route):
        """(status, fields, parsed body)"""
        method, pattern = route.split(" ")
        made = MAKERS[route](self)
        path = pattern.format(**{"tenant": self.tenant, **made.get("path", {})}) + self.setting.region(self.tenant)
        path += f"?{made['query']}" if "query" in made else ""
        return self.asker.ask(method, path, made.get("body"), made.get("fields"), made.get("scheme", "Bearer"))


def request_of(*routes):
    def keep(maker):
        MAKERS.update({route: maker for route in routes})
        return maker
    return keep


@request_of("GET /v1/policy-schema", "GET /v1/openapi.json", "GET /healthz", "GET /readyz", "GET /metrics", "GET /services/collector/health",
            "GET /v1/oidc", "GET /v1/tenants/{tenant}/policy", "GET /v1/tenants/{tenant}/policy/history", "GET /v1/tenants/{tenant}/bundles", "GET /v1/session", "DELETE /v1/session",
            "GET /v1/controls", "GET /v1/mirrors", "GET /v1/tenants", "GET /v1/tenants/{tenant}/overview", "GET /v1/tenants/{tenant}/controls", "GET /v1/tenants/{tenant}/findings", "POST /v1/account/totp", "DELETE /v1/account/totp", "POST /v1/account/passkeys/options", "POST /v1/account/recovery-codes")
def nothing_more(_):
    return {}


@request_of("GET /{region}/{tenant}/checkpoint")
def log(_):
    return {"path": {"region": "eu-1"}}


@request_of("GET /{region}/{tenant}/tile/entries/{path}", "GET /{region}/{tenant}/remaining/{path}")
def first_record(_):
    return {"path": {"region": "eu-1", "path": "000.p/1"}}


@request_of("GET /{region}/{tenant}/tile/{path}")
def first_hash(_):
    return {"path": {"region": "eu-1", "path": "0/000.p/1"}}


@request_of("GET /v1/mirrors/{mirror}/checkpoint", "GET /v1/mirrors/{mirror}/tile/{path}", "GET /v1/mirrors/{mirror}/remaining/{path}")
def no_mirror(_):
    return {"path": {"mirror": "none", "path": "0/000"}}


@request_of("POST /v1/events")
def one_event(case):
    return {"body": case.setting.event(case.tenant)}


@request_of("GET /v1/hooks/{source}")
def handshake(case):
    return {**hook(case), "body": None, "fields": {"x-okta-verification-challenge": "n"}}


@request_of("POST /v1/hooks/{source}")
def hook(case):
    return {"path": {"source": "globex-app" if case.variant == "theirs" else "app"}, "body": case.setting.event(case.tenant)}


@request_of("POST /v1/logs")
def log_record(case):
    record = {"timeUnixNano": "1769851800000000000", "body": {"stringValue": json.dumps(case.setting.event(case.tenant))}}
    return {"body": {"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}}


@request_of("POST /services/collector", "POST /services/collector/event")
def hec(case):
    return {"body": {"event": case.setting.event(case.tenant)}, "scheme": "Splunk"}


@request_of("PUT /v1/tenants/{tenant}/policy")
def the_same_policy(case):
    return {"body": case.setting.clerk.ask("GET", f"/v1/tenants/{case.tenant}/policy")[2], "fields": {"If-Match": "*"}}


@request_of("POST /v1/tenants/{tenant}/policy/preview")
def a_policy_to_try_out(_):
    return {"body": {"access": {"factors": ["passkey"]}}}


@request_of("POST /v1/tenants/{tenant}/policy/history/{change}/review")
def first_change_of_the_policy(case):
    # That of a command, so nobody who asks has made it.
    versions = case.setting.clerk.ask("GET", f"/v1/tenants/{case.tenant}/policy/history")[2]["versions"]
    return {"path": {"change": versions[-1]["change"]}, "body": {"note": "as agreed"}}


@request_of("POST /v1/tenants/{tenant}/step-up/decisions")
def decision(case):
    return {"body": case.setting.question()}


@request_of("POST /v1/tenants/{tenant}/records/search", "POST /v1/tenants/{tenant}/records/facets")
def search(case):
    everybody = [f"user{n}@mail.example" for n in range(1, 5)]
    seen = {"acme": everybody[0], "globex": everybody[2]}
    return {"body": {"query": f"actor.email:{seen[case.tenant]}" if case.variant == "personal" else ""}}


@request_of("GET /v1/tenants/{tenant}/records/{seq}", "GET /v1/tenants/{tenant}/records/{seq}/values",
            "GET /v1/tenants/{tenant}/records/{seq}/challenge", "GET /v1/tenants/{tenant}/records/{seq}/proof")
def first_record(_):
    return {"path": {"seq": 0}}


@request_of("POST /v1/tenants/{tenant}/bundles")
def new_bundle(_):
    return {"body": YEARS}


@request_of("GET /v1/tenants/{tenant}/bundles/{id}", "GET /v1/tenants/{tenant}/bundles/{id}/content")
def ready_bundle(case):
    return {"path": {"id": case.setting.bundles[case.tenant]}}


@request_of("POST /v1/tenants/{tenant}/bundles/{id}/approval")
def waiting_bundle(case):
    return {"path": {"id": case.setting.order(case.tenant, "full")}}


def finding_of(case):
    """A finding that nobody has acknowledged: an exception of a report that was answered."""
    item = str(case.setting.next())
    finding = finding_id(case.tenant, "OTP-LIFETIME", item)
    path = f"/v1/tenants/{case.tenant}/findings/{finding}/answer"
    status, _, answer = case.setting.clerk.ask("POST", path, {"text": "Known.", "control": "OTP-LIFETIME", "item": item})
    assert status == 200, answer
    return {"path": {"finding": finding}}


@request_of("GET /v1/tenants/{tenant}/findings/{finding}")
def first_finding(case):
    return {"path": {"finding": finding_id(case.tenant, "OTP-LIFETIME", "first")}}


@request_of("POST /v1/tenants/{tenant}/findings/{finding}/acknowledge")
def acknowledgement(case):
    return {**finding_of(case), "body": {"note": "seen"}}


@request_of("POST /v1/tenants/{tenant}/findings/{finding}/answer")
def answer_of_management(case):
    return {**finding_of(case), "body": {"text": "As agreed."}}


@request_of("POST /v1/tenants/{tenant}/findings/{finding}/resolve")
def resolution(case):
    return {**finding_of(case), "body": {"reason": "false alarm"}}


@request_of("POST /v1/tenants/{tenant}/reports")
def new_report(_):
    return {"body": {**YEARS, "criteria": ["CC6.1"]}}


@request_of("GET /v1/tenants/{tenant}/controls/{id}")
def one_control(_):
    return {"path": {"id": "OTP-LIFETIME"}}


@request_of("POST /v1/tenants/{tenant}/controls/run")
def test_of_controls(case):
    case.setting.wait_for_controls(case.tenant)
    case.setting.appliance.age_tests_of_controls(case.tenant)
    return {}


@request_of("POST /v1/privacy/erasures")
def erasure_of_nobody(case):
    return {"body": {"tenant": case.tenant, "subjects": ["email=nobody@example.com"], "reason": "gdpr_art_17", "dry_run": False}}


@request_of("GET /v1/privacy/erasures/{id}", "DELETE /v1/account/passkeys/{id}")
def unknown_id(_):
    return {"path": {"id": NOT_GIVEN}}


@request_of(*(f"GET /v1/admin/{what}" for what in ("sources", "source-kinds", "users", "tokens", "tenants", "keys", "regions", "backups", "health")))
def what_is_administered(_):
    return {}


@request_of("POST /v1/admin/sources")
def new_source(case):
    return {"body": {"source": f"made-{case.setting.next()}", "tenants": [case.tenant]}}


@request_of("POST /v1/admin/sources/{source}/test-event")
def source_to_test(case):
    return {"path": {"source": "app" if case.tenant == "acme" else "globex-app"}}


@request_of("DELETE /v1/admin/sources/{source}")
def source_to_revoke(case):
    # Whoever may revoke one gets one of her own; of what is refused nothing is left.
    if case.asker.name not in ("admin", "all tenants"):
        return source_to_test(case)
    name = f"made-{case.setting.next()}"
    status, _, answer = case.setting.clerk.ask("POST", "/v1/admin/sources", {"source": name, "tenants": [case.tenant]})
    assert status == 201, answer
    return {"path": {"source": name}}


@request_of("POST /v1/admin/users")
def new_user(case):
    return {"body": {"user": f"made-{case.setting.next()}@example.com", "role": "analyst", "tenants": [case.tenant]}}


@request_of("DELETE /v1/admin/users/{id}", *(f"POST /v1/admin/users/{{id}}/{action}" for action in ("invite", "disable", "enable", "unlock", "reset-factors")))
def user_of_the_tenant(case):
    status, _, answer = case.setting.clerk.ask("POST", "/v1/admin/users", new_user(case)["body"])
    assert status == 201, answer
    return {"path": {"id": answer["id"]}}


@request_of("POST /v1/admin/tokens")
def new_token(case):
    return {"body": {"operator": f"made-{case.setting.next()}", "role": "analyst", "tenants": ["acme"]}}


@request_of("DELETE /v1/admin/tokens/{operator}")
def token_of_nobody(_):
    return {"path": {"operator": "nobody"}}


@request_of("POST /v1/admin/tenants")
def new_tenant(case):
    return {"body": {"tenant": f"made-{case.setting.next()}"}}


def added_document(case, confidentiality="public", **more):
    """A document that the clerk adds, with a version."""
    wish = {"kind": "policy", "title": "A policy", "confidentiality": confidentiality, **more}
    status, _, document = case.setting.clerk.ask("POST", "/v1/documents", wish)
    assert status == 201, document
    add_version(case, document["id"])
    return document["id"]


def add_version(case, document):
    status, _, answer = case.setting.clerk.ask("POST", f"/v1/documents/{document}/versions", f"Version {case.setting.next()}\n")
    assert status == 201, answer


def document_of(case):
    """One of each sort for all; an NDA is in force."""
    if not case.setting.documents:
        case.setting.documents["in force"] = added_document(case, nda=True)
    sort = case.variant or "public"
    if sort not in case.setting.documents:
        case.setting.documents[sort] = added_document(case, sort)
    return case.setting.documents[sort]


@request_of("GET /v1/documents", "GET /v1/documents/nda")
def documents(case):
    document_of(case)
    return {}


@request_of("POST /v1/documents")
def new_document(_):
    return {"body": {"kind": "other", "title": "A letter"}}


@request_of("POST /v1/documents/nda/acceptance")
def text_in_force(case):
    document_of(case)
    return {"body": {"sha256": case.setting.clerk.ask("GET", "/v1/documents/nda")[2]["sha256"]}}


@request_of("GET /v1/documents/{id}", "GET /v1/documents/{id}/versions/{version}/file")
def one_document(case):
    return {"path": {"id": document_of(case), "version": 1}}


@request_of("PATCH /v1/documents/{id}")
def change_of_a_document(case):
    return {"path": {"id": document_of(case)}, "body": {"title": f"Title {case.setting.next()}"}}


@request_of("POST /v1/documents/{id}/versions")
def version_of_a_document(case):
    return {"path": {"id": document_of(case)}, "body": f"Version {case.setting.next()}\n"}


def answered_by_clerk(case, method, path, body, expected):
    status, _, answer = case.setting.clerk.ask(method, path, body)
    assert status == expected, answer
    return answer


def questionnaire(case):
    """One with an approved answer."""
    made = answered_by_clerk(case, "POST", "/v1/questionnaires?file_name=sheet.csv&tenant=acme", "Question,Answer\nIs it so?,\n", 201)
    answered_by_clerk(case, "POST", f"/v1/questionnaires/{made['id']}/answers", {"answers": [{"number": 1, "value": "yes"}]}, 200)
    return made["id"]


OWN_ANSWER = {"topic": "residency", "title": "Region", "asks": ["Where is it?"],
              "claims": [{"answer": "text", "text": "In {figure.region}.", "needs": [{"fact": "figure.region", "is": "eu-1"}]}]}


def own_answer(case):
    """One of the library that the evidence shows."""
    answered_by_clerk(case, "PUT", "/v1/answers/own-region", OWN_ANSWER, 200)
    return OWN_ANSWER


@request_of("GET /trust", "GET /v1/trust", "GET /v1/access-requests")
def trust(_):
    return {}


@request_of("GET /v1/trust/documents/{id}/file")
def document_for_everybody(case):
    return {"path": {"id": document_of(case)}}


def visitor(case):
    """Somebody who asks for access, from a network of his own."""
    number = case.setting.next()
    body = {"name": "Vera", "email": f"vera{number}@example.com", "company": "Visitor Corp", "reason": "to look"}
    return body, {"X-Forwarded-For": f"198.51.{number // 250}.{number % 250 + 1}"}


@request_of("POST /v1/trust/requests")
def asking(case):
    body, fields = visitor(case)
    return {"body": body, "fields": fields}


@request_of("POST /trust/requests")
def asking_on_the_page(case):
    body, fields = visitor(case)
    return {"body": urllib.parse.urlencode(body), "fields": {**fields, "Content-Type": "application/x-www-form-urlencoded"}}


def request_for_access(case):
    """Of one that waits, where somebody may decide on it."""
    if case.asker.name != "all tenants":
        return {"path": {"id": NOT_GIVEN}}
    body, fields = visitor(case)
    status, _, _ = case.setting.clerk.ask("POST", "/v1/trust/requests", body, **{name.replace("-", "_"): value for name, value in fields.items()})
    assert status == 202
    return {"path": {"id": case.setting.clerk.ask("GET", "/v1/access-requests")[2]["requests"][0]["id"]}}


@request_of("POST /v1/access-requests/{id}/approve")
def approval_of_access(case):
    return {**request_for_access(case), "body": {}}


@request_of("POST /v1/access-requests/{id}/refuse")
def refusal_of_access(case):
    return {**request_for_access(case), "body": {"reason": "as agreed"}}


@request_of("DELETE /v1/access-requests/{id}")
def access_to_forget(case):
    return request_for_access(case)


@request_of("GET /v1/questionnaires")
def questionnaires(_):
    return {}


@request_of("GET /v1/answers", "GET /v1/answers/facts")
def of_a_tenant(_):
    return {"query": "tenant=acme"}


@request_of("POST /v1/answers/preview")
def answer_preview(_):
    return {"body": {"tenant": "acme", "answer": {**OWN_ANSWER, "id": "own-region"}}}


@request_of("POST /v1/questionnaires")
def new_questionnaire(_):
    return {"query": "file_name=sheet.csv&tenant=acme", "body": "Question,Answer\nIs it so?,\n"}


@request_of("GET /v1/questionnaires/{id}", "GET /v1/questionnaires/{id}/questions", "GET /v1/questionnaires/{id}/sheet", "GET /v1/questionnaires/{id}/file",
            "DELETE /v1/questionnaires/{id}", "POST /v1/questionnaires/{id}/export")
def one_questionnaire(case):
    return {"path": {"id": questionnaire(case)}}


@request_of("PUT /v1/questionnaires/{id}/layouts")
def layouts(case):
    return {"path": {"id": questionnaire(case)}, "body": {"layouts": [{"sheet": "", "header_row": 1, "question": "A"}]}}


@request_of("POST /v1/questionnaires/{id}/answers")
def answers(case):
    return {"path": {"id": questionnaire(case)}, "body": {"answers": [{"number": 1, "value": "no"}]}}


@request_of("POST /v1/questionnaires/{id}/answers/withdraw")
def answers_back(case):
    return {"path": {"id": questionnaire(case)}, "body": {"numbers": [1]}}


@request_of("PUT /v1/answers/{id}")
def changed_answer(case):
    return {"path": {"id": "own-region"}, "body": own_answer(case)}


@request_of("DELETE /v1/answers/{id}")
def answer_to_remove(case):
    own_answer(case)
    return {"path": {"id": "own-region"}}


@request_of("POST /v1/answers/{id}/adoption")
def adoption(case):
    own_answer(case)
    return {"path": {"id": "own-region"}, "body": {"tenant": "acme"}}


@request_of("DELETE /v1/answers/{id}/adoption")
def adoption_to_end(case):
    own_answer(case)
    answered_by_clerk(case, "POST", "/v1/answers/own-region/adoption", {"tenant": "acme"}, 200)
    return {"path": {"id": "own-region"}, "query": "tenant=acme"}


@request_of("POST /v1/documents/{id}/versions/{version}/withdraw")
def version_to_withdraw(case):
    document = document_of(case)
    if case.asker.name == "all tenants":
        add_version(case, document)
    versions = case.setting.clerk.ask("GET", f"/v1/documents/{document}")[2]["versions"]
    return {"path": {"id": document, "version": versions[-1]["version"]}, "body": {"reason": "as agreed"}}


@request_of("POST /v1/session/challenges")
def challenge(_):
    return {"body": {"factor": "totp"}}


@request_of("POST /v1/session/challenges/{id}")
def answer_to_no_challenge(_):
    return {"path": {"id": NOT_GIVEN}, "body": {"code": "000000"}}


@request_of("POST /v1/account/passkeys")
def passkey_that_was_not_asked_for(_):
    return {"body": {"name": "key", "credential": {"id": "AAAA"}}}


@request_of("POST /v1/account/totp/confirmation")
def code_of_a_new_app(case):
    person = case.asker.person
    begun = person.ask("POST", "/v1/account/totp") if person else (401, {}, {})
    return {"body": {"code": totp(begun[2]["secret"]) if begun[0] == 201 else "000000"}}


@request_of("PUT /v1/account/password")
def new_password(_):
    return {"body": {"present": PASSWORD, "new": "lilac horn eleven"}}


@request_of("POST /v1/session/recovery")
def recovery_code(case):
    return {"body": {"code": case.asker.person.recovery_codes[0] if case.asker.person else "aaaa-aaaa-aaaa-aaaa"}}


@request_of("GET /v1/oidc/{name}/sign-in", "GET /v1/oidc/{name}/callback")
def provider(_):
    return {"path": {"name": "gone"}}


@request_of("POST /v1/oidc/{name}/back-channel-logout")
def logout_token(_):
    return {"path": {"name": "gone"}, "body": "logout_token=x", "fields": {"Content-Type": "application/x-www-form-urlencoded"}}


@request_of("POST /v1/invitations")
def new_invitation(case):
    added = case.setting.appliance.json("user", "add", f"new-{case.setting.next()}@example.com", "--role", "analyst", "--tenant", "acme")
    return {"body": {"token": added["token"], "password": PASSWORD}}


@request_of("POST /v1/session")
def sign_in(case):
    return {"body": {"user": case.setting.clerk.name, "password": PASSWORD}}


@request_of("GET /scim/v2/Users", "GET /scim/v2/Groups", "GET /scim/v2/ServiceProviderConfig", "GET /scim/v2/Schemas", "GET /scim/v2/ResourceTypes")
def scim_documents(_):
    return {}


@request_of("POST /scim/v2/Users", "POST /scim/v2/Groups")
def scim_resource(case):
    name = f"u{case.setting.next()}@example.com"
    schemas = [f"urn:ietf:params:scim:schemas:core:2.0:{kind}" for kind in ("User", "Group")]
    return {"body": {"schemas": schemas, "userName": name, "displayName": name}}


@request_of("POST /scim/v2/Users/.search", "POST /scim/v2/Groups/.search")
def scim_search(_):
    return {"body": {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}}


@request_of(*(f"{method} /scim/v2/{kind}/{{id}}" for kind in ("Users", "Groups") for method in ("GET", "PUT", "PATCH", "DELETE")),
            "GET /scim/v2/Schemas/{id}", "GET /scim/v2/ResourceTypes/{id}")
def scim_stranger(_):
    return {"path": {"id": NOT_GIVEN}}


@request_of("GET /scim/v2/{endpoint}", "POST /scim/v2/{endpoint}")
def scim_nothing(_):
    return {"path": {"endpoint": "Things"}}


@request_of("POST /witness/add-checkpoint")
def a_checkpoint(_):
    return {"body": "old 0\n\nno checkpoint\n"}


@request_of("GET /witness/{log}/checkpoint")
def a_witnessed_log(_):
    return {"path": {"log": "0" * 64}}
