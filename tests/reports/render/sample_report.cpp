#include "tests/reports/render/sample_report.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace countersign::testing {
namespace {

using reports::Cell;

base::Timestamp at(std::string_view text) {
  const auto time = base::parse_rfc3339(text);
  if (!time) std::abort();
  return *time;
}

std::string token(std::string_view person) { return base::to_base64url(crypto::sha256(person).view()); }

reports::Query query(std::string file, std::size_t line, std::string sql) {
  const auto digest = crypto::sha256(sql);
  return {std::move(file), line, 1, 0, std::move(sql), digest};
}

base::Digest digest_of(std::vector<std::string> items) {
  std::sort(items.begin(), items.end());
  crypto::Sha256 hash;
  for (const auto& item : items) hash.update(item).update("\n");
  return hash.finish();
}

/// The numbers of the records of the 25 sensitive actions.
std::vector<std::string> sensitive_actions() {
  std::vector<std::string> items;
  for (int i = 0; i < 25; ++i) items.push_back(std::to_string(1041 + 37 * i));
  return items;
}

reports::ControlResult step_up_missing() {
  reports::Definition control;
  control.kind = reports::Kind::control;
  control.id = "STEP-UP-MISSING";
  control.version = 2;
  control.title = "Step-up before each sensitive action";
  control.objective =
      "Nobody performs an action that the policy calls sensitive without a challenge verified shortly before "
      "it.";
  control.procedure =
      "Re-perform for each sensitive action of the period: find a verified challenge of the same account, "
      "and of the "
      "same session where both name one, that ended no longer before the action than the window.";
  control.unit = "sensitive actions";
  control.frequency = "each occurrence";
  control.severity = reports::Severity::high;
  control.criteria = {{"soc2", {"CC6.1", "CC6.6"}}, {"pci_dss", {"8.4.2", "8.3.4"}},
                      {"hipaa", {"164.312(d)"}},    {"gdpr", {"32(1)(b)"}},
                      {"iso_27001", {"A.8.5"}},     {"nist_800_53", {"IA-2(1)", "IA-11"}},
                      {"nist_800_63b", {"2.2.3"}}};
  control.parameters = {
      {"window_s", Cell{std::int64_t{900}}, 0, 1800, "s", "longest time between the challenge and the action",
       "policy of the tenant, access.step_up"},
      {"purpose",
       Cell{std::string("step_up")},
       {},
       {},
       "",
       "purpose of the challenges that count",
       "policy of the tenant"},
      {"exempt_role", Cell{}, {}, {}, "", "role that needs no challenge", ""}};
  control.population = query("reports/controls/step_up_missing.sql", 4,
                             "SELECT seq AS item\nFROM sensitive_actions\nWHERE in_period\nORDER BY seq");
  control.exceptions = query(
      "reports/controls/step_up_missing.sql", 11,
      "SELECT a.seq AS item, a.seq AS records,\n       'no verified challenge within ' || :window_s || ' s' "
      "AS "
      "observed\nFROM sensitive_actions a\nWHERE a.in_period\n  AND NOT EXISTS (SELECT 1 FROM challenges c\n "
      "      "
      "           WHERE c.person = a.person AND c.purpose = :purpose\n                    AND c.verified_at "
      "BETWEEN a.occurred - :window_s * 1000000 AND a.occurred)\nORDER BY a.seq");

  reports::ControlResult result;
  result.control = std::move(control);
  result.outcome = reports::Outcome::exceptions;
  result.population = 25;
  result.population_sha256 = digest_of(sensitive_actions());
  result.exceptions_total = 2;
  result.exceptions = {
      {Cell{std::int64_t{1189}},
       {1189, 1174},
       {},
       "billing.refund on invoice/4711: the last verified challenge of the account ended 2,640 s before",
       "9f2c41d07ab35e68",
       reports::Response{"acknowledged",
                         "Büro Zürich ran a batch of refunds; the job is being moved to 東京 — retest in Q4.",
                         "",
                         at("2026-08-03T06:12:00Z"),
                         at("2026-08-03T09:40:30.5Z"),
                         {}}},
      {Cell{std::int64_t{1633}},
       {1633},
       {212},
       "export.download of <script>alert('x')</script> & \"all rows\": no challenge\x07 at all",
       "9f2c41d07ab35e68",
       reports::Response{"resolved", "The export ran under a service account.\nIt has been withdrawn.",
                         "account withdrawn, \"export\" role reviewed & <b>narrowed</b>",
                         at("2026-09-11T14:00:00Z"), at("2026-09-11T14:22:00Z"), at("2026-09-14T08:05:00Z")}},
  };
  return result;
}

reports::ControlResult otp_lifetime() {
  reports::Definition control;
  control.kind = reports::Kind::control;
  control.id = "OTP-LIFETIME";
  control.title = "One-time passwords expire in time";
  control.objective = "A code that was sent cannot be used for longer than the policy allows.";
  control.procedure =
      "Inspect each verified challenge and compare the time from sending to verification with the limit.";
  control.unit = "verified challenges";
  control.frequency = "each occurrence";
  control.criteria = {{"soc2", {"CC6.1"}}, {"pci_dss", {"8.3.4"}}, {"nist_800_63b", {"3.1.3.2"}}};
  control.parameters = {{"lifetime_s", Cell{std::int64_t{600}}, 30, 600, "s",
                         "longest time between sending and verification", "NIST SP 800-63B-4 3.1.3.2"}};
  control.population = query("reports/controls/otp_lifetime.sql", 3,
                             "SELECT item FROM challenges WHERE in_period AND verified > 0 AND first_sent IS "
                             "NOT NULL ORDER BY item");
  control.exceptions =
      query("reports/controls/otp_lifetime.sql", 6,
            "SELECT item, item AS records, (verified_at - last_sent) / 1000000 || ' s' AS observed\nFROM "
            "challenges\nWHERE in_period AND verified_at - last_sent > :lifetime_s * 1000000\nORDER BY "
            "item");
  std::vector<std::string> items;
  for (int i = 0; i < 1204; ++i) items.push_back(std::to_string(1000 + 3 * i));

  reports::ControlResult result;
  result.control = std::move(control);
  result.outcome = reports::Outcome::no_exceptions;
  result.population = items.size();
  result.population_sha256 = digest_of(std::move(items));
  return result;
}

reports::ControlResult success_after_leaving() {
  reports::Definition control;
  control.kind = reports::Kind::control;
  control.id = "SUCCESS-AFTER-DEPROVISIONING";
  control.title = "No sign-in after an account was withdrawn";
  control.objective = "An account that was deprovisioned passes no challenge until it is provisioned again.";
  control.procedure =
      "Inspect each deprovisioned account for a verified challenge or a login after the withdrawal.";
  control.unit = "deprovisioned accounts";
  control.frequency = "each occurrence";
  control.severity = reports::Severity::high;
  control.criteria = {
      {"soc2", {"CC6.1", "CC6.2"}}, {"hipaa", {"164.308(a)(3)(ii)(C)"}}, {"pci_dss", {"8.2.5"}}};
  control.population =
      query("reports/controls/success_after_deprovisioning.sql", 2,
            "SELECT seq AS item FROM evidence WHERE type = 'user.deprovisioned' AND in_period ORDER BY seq");
  control.exceptions =
      query("reports/controls/success_after_deprovisioning.sql", 5,
            "SELECT d.seq AS item, d.seq || ',' || e.seq AS records, e.type || ' after the withdrawal' AS "
            "observed\nFROM "
            "evidence d JOIN evidence e ON e.person = d.person AND e.occurred > d.occurred\nWHERE d.type = "
            "'user.deprovisioned' AND d.in_period AND e.type IN ('challenge.verified', "
            "'login.succeeded')\nORDER BY d.seq, "
            "e.seq");
  reports::ControlResult result;
  result.control = std::move(control);
  result.outcome = reports::Outcome::nothing_to_test;
  result.population_sha256 = digest_of({});
  return result;
}

reports::ControlResult code_guessing() {
  reports::Definition control;
  control.kind = reports::Kind::detection;
  control.id = "CODE-GUESSING";
  control.version = 3;
  control.title = "Guessing of one-time passwords";
  control.objective = "Many wrong codes against one account are noticed while they are being tried.";
  control.procedure =
      "Recompute for each account the wrong codes within any window and compare with the threshold.";
  control.unit = "accounts";
  control.frequency = "continuously";
  control.severity = reports::Severity::medium;
  control.criteria = {
      {"soc2", {"CC7.2", "CC7.3"}}, {"pci_dss", {"8.3.4", "10.4.1"}}, {"iso_27001", {"A.8.16"}}};
  control.parameters = {{"attempts", Cell{std::int64_t{10}}, 1, 100, "attempts",
                         "wrong codes that are too many", "PCI DSS 8.3.4"},
                        {"window_s", Cell{std::int64_t{3600}}, 60, 86400, "s",
                         "time within which they are counted", "our own choice"}};
  control.population =
      query("reports/controls/code_guessing.sql", 3,
            "SELECT DISTINCT person AS item FROM challenges WHERE in_period AND person IS NOT NULL");
  control.exceptions = query("reports/controls/code_guessing.sql", 8,
                             "SELECT person AS item, group_concat(seq) AS records, count(*) || ' wrong "
                             "codes' AS observed\nFROM evidence "
                             "WHERE type = 'challenge.failed' AND in_period\nGROUP BY person HAVING count(*) "
                             ">= :attempts\nORDER BY person");
  std::vector<std::string> items;
  for (int i = 0; i < 312; ++i) items.push_back(token("account " + std::to_string(i)));

  reports::ControlResult result;
  result.outcome = reports::Outcome::exceptions;
  result.population = items.size();
  result.exceptions_total = 7;
  result.exceptions = {
      {Cell{items[3]},
       {2001, 2002, 2003, 2004, 2005, 2006, 2007, 2008, 2009, 2010, 2011},
       {301},
       "11 wrong codes between 2026-07-19 02:10:04 and 02:14:51 UTC",
       "9f2c41d07ab35e68",
       reports::Response{"opened", "", "", at("2026-07-19T02:14:52Z"), {}, {}}},
      {Cell{items[44]},
       {2410, 2411, 2412},
       {},
       "14 wrong codes between 2026-08-02 23:59:01 and 2026-08-03 00:31:20 UTC",
       "1111222233334444",
       {}},
      {Cell{items[120]}, {3100}, {}, "10 wrong codes between 2026-09-28 11:00:00 and 11:07:12 UTC", "", {}},
  };
  result.population_sha256 = digest_of(std::move(items));
  result.control = std::move(control);
  return result;
}

reports::Listing by_month() {
  reports::Listing out;
  out.listing.kind = reports::Kind::listing;
  out.listing.id = "CHALLENGES-BY-MONTH";
  out.listing.title = "Challenges by month and channel";
  out.listing.objective = "Shows what was sent, and how.";
  out.listing.table = "C";
  out.listing.columns = {"Month", "SMS", "E-mail", "WhatsApp", "Passkey"};
  out.listing.criteria = {{"soc2", {"CC6.1"}}};
  out.listing.rows = query(
      "reports/listings/challenges_by_month.sql", 2,
      "SELECT month, sum(factor = 'sms'), sum(factor = 'email'), sum(factor = 'whatsapp'), sum(factor = "
      "'passkey')\nFROM challenges WHERE in_period GROUP BY month ORDER BY month");
  const auto row = [](const char* month, std::int64_t sms, std::int64_t email, std::int64_t whatsapp,
                      std::int64_t passkey) {
    return std::vector<Cell>{Cell{std::string(month)}, Cell{sms}, Cell{email}, Cell{whatsapp}, Cell{passkey}};
  };
  out.rows = {row("2026-07", 4120, 610, 0, 88), row("2026-08", 3987, 702, 41, 160),
              row("2026-09", 3544, 655, 220, 391)};
  out.rows_total = 3;
  return out;
}

reports::Listing policy_changes() {
  reports::Listing out;
  out.listing.kind = reports::Kind::listing;
  out.listing.id = "POLICY-CHANGES";
  out.listing.title = "Changes of the policy";
  out.listing.objective = "Shows each change, who made it and what it was for.";
  out.listing.table = "I";
  out.listing.columns = {"When", "Who", "Approved by", "Change", "Ticket"};
  out.listing.criteria = {{"soc2", {"CC6.1", "CC8.1"}}};
  out.listing.parameters = {{"rows_max", Cell{std::int64_t{500}}, 1, 10000, "", "rows that are shown", ""}};
  out.listing.rows = query("reports/listings/policy_changes.sql", 2,
                           "SELECT * FROM policy_changes WHERE in_period ORDER BY seq LIMIT :rows_max");
  const auto text = [](const char* value) { return Cell{std::string(value)}; };
  out.rows = {
      {text("2026-07-14 08:00:00 UTC"), text("ana@example.com"), text("bob@example.com"),
       text("step-up window 1800 s → 900 s"), text("SEC-118")},
      {text("2026-08-20 16:31:07 UTC"), text("bob@example.com"), Cell{},
       text("factors: <whatsapp> added & \"voice\" removed"), Cell{}},
      {text("2026-09-02 10:00:00 UTC"), text("ana@example.com"), text(""),
       text("=HYPERLINK(\"http://192.0.2.1\")\tsee\x1b[31m"), Cell{std::int64_t{131}}},
  };
  out.rows_total = 3;
  return out;
}

reports::Listing sources() {
  reports::Listing out;
  out.listing.kind = reports::Kind::listing;
  out.listing.id = "SOURCES";
  out.listing.title = "Sources and when they were heard";
  out.listing.objective = "Shows that nothing was silent for longer than it may be.";
  out.listing.table = "H";
  out.listing.columns = {"Source", "Events", "Silent minutes", "Largest offset, ms"};
  out.listing.criteria = {{"soc2", {"CC7.2"}}};
  out.listing.rows = query("reports/listings/sources.sql", 1,
                           "SELECT source, events, silent_minutes, offset_ms FROM coverage ORDER BY source");
  out.rows = {
      {Cell{std::string("login-service")}, Cell{std::int64_t{14203}}, Cell{std::int64_t{0}},
       Cell{std::int64_t{412}}},
      {Cell{std::string("sms-provider")}, Cell{std::int64_t{11650}}, Cell{std::int64_t{17}},
       Cell{std::int64_t{-2044}}},
  };
  out.rows_total = 9;
  return out;
}

reports::Sample drawn() {
  reports::Sample out;
  out.control = "STEP-UP-MISSING";
  out.method = "random";
  out.seed = "2026-Q3 <auditor's seed>";
  for (const auto& item : sensitive_actions()) {
    out.picks.push_back(
        {Cell{std::int64_t{std::stoll(item)}}, base::to_hex(crypto::sha256(out.seed + ":" + item).view())});
  }
  std::sort(out.picks.begin(), out.picks.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  out.population = out.picks.size();
  out.picks.resize(5);
  out.size = out.picks.size();
  return out;
}

}  // namespace

reports::Report sample_report() {
  reports::Report report;
  report.tenant = "acme";
  report.region = "eu";
  report.log = "countersign.example/eu/acme";
  report.framework = "soc2";
  report.criteria = {"CC6.1", "CC7.2"};
  report.from = at("2026-07-01T00:00:00Z");
  report.until = at("2026-10-01T00:00:00Z");
  report.first_seq = 1000;
  report.end_seq = 26853;
  report.events = 25853;
  report.events_in_period = 25848;
  report.first_received = at("2026-07-01T00:00:03.120045Z");
  report.last_received = at("2026-10-01T00:04:59.000001Z");
  report.as_of = {report.log, 26900, crypto::sha256("root of the tenant's log"), at("2026-10-02T07:00:00Z")};
  report.system_log =
      reports::LogState{"countersign.example/eu/_system", 4310, crypto::sha256("root of the system log"),
                        at("2026-10-02T07:00:01.25Z")};
  report.warnings = {
      "the source sms-provider was silent for 17 minutes on 2026-08-11, longer than the 15 that are allowed",
      "5 records were received in the period and happened before it: <backfill> & \"late\""};
  report.clauses = {
      {"CC6.1",
       "Access to systems is restricted to identified and authenticated people and programs",
       {"STEP-UP-MISSING", "OTP-LIFETIME", "SUCCESS-AFTER-DEPROVISIONING"}},
      {"CC7.2", "Systems are watched for anomalies, and these are looked into", {"CODE-GUESSING"}},
  };
  report.controls = {step_up_missing(), otp_lifetime(), success_after_leaving(), code_guessing()};
  report.listings = {by_month(), sources(), policy_changes()};
  report.samples = {drawn()};
  report.cited = {{1174, at("2026-08-02T23:10:02Z"), at("2026-08-02T23:10:03Z"), "shop", "challenge.verified",
                   "tok-1", "totp, step_up"},
                  {1189, at("2026-08-02T23:54:02Z"), at("2026-08-02T23:54:04Z"), "shop", "action.performed",
                   "tok-1", "billing.refund, invoice/4711 & <b>more</b>"},
                  {1633, at("2026-09-11T13:20:00Z"), at("2026-09-11T13:20:00Z"), "shop", "action.performed",
                   "", "export.download"}};
  report.cited_system = {{212, at("2026-09-11T14:00:00Z"), at("2026-09-11T14:00:00Z"), "countersign",
                          "policy.changed", "tok-2", "acme"}};
  report.workspace_sql =
      "CREATE TEMP TABLE evidence AS\nSELECT seq, occurred, type FROM events WHERE log = :log;\n";
  return report;
}

reports::Run sample_run() {
  return {at("2026-10-02T07:15:42.5Z"), "ana@example.com", "countersign 0.4.0", 3, 1};
}

}  // namespace countersign::testing
