#include "exporters/verify/verify_bundle.h"
#include "ledger/backup/restore.h"
#include "ledger/backup/snapshot.h"
#include "ledger/backup/standing.h"
#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/privacy/person.h"
#include "ledger/retention/keep.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/ledger_call.h"
#include "ledger/store/vault_upkeep.h"
#include "ledger/store/verify_ledger.h"
#include "ledger/vault/vault_writer.h"
#include "tests/exporters/bundle_fixture.h"
#include "tests/support/test_region.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <thread>

/// Random histories of everything that a region goes through, in any order. After each step all of it
/// verifies, and nothing that was erased is in any byte on disk.
namespace countersign::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kDay = 86'400;
const base::TenantId kAcme("acme");

class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed), region_(seed) {
    first_log_key_ = region_.log_key().public_key();
    vkey_ = tree::log_verifiers(base::log_name("log.example.com", base::RegionId("eu-1"), kAcme),
                                region_.log_key().public_key(), region_.clock_key().public_key())
                ->log.to_vkey();
    EXPECT_TRUE(rules_.set(kAcme, {"custom",
                                   *retention::parse_span("40 days"),
                                   *retention::parse_span("10 days"),
                                   {{"challenge.*", "custom", *retention::parse_span("20 days")}}}));
    writer_ = region_.open_writer();
    ingest();
  }

  void step() {
    const std::pair<const char*, void (History::*)()> kSteps[] = {
        {"ingest", &History::ingest},
        {"ingest", &History::ingest},
        {"erase", &History::erase},
        {"retain", &History::retain},
        {"vault keys", &History::rotate_vault},
        {"log key", &History::rotate_log_key},
        {"back up", &History::back_up},
        {"restore", &History::restore},
        {"bundle", &History::make_bundle},
    };
    const auto& [name, run] = kSteps[random_() % std::size(kSteps)];
    story_ += fmt::format("{}; ", name);
    (this->*run)();
    check();
  }

  const std::string& story() const { return story_; }
  std::map<std::string, int> done;  ///< how often each thing happened that is easily missed

 private:
  void restart() {
    writer_.reset();
    writer_ = region_.open_writer();
  }

  void ingest() {
    const auto count = 1 + random_() % 400;
    std::vector<record::PreparedEvent> batch;
    for (std::uint64_t i = 0; i < count; ++i)
      batch.push_back(sample_event(next_++, random_() % 8 == 0 ? "globex" : "acme"));
    ASSERT_TRUE(TestRegion::append(*writer_, std::move(batch)));
    region_.pass(static_cast<std::int64_t>(random_() % 3) * kDay);
  }

  void erase() {
    const auto subject = *privacy::parse_subject(fmt::format("user=user-{}", random_() % 97));
    auto ledger = store::LedgerReader::open(region_.files().ledger());
    auto vault = vault::VaultReader::open(region_.files().vault(), region_.keys());
    const auto person = privacy::find_person(*ledger, *vault, kAcme, std::span(&subject, 1), {true, {}, {}});
    if (!person && person.error().code == base::Code::not_found) return;
    ASSERT_TRUE(person) << person.error().message;
    vault = base::fail(base::Code::aborted, "closed");
    const auto order = person->order(kAcme);
    privacy::Erasure erasure;
    erasure.id = fmt::format("{:032x}", ++ids_);
    erasure.tenant = kAcme;
    erasure.reason = "gdpr_art_17";
    const auto before = sealed_rows();
    const auto result = store::erase_and_wait(*writer_, order, [&](const std::vector<std::string>& tokens) {
      erasure.tokens = tokens;
      return erasures_.add(erasure);
    });
    ASSERT_TRUE(result) << result.error().message;
    forget(before, erasure.tokens);
    ++done["persons erased"];
  }

  void retain() {
    region_.pass(static_cast<std::int64_t>(random_() % 12) * kDay);
    restart();  // so that a checkpoint covers all
    const auto before = sealed_rows();
    retention::KeepReport report;
    const auto kept = retention::keep_to_rules(*writer_,
                                               {region_.files(),
                                                &rules_,
                                                &holds_,
                                                &erasures_,
                                                region_.clock(),
                                                [this] { return fmt::format("{:032x}", ++ids_); },
                                                {}},
                                               report);
    ASSERT_TRUE(kept) << kept.error().message;
    for (const auto& erasure : report.erased) forget(before, erasure.tokens);
    done["segments sealed"] += static_cast<int>(report.sealed.size());
    done["segments retired"] += static_cast<int>(report.retired.size());
  }

  void rotate_vault() {
    const auto generation = region_.keys().newest()->number + 1;
    const auto begun = store::call_on_ledger(
        *writer_, [&](store::LedgerThread& here) { return here.vault.begin_rotation(generation, kek()); });
    ASSERT_TRUE(begun) << begun.error().message;
    const auto state = std::make_shared<store::VaultState>();
    state->running = true;
    ASSERT_TRUE(writer_->add_work(store::vault_upkeep(state)));
    for (int i = 0; i < 1000 && (state->running || state->rotating); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ASSERT_FALSE(state->rotating);
    ++done["vault keys rotated"];
  }

  void rotate_log_key() {
    const auto which = random_() % 2 == 0 ? tree::CheckpointKey::log : tree::CheckpointKey::clock;
    region_.pass(1);
    const auto taken = region_.take_over(*writer_, which, static_cast<std::uint8_t>(30 + ++rotations_));
    ASSERT_TRUE(taken) << taken.error().message;
  }

  void back_up() {
    auto repository = backup::Repository::open_to_add(
        repository_, {region_.identity().origin, region_.identity().region}, kek(), region_.entropy());
    ASSERT_TRUE(repository) << repository.error().message;
    const auto report = backup::take_snapshot(*repository, {places(), region_.clock()(), 1u << 30, {}});
    ASSERT_TRUE(report) << report.error().message;
    snapshots_.push_back({report->manifest.id, rotations_});
  }

  /// Puts a snapshot back, the newest or an older one, and goes on with it where nothing was signed since.
  void restore() {
    if (snapshots_.empty()) return;
    restart();
    writer_.reset();
    const auto& snapshot =
        snapshots_[random_() % 2 == 0 ? snapshots_.size() - 1 : random_() % snapshots_.size()];
    const auto key = kek();
    const auto repository = backup::Repository::open_to_read(repository_, &key);
    ASSERT_TRUE(repository) << repository.error().message;
    const auto manifest = repository->read(snapshot.id);
    ASSERT_TRUE(manifest) << manifest.error().message;
    const store::RegionFiles files{region_.dir() / "restored"};
    fs::create_directory(files.folder);
    const auto restored = backup::restore_files(*repository, *manifest, files.folder, {});
    ASSERT_TRUE(restored) << restored.error().message;
    const auto replayed = backup::replay_erasures(files.vault(), kek(), *erasures_.list());
    ASSERT_TRUE(replayed) << replayed.error().message;
    done["values erased again"] += static_cast<int>(*replayed);
    check_region(files, *vault::open_keys(files.vault(), kek()));
    const auto heads = store::HeadMemory::open(region_.head_memory());
    auto reader = store::LedgerReader::open(files.ledger());
    const auto standings = backup::compare(*reader, *heads, {});
    ASSERT_TRUE(standings) << standings.error().message;
    reader = base::fail(base::Code::aborted, "closed");
    const bool level = std::all_of(standings->begin(), standings->end(),
                                   [](const auto& log) { return log.standing == backup::Standing::level; });
    if (level && snapshot.rotations == rotations_) {
      fs::remove_all(region_.files().folder);
      fs::rename(files.folder, region_.files().folder);
      region_.reopen_keys();
      ++done["gone on with a backup"];
    } else {
      if (!level) {
        auto options = region_.options();
        const auto keys = *vault::open_keys(files.vault(), kek());
        options.files = files;
        options.keys = &keys;
        const auto refused = store::Writer::open(std::move(options));
        EXPECT_FALSE(refused) << "a rollback was not recognised";
        ++done["rollbacks refused"];
      }
      fs::remove_all(files.folder);
    }
    writer_ = region_.open_writer();
  }

  void make_bundle() {
    restart();
    auto ledger = store::LedgerReader::open(region_.files().ledger());
    auto vault = vault::VaultReader::open(region_.files().vault(), region_.keys());
    bundle::BundleRequest request;
    request.tenant = kAcme;
    request.period = {{0}, {INT64_C(4'000'000'000'000'000)}};
    request.profile = record::Profile::full;
    request.output = region_.dir() / fmt::format("bundle-{}.tar.zst", bundles_.size());
    request.format = bundle::ArchiveFormat::tar_zst;
    request.certificate = &signer_.certificate;
    request.key = &signer_.key;
    request.requested_by = "a test";
    request.clock = region_.clock();
    request.entropy = region_.entropy();
    const auto made = bundle::export_bundle(request, {&*ledger, &*vault}, {});
    ASSERT_TRUE(made) << made.error().message;
    bundles_.push_back(request.output);
  }

  void check() {
    check_region(region_.files(), region_.keys());
    verify::VerifyOptions options;
    options.certificates = {signer_.certificate.fingerprint()};
    options.log_vkeys = {vkey_};
    // The first and the last: whatever came between, both verify.
    for (const auto& path : bundles_.empty() ? bundles_ : std::vector{bundles_.front(), bundles_.back()}) {
      const auto report = verify::verify_bundle(path, options, {});
      ASSERT_TRUE(report) << report.error().message;
      EXPECT_EQ(report->verdict, verify::Verdict::verified) << report->sentence;
    }
  }

  void check_region(const store::RegionFiles& files, const vault::VaultKeys& keys) {
    store::VerifyLedgerOptions options;
    options.threads = 2;
    options.log_key = &first_log_key_;
    const auto report = store::verify_ledger(files.ledger(), options, {});
    ASSERT_TRUE(report) << report.error().message;
    for (const auto& fault : report->faults)
      ADD_FAILURE() << fault.log << " " << fault.seq << " " << fault.what;
    const auto tokens = backup::count_tokens(files, keys, *erasures_.list());
    ASSERT_TRUE(tokens) << tokens.error().message;
    EXPECT_EQ(tokens->missing, 0u);
    EXPECT_EQ(tokens->damaged, 0u);
    auto vault = vault::VaultReader::open(files.vault(), keys);
    ASSERT_TRUE(vault) << vault.error().message;
    for (const auto& token : erased_) {
      const auto opened = vault->disclose(kAcme, token);
      ASSERT_TRUE(opened) << opened.error().message;
      EXPECT_FALSE(opened->has_value()) << "an erased value is back";
    }
    vault = base::fail(base::Code::aborted, "closed");
    std::string bytes;
    for (const auto& entry : fs::recursive_directory_iterator(files.folder)) {
      if (entry.is_regular_file()) bytes += *base::read_file(entry.path(), 1u << 30);
    }
    EXPECT_EQ(bytes.find("@example.com"), std::string::npos) << "a value stands in the clear";
    for (const auto& row : gone_)
      EXPECT_EQ(bytes.find(row), std::string::npos) << "bytes of an erased row are left";
  }

  /// The sealed value of each row, by token.
  std::map<std::string, std::string> sealed_rows() {
    std::map<std::string, std::string> out;
    auto vault = sqlite::Connection::open(region_.files().vault(), {});
    auto rows = vault->prepare("SELECT token,sealed FROM personal");
    while (*rows->step())
      out.emplace(base::to_base64url(rows->blob(0)), std::string(base::text_of(rows->blob(1))));
    return out;
  }
  /// Remembers what must not be found again: some rows of each erasure, or a search of all takes long.
  void forget(const std::map<std::string, std::string>& rows, const std::vector<std::string>& tokens) {
    std::size_t kept = 0;
    for (const auto& token : tokens) {
      erased_.insert(token);
      const auto row = rows.find(token);
      if (row != rows.end() && kept++ < 20) gone_.push_back(row->second);
    }
  }

  static vault::Kek kek() { return vault::Kek(crypto::Secret(std::vector<std::uint8_t>(32, 3))); }
  backup::SmallFilePlaces places() {
    return {region_.files(), region_.dir() / "registry.json", region_.dir() / "eu-1.erasures",
            region_.dir() / "eu-1.holds"};
  }

  struct Snapshot {
    std::string id;
    int rotations;
  };
  std::mt19937_64 random_;
  TestRegion region_;
  TestSigner signer_;
  retention::RuleBook rules_;
  privacy::Erasures erasures_{region_.dir() / "eu-1.erasures"};
  const privacy::Holds holds_{region_.dir() / "eu-1.holds"};
  const fs::path repository_ = region_.dir() / "backups";
  std::unique_ptr<store::Writer> writer_;
  crypto::Ed25519PublicKey first_log_key_{};
  std::string vkey_;
  std::uint64_t next_ = 0;
  int ids_ = 0, rotations_ = 0;
  std::vector<Snapshot> snapshots_;
  std::vector<fs::path> bundles_;
  std::set<std::string> erased_;
  std::vector<std::string> gone_;
  std::string story_;
};

TEST(History, VerifiesAndForgetsWhateverTheOrder) {
  constexpr int kHistories = 8, kSteps = 32;
  std::map<std::string, int> done;
  for (std::uint64_t seed = 1; seed <= kHistories; ++seed) {
    History history(seed);
    for (int step = 0; step < kSteps && !::testing::Test::HasFailure(); ++step) history.step();
    ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed << ": " << history.story();
    for (const auto& [what, count] : history.done) done[what] += count;
  }
  // What the histories were made for has happened in them.
  for (const auto* what : {"persons erased", "segments sealed", "segments retired", "vault keys rotated",
                           "values erased again", "gone on with a backup", "rollbacks refused"})
    EXPECT_GT(done[what], 0) << what;
}

}  // namespace
}  // namespace countersign::testing
