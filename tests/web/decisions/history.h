#pragma once

#include "collector/ingest/registry.h"
#include "ledger/base/json.h"
#include "ledger/projection/index.h"
#include "ledger/store/ledger_reader.h"
#include "tests/support/test_region.h"
#include "web/decisions/decider.h"

#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace countersign::decisions {

/// One event of a test's history. Empty members are left out.
struct Happened {
  std::string type = "challenge.verified";
  std::string id = "ana";                 ///< actor.id
  std::string email = "ana@example.com";  ///< actor.email
  std::string factor = "totp";
  std::string purpose = "step_up";
  std::string session = {};
  std::string challenge = {};
  std::string action = {};
  std::int64_t after_s = 0;  ///< event.time, from when it is received
  record::Proof proof = record::Proof::token;
  std::string tenant = "acme";
};

/// A region with a real store, and what happens in it.
class History {
 public:
  explicit History(std::uint64_t seed = 1) : region(seed), writer(region.open_writer()) {}

  testing::TestRegion region;
  std::unique_ptr<store::Writer> writer;

  base::Timestamp now() { return region.clock()(); }

  record::PreparedEvent prepare(const Happened& what) {
    namespace json = boost::json;
    json::object event{{"id", fmt::format("evt-{:08}", ++count_)},
                       {"time", base::format_rfc3339({now().micros + what.after_s * 1'000'000})},
                       {"type", what.type},
                       {"tenant", what.tenant}};
    const auto put = [&](const char* object, const char* name, const std::string& value) {
      if (value.empty()) return;
      if (!event.contains(object)) event[object] = json::object();
      event[object].as_object()[name] = value;
    };
    put("actor", "id", what.id);
    put("actor", "email", what.email);
    put("challenge", "id", what.challenge);
    if (what.type.starts_with("challenge.")) {
      put("challenge", "purpose", what.purpose);
      put("challenge", "factor", what.factor);
    }
    put("action", "name", what.action);
    put("session", "id", what.session);
    auto prepared = record::prepare_event(event, {base::SourceName("app"), what.proof});
    if (!prepared) std::abort();
    return std::move(*prepared);
  }

  /// Appends and waits for the answer.
  void tell(const Happened& what) { tell_all({what}); }
  void tell_all(const std::vector<Happened>& all) {
    std::vector<record::PreparedEvent> batch;
    for (const auto& what : all) batch.push_back(prepare(what));
    if (!testing::TestRegion::append(*writer, std::move(batch))) std::abort();
  }

  /// The index as far as the ledger has come; `records_max` to leave it behind.
  void index(std::uint64_t records_max = UINT64_MAX / 4) {
    auto made = projection::Index::open(region.files().index());
    auto ledger = store::LedgerReader::open(region.files().ledger());
    if (!made || !ledger || !made->advance(*ledger, records_max)) std::abort();
  }

  DeciderOptions options() { return {region.files(), &region.keys(), region.clock()}; }

  /// A decider as after a start.
  Decider loaded() {
    auto decider = Decider::open(options());
    const base::Result<void> done =
        decider ? decider->load([] { return false; }) : base::Result<void>(base::fail(decider.error()));
    if (done) return std::move(*decider);
    fmt::print(stderr, "test set-up failed: {}\n", done.error().message);
    std::abort();
  }

 private:
  std::atomic<std::uint64_t> count_{0};
};

/// A tenant whose policy lists `billing.*`, with a window.
inline std::shared_ptr<const ingest::Tenant> tenant_with(std::int64_t window_s, unsigned attempts = 3,
                                                         const std::string& id = "acme",
                                                         boost::json::array factors = {"totp", "passkey",
                                                                                       "sms"}) {
  auto policy =
      ingest::AccessPolicy::parse({{"factors", std::move(factors)},
                                   {"step_up", {{"actions", {"billing.*"}}, {"window_s", window_s}}},
                                   {"lockout", {{"attempts", std::int64_t{attempts}}}}});
  if (!policy) std::abort();
  ingest::Tenant tenant{base::TenantId(id), base::RegionId("eu-1"), {}, {}};
  tenant.access = std::move(*policy);
  return std::make_shared<const ingest::Tenant>(std::move(tenant));
}

/// What is asked of Ana, by her id and her address.
inline DecisionBody ask(std::string action = "billing.refund") {
  DecisionBody body;
  body.actor_id = "ana";
  body.actor_email = "ana@example.com";
  body.action = std::move(action);
  return body;
}

/// The decision, or the error's message.
inline std::string outcome_of(Decider& decider, const std::shared_ptr<const ingest::Tenant>& tenant,
                              const DecisionBody& body) {
  const auto decided = decider.decide({tenant, body});
  return decided ? std::string(to_string(decided->outcome)) : decided.error().message;
}

inline boost::json::object document_of(const std::string& text) {
  auto parsed = base::parse_json(text, {});
  if (!parsed || !parsed->duplicates.empty()) std::abort();
  return parsed->value.as_object();
}

}  // namespace countersign::decisions
