#include "tests/exporters/siem/sample_records.h"

#include "ledger/base/types.h"
#include "ledger/record/prepare.h"
#include "ledger/record/token.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>

namespace countersign::siem {
namespace {

namespace json = boost::json;

// As of when these files were written: a type that comes later is told as a base event until it has a line.
constexpr std::array<std::string_view, 50> kSystemTypes = {
    "source.added",         "source.revoked",     "source.silent",
    "source.heard",         "tenant.added",       "tenant.moved",
    "policy.changed",       "key.created",        "key.rotated",
    "ledger.started",       "export.performed",   "personal.viewed",
    "erasure.requested",    "erasure.performed",  "hold.placed",
    "hold.released",        "records.sealed",     "records.retired",
    "backup.performed",     "backup.restored",    "operator.added",
    "operator.revoked",     "login.failed",       "session.ended",
    "password.set",         "password.verified",  "identity.verified",
    "user.invited",         "bundle.downloaded",  "bundle.approved",
    "record.viewed",        "records.searched",   "ledger.verified",
    "policy.reviewed",      "report.performed",   "finding.opened",
    "finding.acknowledged", "finding.answered",   "finding.resolved",
    "finding.undelivered",  "source.tested",      "challenge.verified",
    "alarm.raised",         "alarm.acknowledged", "log.read",
    "stream.started",       "stream.ended",       "stream.rewound",
    "stream.refused",       "stream.dropped"};

json::object full_event(std::string_view type) {
  return {
      {"time", "2026-01-31T09:30:00.123456Z"},
      {"type", type},
      {"tenant", "acme"},
      {"actor",
       {{"id", "u-1"},
        {"email", "ada@example.com"},
        {"phone", "+14155550101"},
        {"name", "Ada E"},
        {"role", "admin"}}},
      {"challenge",
       {{"id", "ch-1"},
        {"purpose", "login"},
        {"factor", "totp"},
        {"provider", "twilio"},
        {"provider_id", "VE1"},
        {"attempt", 2},
        {"expires_at", "2026-01-31T09:40:00Z"},
        {"fallback_from", "sms"}}},
      {"action", {{"name", "payout.create"}, {"resource", "payout/17"}, {"context", "amount above limit"}}},
      {"device",
       {{"fingerprint", "3f9a"},
        {"ip", "192.0.2.7"},
        {"user_agent", "Mozilla/5.0"},
        {"country", "DE"},
        {"asn", 64496},
        {"new", true}}},
      {"session", {{"id", "s-1"}}},
      {"outcome", {{"reason", "as expected"}, {"risk", 40}}},
      {"cost", {{"amount", "0.0075"}, {"currency", "EUR"}}},
      {"attributes", {{"plan", "gold"}, {"order", {{"id", "o-1"}}}}}};
}

json::object system_event(std::string_view type) {
  const bool finding = type.starts_with("finding.");
  json::object out{{"time", "2026-01-31T09:30:00Z"},
                   {"type", type},
                   {"tenant", "_system"},
                   {"actor", {{"id", "ops@example.com"}}},
                   {"action",
                    {{"name", "do it"},
                     {"resource", finding ? "acme/0123456789abcdef" : "acme"},
                     {"context", "destination=us-1"}}},
                   {"outcome", {{"reason", type == "ledger.verified" ? "intact" : "on request"}}}};
  return out;
}

Finding finding() {
  return {"0123456789abcdef",
          "acme",
          "CODE-GUESSING",
          2,
          "Codes are not guessed",
          "high",
          "17",
          "10 failures within 600 s",
          "we look at it",
          {17, 18},
          "log.example.com/eu-1/acme"};
}

json::object hostile_event() {
  auto out = full_event("action.blocked");
  out["actor"] = {{"role", "a|b=c\\d"}};
  out["action"] = {
      {"name", "x=1|y\\z \"q\" <script>"}, {"resource", "a|b=c\\d"}, {"context", "=cmd|' /C calc'!A0"}};
  out["outcome"] = {{"reason",
                     "\xE2\x80\xAE"
                     "evil | = \\ \xC3\xA9"}};
  out["device"] = {{"country", "Deutschland"}};
  out.erase("challenge");
  out.erase("attributes");
  return out;
}

}  // namespace

std::string record_of(const json::object& event, std::uint64_t seq) {
  auto numbered = event;
  if (!numbered.contains("id")) numbered["id"] = fmt::format("e-{}", seq);
  const bool system = numbered.at("tenant") == "_system";
  auto prepared =
      record::prepare_event(numbered, {base::SourceName(system ? "countersign" : "app"), record::Proof::hmac},
                            system ? record::Vocabulary::system : record::Vocabulary::source);
  if (!prepared) {
    ADD_FAILURE() << prepared.error().front().path << ": " << prepared.error().front().reason;
    return {};
  }
  for (const auto& personal : prepared->personal) {
    const auto token = record::token_text(personal.kind, record::Salt{}, personal.value);
    prepared->json.replace(personal.offset, token.size(), token);
  }
  record::RecordParts parts;
  const auto log = fmt::format("log.example.com/eu-1/{}", prepared->tenant.value());
  parts.log = log;
  parts.seq = base::seq_at(seq);
  parts.received = {1'769'851'800'500'000};
  parts.source = prepared->source.value();
  parts.proof = record::to_string(prepared->proof);
  parts.redacted = &prepared->redacted;
  parts.event = prepared->json;
  std::string out;
  record::write_record(parts, out);
  return out;
}

std::vector<Sample> samples() {
  std::vector<Sample> out;
  const auto add = [&](const json::object& event, std::optional<Finding> of = {}) {
    out.push_back({record_of(event, out.size()), std::move(of)});
  };
  for (const auto type : record::event_types()) add(full_event(type));
  for (const auto type : kSystemTypes)
    add(system_event(type), type.starts_with("finding.") ? std::optional(finding()) : std::nullopt);
  auto broken = system_event("ledger.verified");
  broken["outcome"] = {{"reason", "record 7 of the log of a tenant: does not follow on the one before"}};
  add(broken);
  Finding never_opened;
  never_opened.id = "0123456789abcdef";
  never_opened.tenant = "acme";
  never_opened.log = "log.example.com/eu-1/acme";
  add(system_event("finding.answered"), never_opened);
  add({{"time", "2026-01-31T09:30:00Z"}, {"type", "login.failed"}, {"tenant", "acme"}});
  add({{"time", "2026-01-31T09:30:00Z"}, {"type", "action.performed"}, {"tenant", "acme"}});
  auto with_secret = full_event("challenge.failed");
  with_secret["attributes"] = {{"otp", "123456"}};
  add(with_secret);
  add(hostile_event());
  return out;
}

}  // namespace countersign::siem
