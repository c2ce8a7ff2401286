#include "web/decisions/fact.h"

#include "ledger/base/encoding.h"
#include "ledger/record/event_schema.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/vault/vault_reader.h"
#include "tests/web/decisions/history.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace countersign::decisions {
namespace {

/// What the newest record tells.
std::optional<Told> told_of(History& history, const Happened& what) {
  history.tell(what);
  auto ledger = store::LedgerReader::open(history.region.files().ledger());
  const auto log = ledger->log(base::TenantId(what.tenant));
  const auto bytes = ledger->record(*log, base::seq_at(log->size - 1));
  const auto view = record::read_record(*bytes);
  const auto event = record::read_event(view->event);
  auto told = read_fact(*view, *event);
  EXPECT_TRUE(told);
  return told ? *told : std::nullopt;
}

std::optional<FactKind> kind_of(History& history, const Happened& what) {
  const auto told = told_of(history, what);
  return told ? std::optional(told->fact.kind) : std::nullopt;
}

TEST(Fact, IsReadFromTheRecordsThatMatter) {
  History history;
  EXPECT_EQ(kind_of(history, {"challenge.verified"}), FactKind::success);
  EXPECT_EQ(kind_of(history, {"challenge.failed"}), FactKind::failure);
  EXPECT_EQ(kind_of(history, {"factor.reset"}), FactKind::reset);
  EXPECT_EQ(kind_of(history, {"factor.removed"}), FactKind::removed);
  EXPECT_EQ(kind_of(history, {"user.deprovisioned"}), FactKind::blocked);
  EXPECT_EQ(kind_of(history, {"user.suspended"}), FactKind::blocked);
  EXPECT_EQ(kind_of(history, {"user.provisioned"}), FactKind::unblocked);
  for (const auto type : record::event_types()) {
    const bool matters = type == "challenge.verified" || type == "challenge.failed" ||
                         type == "factor.reset" || type == "factor.removed" || type == "user.deprovisioned" ||
                         type == "user.suspended" || type == "user.provisioned";
    if (matters) continue;
    EXPECT_EQ(kind_of(history, {std::string(type)}), std::nullopt) << type;
  }
}

TEST(Fact, CountsAChallengeByItsPurposeAndFactor) {
  History history;
  for (const char* purpose : {"admin_action", "step_up", "login", ""}) {
    EXPECT_EQ(kind_of(history, {.type = "challenge.verified", .purpose = purpose}), FactKind::success);
    EXPECT_EQ(kind_of(history, {.type = "challenge.failed", .purpose = purpose}), FactKind::failure);
  }
  for (const char* purpose : {"signup", "audit_access"}) {
    EXPECT_EQ(kind_of(history, {.type = "challenge.verified", .purpose = purpose}), std::nullopt);
    EXPECT_EQ(kind_of(history, {.type = "challenge.failed", .purpose = purpose}), std::nullopt);
  }
  EXPECT_EQ(kind_of(history, {.type = "challenge.verified", .factor = ""}), std::nullopt);
  EXPECT_EQ(kind_of(history, {.type = "challenge.failed", .factor = ""}), FactKind::failure);
  const auto told = told_of(history, {.factor = "passkey"});
  EXPECT_EQ(record::factors()[told->fact.factor], "passkey");
}

TEST(Fact, TakesNothingFromImportedHistoryAndOnlyTheWorstFromNobody) {
  History history;
  using enum record::Proof;
  const auto kind = [&](const char* type, record::Proof proof) {
    return kind_of(history, {.type = type, .proof = proof});
  };
  for (const char* type : {"challenge.verified", "challenge.failed", "factor.reset", "factor.removed",
                           "user.deprovisioned", "user.suspended", "user.provisioned"})
    EXPECT_EQ(kind(type, backfill), std::nullopt) << type;
  EXPECT_EQ(kind("challenge.verified", none), std::nullopt);
  EXPECT_EQ(kind("user.provisioned", none), std::nullopt);
  EXPECT_EQ(kind("factor.reset", none), FactKind::removed);
  EXPECT_EQ(kind("challenge.failed", none), FactKind::failure);
  EXPECT_EQ(kind("user.suspended", none), FactKind::blocked);
  EXPECT_EQ(kind("challenge.verified", shared_header), FactKind::success);
}

TEST(Fact, BelievesNoClockThatIsAhead) {
  History history;
  const auto ahead = told_of(history, {.after_s = 3'600});
  EXPECT_EQ(ahead->fact.time, ahead->fact.received);
  const auto behind = told_of(history, {.after_s = -60});
  EXPECT_LT(behind->fact.time.micros, behind->fact.received.micros - 59'000'000);
}

TEST(Fact, IsBoundToEachTokenOfThePersonAndToNoOther) {
  History history;
  auto vault = vault::VaultReader::open(history.region.files().vault(), history.region.keys());
  const auto told = told_of(history, {.session = "s-1", .challenge = "a \"quoted\" id"});
  const auto token = [&](record::Kind kind, std::string_view value) {
    return *base::digest_from_base64url(vault->find(base::TenantId("acme"), kind, value).value().value());
  };
  const auto actor = told->actor.view();
  EXPECT_EQ(std::vector(actor.begin(), actor.end()),
            (std::vector{token(record::Kind::user, "ana"), token(record::Kind::email, "ana@example.com")}));
  EXPECT_TRUE(told->fact.has_session);
  EXPECT_EQ(told->fact.session, token(record::Kind::session, "s-1"));
  EXPECT_EQ(told->fact.challenge, challenge_tag("a \"quoted\" id"));
  EXPECT_NE(challenge_tag("a"), challenge_tag("b"));
  EXPECT_EQ(kind_of(history, {.id = "", .email = ""}), std::nullopt) << "nobody is named";
}

}  // namespace
}  // namespace countersign::decisions
