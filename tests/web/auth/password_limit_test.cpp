#include "web/auth/password_limit.h"

#include "tests/web/auth/test_access.h"
#include "web/auth/administration.h"
#include "web/auth/directory.h"
#include "web/auth/sign_in.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace countersign::auth {
namespace {

constexpr std::int64_t kDayS = 86'400;
constexpr auto kHome = "192.0.2.1", kStranger = "198.51.100.9";

class PasswordLimit : public AccessTest {
 protected:
  PasswordLimit() { ana_ = add("ana@example.com"); }

  /// A try as the daemon makes it: 201, or the status of the refusal.
  int try_it(const std::string& address, std::string_view password = kPassword,
             std::string_view name = "ana@example.com") {
    Directory directory;
    directory.set(*access_.store.all());
    const Peer peer{address, "browser/1"};
    if (begin_try(names_, addresses_, name, peer, now_, directory.knows(name, address, now_)) > 0) return 429;
    const auto opened = sign_in(access_, name, password, peer);
    return opened ? 201 : opened.error().status;
  }

  /// Wrong passwords, each when it need not wait, from one address after another of that /16.
  void guess(unsigned times, const std::string& first_two) {
    for (unsigned i = 0; i < times; ++i) {
      now_.micros += 901 * std::int64_t{1'000'000};
      ASSERT_EQ(try_it(first_two + "." + std::to_string(i % 200) + ".7", "wrong"), 401) << i;
    }
  }

  /// As guess(), from the one address that is given.
  void guess_from(const std::string& address, unsigned times) {
    for (unsigned i = 0; i < times; ++i) {
      now_.micros += 901 * std::int64_t{1'000'000};
      ASSERT_EQ(try_it(address, "wrong"), 401) << i;
    }
  }

  std::vector<std::string> networks() {
    std::vector<std::string> out;
    for (const auto& one : stored(ana_).networks) out.push_back(one.network);
    return out;
  }

  Administrator administrator() { return {access_.store, access_.record, access_.clock, entropy_, {}}; }

  Account ana_;
};

TEST_F(PasswordLimit, LocksAPasswordThatWasGuessedTooOftenAndSaysSoOnce) {
  guess(kPasswordFailuresMax - 1, "198.51");
  EXPECT_EQ(count("user.suspended"), 0u);
  EXPECT_EQ(stored(ana_).password_failures, (PasswordFailures{0, kPasswordFailuresMax - 1}));
  guess(5, "198.51");
  EXPECT_EQ(stored(ana_).password_failures, (PasswordFailures{0, kPasswordFailuresMax}))
      << "nothing is written any more";
  ASSERT_EQ(count("user.suspended"), 1u);
  for (const auto& [type, members] : events_) {
    if (type != "user.suspended") continue;
    EXPECT_EQ(members.at("outcome").at("reason").as_string(), "locked");
    EXPECT_EQ(members.at("action").at("resource").as_string(), ana_.id);
    EXPECT_EQ(boost::json::serialize(members).find("ana@"), std::string::npos);
  }
  now_.micros += 3'601 * std::int64_t{1'000'000};
  EXPECT_EQ(try_it(kStranger), 401) << "the right one opens nothing, in the words of a wrong one";
  EXPECT_EQ(events_.back().second.at("outcome").at("reason").as_string(), "locked");
  EXPECT_EQ(sessions_.size(), 0u);
}

TEST_F(PasswordLimit, OutlivesARestartAndASuccessDoesNotUnlock) {
  ASSERT_EQ(try_it(kHome), 201);
  guess(kPasswordFailuresMax, "198.51");
  access_.store = *AccountStore::open(folder_ / "accounts.sqlite");
  names_.succeeded("ana@example.com");
  EXPECT_EQ(try_it(kStranger), 401);
  EXPECT_EQ(try_it(kHome), 201);
  now_.micros += 3'601 * std::int64_t{1'000'000};
  EXPECT_EQ(try_it(kStranger), 401) << "the lock is not lifted by the one whom it protects";
  ASSERT_TRUE(unlock(administrator(), ana_.id));
  EXPECT_EQ(stored(ana_).password_failures, PasswordFailures());
  now_.micros += 3'601 * std::int64_t{1'000'000};
  EXPECT_EQ(try_it(kStranger), 201);
  EXPECT_EQ(unlock(administrator(), ana_.id).error().code, base::Code::failed_precondition);
}

TEST_F(PasswordLimit, CountsOneAfterAnotherOnly) {
  for (int round = 0; round < 3; ++round) {
    guess(kPasswordFailuresMax - 1, "198.51");
    now_.micros += 3'601 * std::int64_t{1'000'000};
    ASSERT_EQ(try_it(kHome), 201) << round;
    EXPECT_EQ(stored(ana_).password_failures, PasswordFailures());
  }
  EXPECT_EQ(count("user.suspended"), 0u);
}

TEST_F(PasswordLimit, LocksOutNobodyForWhatStrangersDo) {
  ASSERT_EQ(try_it(kHome), 201);
  guess(kPasswordFailuresMax + 3, "198.51");
  EXPECT_EQ(try_it(kHome), 201) << "no wait, and no lock";
  EXPECT_EQ(try_it("192.0.2.200"), 201) << "it is the network that is known";
  EXPECT_EQ(try_it("192.0.3.1"), 429);
}

TEST_F(PasswordLimit, LocksForFailuresFromAKnownNetworkToo) {
  ASSERT_EQ(try_it(kHome), 201);
  guess_from("192.0.2.77", kPasswordFailuresMax);
  EXPECT_EQ(stored(ana_).password_failures, (PasswordFailures{kPasswordFailuresMax, 0}));
  EXPECT_EQ(count("user.suspended"), 1u);
  now_.micros += 3'601 * std::int64_t{1'000'000};
  EXPECT_EQ(try_it(kHome), 401);
  const auto document = account_document(stored(ana_), now_);
  EXPECT_EQ(document.at("state").as_string(), "locked");
  EXPECT_EQ(document.at("locked"), boost::json::value({"password"}));
  EXPECT_EQ(try_it(kStranger), 201) << "in all no more than a hundred";
}

TEST_F(PasswordLimit, AStrangerSlowsNobodyDownWhoIsKnown) {
  ASSERT_EQ(try_it(kHome), 201);
  int waits = 0;
  for (int i = 0; i < 20; ++i) waits += try_it("198.51.100." + std::to_string(i), "wrong") == 429;
  EXPECT_GT(waits, 10);
  EXPECT_EQ(try_it(kHome), 201);
  EXPECT_EQ(try_it(kStranger), 429);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(try_it(kHome, "wrong"), 401);
  EXPECT_EQ(try_it(kHome), 429) << "who is known waits for her own failures";
}

TEST_F(PasswordLimit, GivesNoOtherNameAnExemption) {
  ASSERT_EQ(try_it(kHome), 201);
  add("bob@example.com");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(try_it(kStranger, "wrong", "bob@example.com"), 401);
  EXPECT_EQ(try_it(kHome, kPassword, "bob@example.com"), 429);
  EXPECT_EQ(try_it(kHome, kPassword, "BOB@example.com"), 429);
}

TEST_F(PasswordLimit, KnowsFewNetworksForAMonthAndNoAddress) {
  for (const std::string address : {"192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8:1:2:3:4:5:6"}) {
    now_.micros += kDayS * 1'000'000;
    ASSERT_EQ(try_it(address), 201);
  }
  EXPECT_EQ(networks(), (std::vector<std::string>{"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",
                                                  "2001:db8:1:2::/64"}));
  now_.micros += kDayS * 1'000'000;
  ASSERT_EQ(try_it("192.0.2.9"), 201);
  now_.micros += kDayS * 1'000'000;
  ASSERT_EQ(try_it("203.0.112.1"), 201);
  EXPECT_EQ(networks(), (std::vector<std::string>{"203.0.113.0/24", "2001:db8:1:2::/64", "192.0.2.0/24",
                                                  "203.0.112.0/24"}))
      << "the one that rested longest has gone";
  EXPECT_TRUE(is_known(stored(ana_), "2001:db8:1:2:ffff::1", now_));
  EXPECT_FALSE(is_known(stored(ana_), "2001:db8:1:3::1", now_));
  now_.micros += kNetworkS * 1'000'000;
  EXPECT_FALSE(is_known(stored(ana_), "203.0.112.1", now_));
  ASSERT_EQ(try_it("203.0.112.1"), 201);
  EXPECT_EQ(networks(), std::vector<std::string>{"203.0.112.0/24"});
}

TEST_F(PasswordLimit, KnowsNobodyByThisMachine) {
  ASSERT_EQ(try_it("127.0.0.1"), 201);
  ASSERT_EQ(try_it("::1"), 201);
  EXPECT_TRUE(networks().empty());
  for (const auto* address : {"", "x", "127.0.0.1", "::1", "::ffff:127.0.0.1", "0.0.0.0"})
    EXPECT_EQ(home_of(address), "") << address;
  EXPECT_EQ(home_of("::ffff:192.0.2.7"), "192.0.2.0/24");
}

TEST_F(PasswordLimit, WritesNothingForWhoIsKnownAlready) {
  ASSERT_EQ(try_it(kHome), 201);
  const auto before = access_.store.version();
  ASSERT_EQ(try_it(kHome), 201);
  EXPECT_EQ(*access_.store.version(), *before);
  now_.micros += kDayS * 1'000'000;
  ASSERT_EQ(try_it(kHome), 201);
  EXPECT_NE(*access_.store.version(), *before) << "but each day";
}

TEST_F(PasswordLimit, WritesOnceForEachWrongTryWhetherThereIsAnAccountOrNot) {
  add("invited@example.com", "");
  for (const auto* name : {"ana@example.com", "invited@example.com", "nobody@example.com", "no name!"}) {
    const auto before = *access_.store.version();
    ASSERT_EQ(try_it(kStranger, "wrong", name), 401);
    EXPECT_EQ(*access_.store.version(), before + 1) << name;
  }
  ASSERT_TRUE(access_.store.change(ana_.id, [](Account& one) -> base::Result<void> {
    one.password_failures.elsewhere = kPasswordFailuresMax;
    return {};
  }));
  const auto before = *access_.store.version();
  ASSERT_EQ(try_it(kStranger), 401);
  EXPECT_EQ(*access_.store.version(), before + 1) << "locked";
}

TEST_F(PasswordLimit, EndsWithANewInvitation) {
  guess(kPasswordFailuresMax, "198.51");
  const auto token = invite(access_.store, ana_.id, now_, entropy_);
  EXPECT_EQ(stored(ana_).password_failures.elsewhere, kPasswordFailuresMax) << "a link alone unlocks nothing";
  ASSERT_TRUE(accept_invitation(access_, *token, "lilac horn eleven", {kHome, "browser/1"}));
  EXPECT_EQ(stored(ana_).password_failures, PasswordFailures());
  EXPECT_EQ(try_it(kHome, "lilac horn eleven"), 201) << "and she is known from there";
}

TEST_F(PasswordLimit, HoldsForTheChangeOfAPasswordToo) {
  const auto opened = sign_in(access_, "ana@example.com", kPassword, {kHome, "browser/1"});
  const auto session = session_of(*opened);
  auto elsewhere = session;
  elsewhere.peer.address = kStranger;
  for (unsigned i = 0; i < kPasswordFailuresMax; ++i)
    ASSERT_EQ(change_password(access_, elsewhere, "wrong", "lilac horn eleven").error().status, 403);
  const auto refused = change_password(access_, elsewhere, kPassword, "lilac horn eleven");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().detail, "the present password is wrong");
  EXPECT_TRUE(change_password(access_, session, kPassword, "lilac horn eleven")) << "from her own network";
}

TEST_F(PasswordLimit, CountsNothingForAnAccountThatIsGoneMeanwhile) {
  guess(kPasswordFailuresMax - 1, "198.51");
  ASSERT_TRUE(access_.store.remove(ana_.id));
  count_wrong_password(access_, &ana_, false, {kStranger, ""});
  EXPECT_EQ(count("user.suspended"), 0u);
}

}  // namespace
}  // namespace countersign::auth
