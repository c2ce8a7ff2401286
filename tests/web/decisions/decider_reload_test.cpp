#include "ledger/privacy/erasures.h"
#include "ledger/privacy/holds.h"
#include "ledger/retention/keep.h"
#include "tests/web/decisions/history.h"
#include "web/decisions/decider.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace countersign::decisions {
namespace {

constexpr std::int64_t kDay = 86'400;

DecisionBody about(const std::string& person, const std::string& session = {}) {
  DecisionBody body;
  body.actor_id = person;
  body.action = "billing.refund";
  body.session = session;
  return body;
}

TEST(DeciderReload, BlocksWhoWasSuspendedLongAgoWithAnIndexOrWithout) {
  History history;
  history.tell({.type = "user.provisioned", .id = "ana"});
  history.tell({.type = "user.suspended", .id = "bob", .email = "bob@example.com"});
  history.tell({.type = "user.suspended", .id = "dan", .email = ""});
  history.tell({.type = "user.deprovisioned", .id = "ana"});
  history.region.pass(30 * kDay);
  history.tell({.type = "user.provisioned", .id = "ana"});
  history.region.pass(30 * kDay);
  history.tell({.type = "challenge.sent", .id = "cy", .email = ""});
  const auto tenant = tenant_with(900);
  const auto check = [&](const char* how) {
    auto decider = history.loaded();
    EXPECT_EQ(outcome_of(decider, tenant, about("bob")), "blocked") << how;
    EXPECT_EQ(outcome_of(decider, tenant, about("dan")), "blocked") << how;
    EXPECT_EQ(outcome_of(decider, tenant, about("ana")), "step_up_required") << how;
    EXPECT_EQ(outcome_of(decider, tenant, about("cy")), "step_up_required") << how;
  };
  check("no index");
  history.index(1);
  check("an index that has only begun");
  history.index();
  check("an index");
  history.tell({.type = "user.provisioned", .id = "bob", .email = ""});
  {
    auto decider = history.loaded();
    EXPECT_EQ(outcome_of(decider, tenant, about("bob")), "step_up_required") << "the index is behind";
    auto by_mail = about("");
    by_mail.actor_email = "bob@example.com";
    EXPECT_EQ(outcome_of(decider, tenant, by_mail), "blocked") << "this one was not provisioned";
  }
  history.tell({.type = "user.suspended", .id = "bob", .email = ""});
  history.index();
  check("an index again");
  // Of an index of which only the beginning is left, how far it came can be read and no more.
  constexpr std::uintmax_t kPage = 4'096;
  const auto file = history.region.files().index();
  const auto size = std::filesystem::file_size(file);
  const auto whole = history.region.dir() / "whole";
  std::filesystem::copy_file(file, whole);
  bool has_begun = false;
  for (auto left = kPage; !has_begun; left += kPage) {
    ASSERT_LT(left, size);
    std::filesystem::copy_file(whole, file, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(file, left);
    std::filesystem::resize_file(file, size);
    EXPECT_FALSE(read_user_events(
        file, [&](const Indexed& indexed) { has_begun = !indexed.empty(); },
        [](std::int64_t, const Told&) { return base::Result<void>(); }));
  }
  check("an index that is damaged");
  std::filesystem::resize_file(file, 5'000);
  check("an index that is no database any more");
}

TEST(DeciderReload, ReadsNoMoreThanItMustWhereThereIsAnIndex) {
  History history;
  history.tell({.type = "user.suspended", .id = "bob", .email = ""});
  history.tell({.type = "challenge.sent"});
  history.region.pass(2 * 3'600);
  history.tell({});
  history.index();
  history.writer.reset();
  // The first two records are past, and the index has them: nobody looks at them.
  testing::tamper(history.region, "UPDATE records SET record=x'7b7d' WHERE place=0");
  auto decider = history.loaded();
  const auto tenant = tenant_with(900);
  EXPECT_EQ(outcome_of(decider, tenant, about("ana")), "allowed");
  EXPECT_EQ(outcome_of(decider, tenant, about("bob")), "blocked");
}

TEST(DeciderReload, FollowsALogOfWhichRecordsWereSealedAndRetired) {
  History history;
  retention::RuleBook book;
  privacy::Holds holds(history.region.dir() / "eu-1.holds");
  privacy::Erasures erasures(history.region.dir() / "eu-1.erasures");
  ASSERT_TRUE(
      book.set(base::TenantId("acme"),
               {"pci_dss", *retention::parse_span("12 months"), *retention::parse_span("3 months"), {}}));
  int ids = 0;
  const auto keep = [&] {
    history.writer = nullptr;  // so that a checkpoint covers all
    history.writer = history.region.open_writer();
    retention::KeepReport report;
    const auto done = retention::keep_to_rules(*history.writer,
                                               {history.region.files(),
                                                &book,
                                                &holds,
                                                &erasures,
                                                history.region.clock(),
                                                [&ids] { return fmt::format("{:032x}", ++ids); },
                                                {}},
                                               report);
    EXPECT_TRUE(done) << done.error().message;
    return report;
  };
  auto live = history.loaded();
  const auto tenant = tenant_with(900);
  history.tell({.type = "user.suspended", .id = "bob", .email = ""});
  for (int i = 0; i < 20; ++i) history.tell({.type = "challenge.sent", .id = fmt::format("user-{}", i)});
  history.region.pass(130 * kDay);
  ASSERT_EQ(keep().sealed.size(), 1u);
  for (auto decider = history.loaded(); auto* one : {&live, &decider}) {
    const auto decided = one->decide({tenant, about("bob")});
    ASSERT_TRUE(decided) << decided.error().message;
    EXPECT_EQ(decided->outcome, Outcome::blocked);
    EXPECT_EQ(document_of(decided->json).at("as_of").at("size"), 21) << "all of it is sealed";
  }
  history.tell({});
  const auto check = [&](Decider& decider, const char* how) {
    EXPECT_EQ(outcome_of(decider, tenant, about("ana")), "allowed") << how;
    EXPECT_EQ(outcome_of(decider, tenant, about("bob")), "blocked") << how;
  };
  check(live, "live");
  {
    auto decider = history.loaded();
    check(decider, "loaded from sealed records");
  }
  history.index();
  {
    auto decider = history.loaded();
    check(decider, "loaded with an index");
  }
  history.region.pass(500 * kDay);
  ASSERT_FALSE(keep().retired.empty());
  ASSERT_TRUE(projection::remove_index(history.region.files().index()));
  EXPECT_TRUE(history.loaded().keep_up()) << "there is nothing left to be read, and no index";
  history.tell({});
  auto loaded = history.loaded();
  for (auto* decider : {&live, &loaded}) {
    EXPECT_EQ(outcome_of(*decider, tenant, about("ana")), "allowed");
    // The value went with the record, so nobody is known by it any more: live as after a start.
    EXPECT_EQ(outcome_of(*decider, tenant, about("bob")), "step_up_required");
  }
}

/// A history in which anything follows anything.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t end) { return random_() % end; }
  template <class T>
  T one_of(const std::vector<T>& all) {
    return all[below(all.size())];
  }

  Happened event() {
    Happened what;
    what.type = one_of<std::string>({"challenge.verified", "challenge.verified", "challenge.verified",
                                     "challenge.verified", "challenge.verified", "challenge.verified",
                                     "challenge.failed", "challenge.failed", "challenge.failed",
                                     "challenge.failed", "challenge.failed", "challenge.sent"});
    if (below(12) == 0) what.type = one_of<std::string>({"factor.reset", "factor.removed"});
    if (below(20) == 0)
      what.type = one_of<std::string>({"user.suspended", "user.provisioned", "user.provisioned"});
    const auto person = one_of<std::string>({"ana", "bob", "cy"});
    what.id = below(6) == 0 ? "" : person;
    what.email = below(4) == 0 ? "" : person + "@example.com";
    what.factor = one_of<std::string>({"totp", "totp", "sms", "push", ""});
    what.purpose = one_of<std::string>({"", "login", "step_up", "signup"});
    what.session = one_of<std::string>({"", "s-1", "s-2"});
    what.after_s = one_of<std::int64_t>({0, 0, 0, -5, -600, -1'799, -4'000, 60, 4'000});
    what.proof = one_of<record::Proof>({record::Proof::token, record::Proof::token, record::Proof::token,
                                        record::Proof::none, record::Proof::backfill});
    what.tenant = one_of<std::string>({"acme", "acme", "globex"});
    return what;
  }

 private:
  std::mt19937_64 random_;
};

TEST(DeciderReload, GivesTheAnswersOfBeforeWhateverHappened) {
  const std::vector tenants{tenant_with(900, 3), tenant_with(1'800, 2, "acme", {"totp"}), tenant_with(60, 5),
                            tenant_with(0, 3), tenant_with(900, 3, "globex")};
  std::map<std::string, int> seen;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Chance chance(seed);
    History history(seed);
    // Both look at the same instant.
    const auto instant = std::make_shared<base::Timestamp>(history.now());
    auto options = history.options();
    options.clock = [instant] { return *instant; };
    const auto open = [&] {
      auto decider = Decider::open(options);
      EXPECT_TRUE(decider && decider->load([] { return false; }));
      return std::move(*decider);
    };
    auto live = open();
    for (int step = 0; step < 20; ++step) {
      std::vector<Happened> some;
      for (auto count = 1 + chance.below(5); count > 0; --count) some.push_back(chance.event());
      history.tell_all(some);
      if (chance.below(2) == 0)
        history.region.pass(chance.one_of<std::int64_t>({1, 30, 30, 300, 300, 900, 1'799, 1'800, 3'600}));
      *instant = history.now();
      if (chance.below(3) == 0) {
        EXPECT_TRUE(live.keep_up());
      }
      if (chance.below(8) == 0) history.index(1 + chance.below(40));
      if (chance.below(3) != 0) continue;
      auto loaded = open();
      for (const auto& tenant : tenants) {
        for (const char* person : {"ana", "bob", "cy", "nobody"}) {
          for (const char* session : {"", "s-1", "s-2", "s-3"}) {
            auto body = about(person, session);
            if (chance.below(2) == 0) body.actor_email = std::string(person) + "@example.com";
            const auto before = live.decide({tenant, body}), after = loaded.decide({tenant, body});
            ASSERT_TRUE(before && after);
            ASSERT_EQ(before->json, after->json) << "seed " << seed << ", step " << step << ", " << person;
            ++seen[std::string(to_string(before->outcome))];
          }
        }
      }
    }
  }
  for (const char* outcome : {"allowed", "step_up_required", "locked_out", "blocked"})
    EXPECT_GT(seen[outcome], 20) << outcome;
}

}  // namespace
}  // namespace countersign::decisions
