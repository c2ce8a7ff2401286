#include "reports/documents/store.h"

#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/crypto/digest.h"
#include "tests/support/temp_dir.h"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <map>

namespace countersign::documents {
namespace {

namespace fs = std::filesystem;

using base::Code;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const std::string kText = "We attest that all is well.\n";

class DocumentStore : public ::testing::Test {
 protected:
  Store open(Limits limits = {}) {
    limits.disk_reserve_bytes = 0;
    return Store::open({folder_,
                        [this](const boost::json::object& event) -> base::Result<void> {
                          if (full_) return base::fail(Code::resource_exhausted, "the disk is full");
                          events_.push_back(event);
                          return {};
                        },
                        [this] { return now_; }, crypto::system_entropy(), limits})
        .value();
  }

  Document add(Store& store, const std::string& kind = "soc2-type2", bool is_nda = false) {
    NewDocument wish;
    wish.kind = kind;
    wish.title = "A document";
    wish.owner = "acc-7";
    wish.is_nda = is_nda;
    wish.confidentiality = is_nda ? Confidentiality::open : Confidentiality::nda;
    return store.add(wish, by_).value();
  }

  static NewVersion until(const char* day) {
    NewVersion out;
    out.file_name = "letter.txt";
    if (day != nullptr) out.valid_until = *parse_day(day);
    return out;
  }

  std::vector<std::string> types() const {
    std::vector<std::string> out;
    for (const auto& event : events_) out.emplace_back(event.at("type").as_string());
    return out;
  }
  std::string last(std::string_view object, std::string_view member) const {
    return std::string(events_.back().at(object).at(member).as_string());
  }
  std::vector<std::string> files() const {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      auto name = entry.path().filename().string();
      if (name.size() == 64) out.push_back(std::move(name));
    }
    std::ranges::sort(out);
    return out;
  }

  testing::TempDir dir_;
  const fs::path folder_ = folder_in(dir_.path());
  base::Timestamp now_ = *base::parse_rfc3339("2026-06-01T12:00:00Z");
  bool full_ = false;
  std::vector<boost::json::object> events_;
  const By by_{"acc-1", {{"actor", {{"id", "acc-1"}, {"role", "admin"}}}}};
};

TEST_F(DocumentStore, KeepsAVersionAndRecordsItsHash) {
  auto store = open();
  const auto document = add(store);
  auto wish = until("2026-12-31");
  wish.issuer = "Example Auditors LLP";
  wish.valid_from = *parse_day("2026-01-01");
  const auto added = store.add_version(document.id, wish, kText, by_).value();
  EXPECT_TRUE(added.is_new);
  const auto sha256 = base::to_hex(crypto::sha256(kText).view());
  EXPECT_THAT(files(), ElementsAre(sha256));
  struct stat info {};
  ASSERT_EQ(::stat((folder_ / sha256).c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  EXPECT_THAT(types(), ElementsAre("document.added", "document.added"));
  EXPECT_EQ(last("action", "resource"), "soc2-type2/" + document.id + "/1");
  EXPECT_EQ(last("action", "context"),
            "sha256=" + sha256 +
                " bytes=28 valid_from=2026-01-01 valid_until=2026-12-31 issuer=Example Auditors LLP");
  EXPECT_EQ(last("actor", "id"), "acc-1");
  EXPECT_EQ(last("attributes", "owner"), "acc-7");

  // Another process finds it all again.
  auto again = open();
  const auto found = again.find(document.id, 1).value();
  EXPECT_EQ(found.version().issuer, "Example Auditors LLP");
  EXPECT_EQ(found.version().media_type, "text/plain");
  EXPECT_EQ(found.version().file_name, "letter.txt");
  EXPECT_EQ(found.version().added, now_);
  EXPECT_EQ(found.version().added_by, "acc-1");
  EXPECT_EQ(found.document.title, "A document");
  EXPECT_EQ(found.document.remind_days, std::vector<std::int64_t>{30});
  EXPECT_EQ(again.read(found.version()).value(), kText);
  EXPECT_EQ(again.find(document.id, 2).error().code, Code::not_found);
  EXPECT_EQ(again.find("nobody").error().code, Code::not_found);
}

TEST_F(DocumentStore, ShowsNothingThatIsNotRecorded) {
  auto store = open();
  const auto document = add(store);
  full_ = true;
  EXPECT_EQ(store.add_version(document.id, until(nullptr), kText, by_).error().code,
            Code::resource_exhausted);
  EXPECT_EQ(store.list().error().code, Code::resource_exhausted);
  EXPECT_EQ(open().find(document.id).error().code, Code::resource_exhausted);
  full_ = false;
  EXPECT_THAT(open().find(document.id).value().versions, SizeIs(1));
  EXPECT_THAT(types(), ElementsAre("document.added", "document.added"));
  EXPECT_EQ(last("action", "resource"), "soc2-type2/" + document.id + "/1");
  // Who tries again has made it once.
  EXPECT_FALSE(store.add_version(document.id, until(nullptr), kText, by_)->is_new);
  EXPECT_THAT(events_, SizeIs(2));
}

TEST_F(DocumentStore, AddsTheSameOnceAndAnotherPeriodAsAnotherVersion) {
  auto store = open();
  const auto id = add(store).id;
  EXPECT_EQ(store.add_version(id, until("2026-12-31"), kText, by_)->found.number, 1);
  EXPECT_EQ(store.add_version(id, until("2026-12-31"), kText, by_)->found.number, 1);
  EXPECT_EQ(store.add_version(id, until("2027-12-31"), kText, by_)->found.number, 2);
  EXPECT_THAT(files(), SizeIs(1));
  EXPECT_THAT(types(), SizeIs(3));
}

TEST_F(DocumentStore, RefusesWhatIsNoDocument) {
  auto store = open();
  const auto id = add(store).id;
  EXPECT_THAT(store.add_version(id, until(nullptr), "<html>", by_).error().message, HasSubstr("markup"));
  auto wrong = until(nullptr);
  wrong.sha256 = base::Digest{};
  EXPECT_THAT(store.add_version(id, wrong, kText, by_).error().message, HasSubstr("SHA-256"));
  auto backwards = until("2026-01-01");
  backwards.valid_from = *parse_day("2026-01-02");
  EXPECT_THAT(store.add_version(id, backwards, kText, by_).error().message, HasSubstr("valid_until"));
  EXPECT_EQ(store.add_version("nobody", until(nullptr), kText, by_).error().code, Code::not_found);
  EXPECT_THAT(files(), IsEmpty());
  NewDocument wish{"soc2-type2", "t", "o"};
  for (const auto& [member, change] : std::map<std::string, std::function<void(NewDocument&)>>{
           {"kind", [](auto& one) { one.kind = "letter"; }},
           {"title", [](auto& one) { one.title = std::string(201, 'x'); }},
           {"owner", [](auto& one) { one.owner = "a\nb"; }},
           {"remind_days", [](auto& one) { one.remind_days = {0}; }},
           {"NDA", [](auto& one) { one.is_nda = true; }}}) {
    auto bad = wish;
    change(bad);
    const auto refused = store.add(bad, by_);
    ASSERT_FALSE(refused) << member;
    EXPECT_EQ(refused.error().code, Code::invalid_argument);
    EXPECT_THAT(refused.error().message, HasSubstr(member));
  }
}

TEST_F(DocumentStore, HoldsNoMoreThanItMay) {
  Limits few;
  few.documents = 1;
  few.versions = 2;
  few.file_bytes = 100;
  few.all_bytes = 120;
  auto store = open(few);
  const auto id = add(store).id;
  NewDocument wish{"other", "t", "o"};
  EXPECT_EQ(store.add(wish, by_).error().code, Code::failed_precondition);
  EXPECT_EQ(store.add_version(id, until(nullptr), std::string(101, 'x'), by_).error().code,
            Code::invalid_argument);
  ASSERT_TRUE(store.add_version(id, until(nullptr), std::string(100, 'x'), by_));
  EXPECT_THAT(store.add_version(id, until(nullptr), std::string(50, 'y'), by_).error().message,
              HasSubstr("in all"));
  ASSERT_TRUE(store.withdraw(id, 1, "too long", true, by_));
  ASSERT_TRUE(store.add_version(id, until(nullptr), std::string(50, 'y'), by_));
  EXPECT_THAT(store.add_version(id, until(nullptr), std::string(5, 'z'), by_).error().message,
              HasSubstr("2 versions"));
}

TEST_F(DocumentStore, LeavesTheDiskItsReserve) {
  auto store = Store::open({folder_,
                            [](const auto&) { return base::Result<void>(); },
                            base::system_clock(),
                            crypto::system_entropy(),
                            {.disk_reserve_bytes = std::uint64_t{1} << 62}})
                   .value();
  const auto id = add(store).id;
  EXPECT_EQ(store.add_version(id, until(nullptr), kText, by_).error().code, Code::resource_exhausted);
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(DocumentStore, WithdrawsAVersionAndKeepsItsHash) {
  auto store = open();
  const auto id = add(store).id;
  ASSERT_TRUE(store.add_version(id, until(nullptr), kText, by_));
  now_.micros += 1;
  EXPECT_EQ(store.withdraw(id, 1, "", false, by_).error().code, Code::invalid_argument);
  ASSERT_TRUE(store.withdraw(id, 1, "the wrong file", false, by_));
  EXPECT_THAT(files(), SizeIs(1));
  EXPECT_EQ(last("outcome", "reason"), "the wrong file");
  EXPECT_THAT(last("action", "context"), HasSubstr(" contents=kept"));
  EXPECT_EQ(store.withdraw(id, 1, "again", false, by_).error().code, Code::failed_precondition);
  const auto gone = store.withdraw(id, 1, "a customer's name is in it", true, by_).value();
  EXPECT_THAT(files(), IsEmpty());
  EXPECT_THAT(last("action", "context"), HasSubstr(" contents=removed"));
  EXPECT_EQ(gone.versions[0].sha256, crypto::sha256(kText));
  EXPECT_EQ(gone.versions[0].withdrawn->reason, "the wrong file");
  EXPECT_EQ(store.read(gone.versions[0]).error().code, Code::not_found);
  EXPECT_EQ(store.withdraw(id, 1, "again", true, by_).error().code, Code::failed_precondition);
}

TEST_F(DocumentStore, RemovesContentsThatAnotherVersionHasOnlyWithIt) {
  auto store = open();
  const auto first = add(store).id, second = add(store).id;
  ASSERT_TRUE(store.add_version(first, until(nullptr), kText, by_));
  ASSERT_TRUE(store.add_version(second, until(nullptr), kText, by_));
  ASSERT_TRUE(store.withdraw(first, 1, "no", true, by_));
  EXPECT_THAT(files(), SizeIs(1));
  EXPECT_EQ(store.read(store.find(second, 1)->version()).value(), kText);
  ASSERT_TRUE(store.withdraw(second, 1, "no", true, by_));
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(DocumentStore, NoticesContentsThatAreOthersAndTakesThemAgain) {
  auto store = open();
  const auto id = add(store).id;
  const auto version = store.add_version(id, until(nullptr), kText, by_)->found.version();
  const auto file = folder_ / files().front();
  ASSERT_TRUE(base::write_file_durably(file, "We attest that all is ill!!\n", base::FileMode::secret));
  EXPECT_EQ(store.contents(version).error().code, Code::data_loss);
  fs::remove(file);
  EXPECT_EQ(store.read(version).error().code, Code::data_loss);
  ASSERT_TRUE(base::write_file_durably(file, "longer than what was added here", base::FileMode::secret));
  EXPECT_EQ(store.read(version).error().code, Code::data_loss);
  ASSERT_TRUE(store.add_version(id, until("2026-12-31"), kText, by_));
  EXPECT_EQ(store.contents(version).value(), file);
}

TEST_F(DocumentStore, TidiesUpAfterACrash) {
  auto store = open();
  const auto id = add(store).id;
  ASSERT_TRUE(store.add_version(id, until(nullptr), kText, by_));
  const auto orphan = folder_ / std::string(64, 'a'), half = folder_ / ".half.1.tmp";
  for (const auto& file : {orphan, half})
    ASSERT_TRUE(base::write_file_durably(file, "x", base::FileMode::secret));
  ASSERT_TRUE(store.tidy());
  EXPECT_FALSE(fs::exists(orphan));
  EXPECT_FALSE(fs::exists(half));
  EXPECT_THAT(files(), SizeIs(1));
  EXPECT_TRUE(fs::exists(folder_ / "documents.sqlite"));
}

TEST_F(DocumentStore, RecordsWhatIsChangedAndTheOwnerAsAPersonalValue) {
  auto store = open();
  const auto id = add(store).id;
  DocumentChange wish;
  EXPECT_EQ(store.change(id, wish, by_).error().code, Code::invalid_argument);
  wish.owner = "acc-8";
  wish.title = "Another title";
  wish.confidentiality = Confidentiality::internal;
  wish.remind_days = {7, 60, 7};
  const auto changed = store.change(id, wish, by_).value();
  EXPECT_EQ(changed.remind_days, (std::vector<std::int64_t>{60, 7}));
  EXPECT_EQ(last("action", "context"), "confidentiality=internal remind_days=60,7 owner title=Another title");
  EXPECT_EQ(last("attributes", "owner"), "acc-8");
  ASSERT_TRUE(store.change(id, wish, by_));
  EXPECT_THAT(types(), ElementsAre("document.added", "document.changed"));
  EXPECT_EQ(open().find(id)->owner, "acc-8");
}

TEST_F(DocumentStore, RemindsOnceAndSaysOnceThatAVersionHasExpired) {
  auto store = open();
  const auto id = add(store).id;
  ASSERT_TRUE(store.add_version(id, until("2026-07-15"), kText, by_));
  EXPECT_EQ(store.remind().value(), 0U);
  now_ = *base::parse_rfc3339("2026-06-15T00:00:00Z");
  EXPECT_EQ(store.remind().value(), 1U);
  EXPECT_EQ(last("action", "context"), "valid_until=2026-07-15 remind_days=30 left=30 title=A document");
  EXPECT_EQ(events_.back().at("id").as_string(), "document.expiring/" + id + "/1/30");
  EXPECT_EQ(last("attributes", "owner"), "acc-7");
  EXPECT_EQ(store.remind().value(), 0U);
  EXPECT_EQ(open().remind().value(), 0U);
  now_ = *base::parse_rfc3339("2026-07-16T00:00:00Z");
  EXPECT_EQ(store.remind().value(), 1U);
  EXPECT_EQ(store.remind().value(), 0U);
  EXPECT_THAT(types(),
              ElementsAre("document.added", "document.added", "document.expiring", "document.expired"));
}

TEST_F(DocumentStore, LetsTheNdaBeAcceptedAsItStands) {
  auto store = open();
  EXPECT_FALSE(store.nda().value());
  const auto id = add(store, "policy", true).id;
  EXPECT_FALSE(store.nda().value());
  EXPECT_THAT(store.add_version(id, until(nullptr), "%PDF-1.7\n%%EOF\n", by_).error().message,
              HasSubstr("an NDA is text"));
  NewDocument second{"policy", "t", "o", Confidentiality::open, {}, true};
  EXPECT_EQ(store.add(second, by_).error().code, Code::failed_precondition);
  DocumentChange hide;
  hide.confidentiality = Confidentiality::internal;
  EXPECT_EQ(store.change(id, hide, by_).error().code, Code::invalid_argument);

  const auto text = store.add_version(id, until(nullptr), "You tell nobody.\n", by_)->found.version().sha256;
  EXPECT_EQ(store.nda().value()->number, 1);
  EXPECT_EQ(store.accept("acc-9", base::Digest{}, by_).error().code, Code::failed_precondition);
  ASSERT_TRUE(store.accept("acc-9", text, by_));
  EXPECT_EQ(events_.back().at("type").as_string(), "nda.accepted");
  EXPECT_EQ(last("action", "context"), "sha256=" + base::to_hex(text.view()));
  const auto recorded = events_.size();
  ASSERT_TRUE(store.accept("acc-9", text, by_));
  EXPECT_EQ(events_.size(), recorded);
  EXPECT_EQ(*open().accepted("acc-9", text).value(), now_);
  EXPECT_FALSE(store.accepted("acc-8", text).value());

  const auto newer =
      store.add_version(id, until(nullptr), "You tell nobody, ever.\n", by_)->found.version().sha256;
  EXPECT_EQ(store.nda().value()->number, 2);
  EXPECT_FALSE(store.accepted("acc-9", newer).value());
  EXPECT_EQ(store.accept("acc-9", text, by_).error().code, Code::failed_precondition);
}

TEST_F(DocumentStore, RecordsEachLook) {
  auto store = open();
  const auto id = add(store).id;
  const auto found = store.add_version(id, until(nullptr), kText, by_)->found;
  ASSERT_TRUE(store.view(found, "in part", by_));
  EXPECT_EQ(types().back(), "document.viewed");
  EXPECT_THAT(last("action", "context"), HasSubstr("confidentiality=nda in part"));
}

}  // namespace
}  // namespace countersign::documents
