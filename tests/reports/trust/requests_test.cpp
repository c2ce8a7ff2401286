#include "reports/trust/requests.h"

#include "ledger/base/file.h"
#include "tests/support/temp_dir.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

namespace countersign::trust {
namespace {

using base::Code;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr std::int64_t kDay = 86'400ll * 1'000'000;

class AccessRequests : public ::testing::Test {
 protected:
  Requests open() {
    return Requests::open({folder_,
                           [this](const boost::json::object& event) -> base::Result<void> {
                             if (full_) return base::fail(Code::resource_exhausted, "the disk is full");
                             events_.push_back(event);
                             return {};
                           },
                           30, [this] { return now_; }, crypto::system_entropy()})
        .value();
  }

  static Wish ana(const std::string& email = "ana@example.com") {
    return {"Ana Example", email, "Example Corp", "An assessment of our vendors"};
  }

  std::vector<std::string> types() const {
    std::vector<std::string> out;
    for (const auto& event : events_) out.emplace_back(event.at("type").as_string());
    return out;
  }

  /// All bytes of the file.
  std::string bytes() const { return *base::read_file(folder_ / "requests.sqlite", 1u << 24); }

  testing::TempDir dir_;
  const std::filesystem::path folder_ = folder_in(dir_.path());
  base::Timestamp now_{1'770'000'000'000'000};
  bool full_ = false;
  std::vector<boost::json::object> events_;
  const documents::By by_{"acc-1", {{"actor", {{"id", "acc-1"}, {"role", "admin"}}}}};
  const Grant grant_{
      "acc-9", "acme", {1'760'000'000'000'000}, {1'771'000'000'000'000}, {1'771'000'000'000'000}};
};

TEST_F(AccessRequests, AreKeptForTheirOwnerAloneAndRecorded) {
  auto requests = open();
  EXPECT_TRUE(*requests.add(ana(), {{"ip", "192.0.2.7"}}));
  const auto all = *requests.list();
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].decision, Decision::pending);
  EXPECT_EQ(all[0].wish->email, "ana@example.com");
  EXPECT_EQ(all[0].asked, now_);
  ASSERT_THAT(events_, SizeIs(1));
  EXPECT_EQ(events_[0].at("type"), "access.requested");
  EXPECT_EQ(events_[0].at("action").at("resource").as_string(), "access/" + all[0].id);
  EXPECT_FALSE(events_[0].at("action").as_object().contains("context"));
  EXPECT_EQ(events_[0].at("actor").at("email"), "ana@example.com");
  EXPECT_EQ(events_[0].at("attributes").at("company"), "Example Corp");
  EXPECT_EQ(events_[0].at("device").at("ip"), "192.0.2.7");
  struct stat status {};
  ASSERT_EQ(::stat((folder_ / "requests.sqlite").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(AccessRequests, OfOneAddressAreKeptOnce) {
  auto requests = open();
  EXPECT_TRUE(*requests.add(ana(), {}));
  auto again = ana();
  again.name = "Somebody Else";
  EXPECT_TRUE(*requests.add(again, {})) << "it is answered alike";
  ASSERT_THAT(*requests.list(), SizeIs(1));
  EXPECT_EQ(requests.list()->front().wish->name, "Ana Example");
  EXPECT_THAT(events_, SizeIs(1));
}

TEST_F(AccessRequests, AreTakenUntilThereAreTooMany) {
  auto requests = open();
  for (std::size_t i = 0; i < Requests::kPendingMax; ++i)
    ASSERT_TRUE(*requests.add(ana(fmt::format("a{}@example.com", i)), {}));
  EXPECT_FALSE(*requests.add(ana("one-more@example.com"), {}));
  EXPECT_FALSE(*requests.add(ana("a1@example.com"), {})) << "nothing tells who has asked before";
  EXPECT_THAT(*requests.list(), SizeIs(Requests::kPendingMax));
  EXPECT_EQ(requests.list()->front().wish->email, "a199@example.com") << "the newest first";
  ASSERT_TRUE(requests.refuse(requests.list()->front().id, "no", by_));
  EXPECT_TRUE(*requests.add(ana("one-more@example.com"), {}));
}

TEST_F(AccessRequests, ForgetWhoAskedOnceTheyAreApproved) {
  auto requests = open();
  ASSERT_TRUE(requests.add(ana(), {}));
  EXPECT_THAT(bytes(), HasSubstr("Ana Example"));
  const auto id = requests.list()->front().id;
  const auto approved = requests.approve(id, grant_, by_);
  ASSERT_TRUE(approved);
  EXPECT_EQ(approved->decision, Decision::approved);
  EXPECT_EQ(approved->account, "acc-9");
  EXPECT_EQ(approved->expires, grant_.expires);
  EXPECT_FALSE(approved->wish);
  for (const auto* personal : {"Ana Example", "ana@example.com", "Example Corp", "An assessment"})
    EXPECT_THAT(bytes(), Not(HasSubstr(personal))) << personal;
  EXPECT_THAT(types(), ElementsAre("access.requested", "access.approved"));
  EXPECT_EQ(events_[1].at("action").at("context"),
            "account=acc-9 tenant=acme from=2025-10-09T08:53:20.000000Z before=2026-02-13T16:26:40.000000Z "
            "expires=2026-02-13T16:26:40.000000Z");
  EXPECT_EQ(events_[1].at("actor").at("id"), "acc-1");
  EXPECT_EQ(requests.approve(id, grant_, by_).error().code, Code::failed_precondition);
  EXPECT_EQ(requests.refuse(id, "no", by_).error().code, Code::failed_precondition);
  EXPECT_EQ(requests.remove(id, by_).error().code, Code::failed_precondition);
  EXPECT_TRUE(*requests.add(ana(), {})) << "she may ask again";
  EXPECT_THAT(*requests.list(), SizeIs(2));
}

TEST_F(AccessRequests, ForgetWhoAskedOnceTheyAreRefusedOrDeleted) {
  auto requests = open();
  ASSERT_TRUE(requests.add(ana(), {}));
  const auto refused = requests.refuse(requests.list()->front().id, "not a customer", by_);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->decision, Decision::refused);
  EXPECT_EQ(events_[1].at("outcome").at("reason"), "not a customer");
  EXPECT_THAT(bytes(), Not(HasSubstr("ana@example.com")));
  ASSERT_TRUE(requests.add(ana("bob@example.com"), {}));
  ASSERT_TRUE(requests.remove(requests.list()->front().id, by_));
  EXPECT_THAT(*requests.list(), SizeIs(1));
  EXPECT_EQ(events_[3].at("type"), "access.refused");
  EXPECT_EQ(events_[3].at("outcome").at("reason"), "deleted");
  EXPECT_THAT(bytes(), Not(HasSubstr("bob@example.com")));
  EXPECT_EQ(requests.remove("gone", by_).error().code, Code::not_found);
}

TEST_F(AccessRequests, ExpireAndAreForgotten) {
  auto requests = open();
  ASSERT_TRUE(requests.add(ana(), {}));
  now_.micros += 30 * kDay - 1;
  EXPECT_EQ(*requests.tidy(), 1u);
  now_.micros += 1;
  EXPECT_EQ(*requests.tidy(), 0u);
  ASSERT_THAT(*requests.list(), SizeIs(1));
  EXPECT_EQ(requests.list()->front().decision, Decision::expired);
  EXPECT_FALSE(requests.list()->front().wish);
  EXPECT_THAT(types(), ElementsAre("access.requested", "access.expired"));
  EXPECT_THAT(bytes(), Not(HasSubstr("ana@example.com")));
  now_.micros += 30 * kDay;
  EXPECT_EQ(*requests.tidy(), 0u);
  EXPECT_THAT(*requests.list(), IsEmpty());
}

TEST_F(AccessRequests, AreKnownUntilTheAccountHasLongEnded) {
  auto requests = open();
  ASSERT_TRUE(requests.add(ana(), {}));
  ASSERT_TRUE(requests.approve(requests.list()->front().id, grant_, by_));
  now_ = {grant_.expires.micros + 30 * kDay - 1};
  ASSERT_TRUE(requests.tidy());
  EXPECT_THAT(*requests.list(), SizeIs(1));
  now_.micros += 1;
  ASSERT_TRUE(requests.tidy());
  EXPECT_THAT(*requests.list(), IsEmpty());
}

TEST_F(AccessRequests, ShowNothingThatCouldNotBeRecorded) {
  auto requests = open();
  ASSERT_TRUE(requests.add(ana(), {}));
  const auto id = requests.list()->front().id;
  full_ = true;
  EXPECT_EQ(requests.add(ana("bob@example.com"), {}).error().code, Code::resource_exhausted);
  EXPECT_EQ(requests.list().error().code, Code::resource_exhausted);
  EXPECT_EQ(requests.as_stored(id)->decision, Decision::pending);
  full_ = false;
  auto another = open();
  EXPECT_THAT(*another.list(), SizeIs(2)) << "what was kept is recorded as soon as it can be";
  EXPECT_THAT(types(), ElementsAre("access.requested", "access.requested"));
}

}  // namespace
}  // namespace countersign::trust
