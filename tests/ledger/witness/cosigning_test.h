#pragma once

#include "ledger/tree/note.h"
#include "ledger/witness/cosigning.h"
#include "ledger/witness/witness.h"
#include "tests/support/test_region.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace countersign::witness {

using store::LedgerReader;
using testing::TestRegion;

inline const base::TenantId kAcme("acme");
inline constexpr const char *kName = "w.example/1", *kUrl = "https://w.example/witness";

inline crypto::Ed25519Key key_of(std::uint8_t seed) {
  return crypto::Ed25519Key::generate(
      [seed](std::span<std::uint8_t> out) { std::fill(out.begin(), out.end(), seed); });
}

/// A region with a log, and a witness that knows it, reached without a network.
class CosigningTest : public ::testing::Test {
 protected:
  CosigningTest() {
    EXPECT_TRUE(WitnessState::create(region_.dir() / "w.sqlite", known_.key));
    const auto name = base::log_name(region_.identity().origin, region_.identity().region, kAcme);
    witness_.emplace(
        Witness::Options{kName,
                         key_,
                         {{name.text, {region_.log_key().public_key()}, {region_.clock_key().public_key()}}},
                         region_.clock()},
        WitnessState::open(region_.dir() / "w.sqlite", known_.key).value());
  }

  /// Appends to a region and publishes.
  static void grow(TestRegion& region, std::uint64_t from, std::uint64_t to) {
    auto writer = region.open_writer();
    std::vector<record::PreparedEvent> events;
    for (auto n = from; n < to; ++n) events.push_back(testing::sample_event(n));
    ASSERT_TRUE(TestRegion::append(*writer, std::move(events)));
    writer->stop();
  }

  Exchange exchange() {
    return [this](const std::string& url, const std::string* body) -> base::Result<HttpAnswer> {
      ++requests_;
      if (body != nullptr) {
        EXPECT_EQ(url, std::string(kUrl) + "/add-checkpoint");
        if (forced_status_ != 0) return HttpAnswer{forced_status_, forced_body_};
        const auto answer = witness_->add_checkpoint(*body);
        return HttpAnswer{answer.status,
                          garble_ && answer.status == 200 ? garble_(answer.body) : answer.body};
      }
      if (forced_get_) return *forced_get_;
      const std::string prefix = std::string(kUrl) + "/", suffix = "/checkpoint";
      EXPECT_TRUE(url.starts_with(prefix) && url.ends_with(suffix)) << url;
      const auto found =
          witness_->newest(url.substr(prefix.size(), url.size() - prefix.size() - suffix.size()));
      return found.value() ? HttpAnswer{200, **found} : HttpAnswer{404, ""};
    };
  }

  static LedgerReader reader(const TestRegion& region) {
    return LedgerReader::open(region.files().ledger()).value();
  }

  /// Asks for the newest checkpoint of the region's log.
  Asked ask(const TestRegion& region, std::uint64_t old) {
    auto ledger = reader(region);
    const auto log = ledger.log(kAcme).value();
    return ask_for_cosignature(ledger, log, *ledger.newest_checkpoint(log).value(), old, known_, exchange())
        .value();
  }
  std::optional<alarm::Alarm> compared(const TestRegion& region) {
    auto ledger = reader(region);
    const auto log = ledger.log(kAcme).value();
    const auto keys = keys_of_log(ledger.identity(), log.name).value();
    const auto witnessed = newest_witnessed(log.name, keys, known_, exchange()).value();
    EXPECT_TRUE(witnessed);
    EXPECT_TRUE(witnessed->time);
    return compare(ledger, log, *witnessed).value();
  }

  TestRegion region_;
  std::shared_ptr<const crypto::Ed25519Key> key_ = std::make_shared<const crypto::Ed25519Key>(key_of(77));
  const KnownWitness known_{
      "alpha", tree::NoteVerifier::make(kName, tree::NoteKeyType::cosignature, key_->public_key()).value(),
      kUrl};
  std::optional<Witness> witness_;
  int requests_ = 0;
  long forced_status_ = 0;
  std::string forced_body_;
  std::optional<base::Result<HttpAnswer>> forced_get_;  ///< to its monitoring address
  std::function<std::string(std::string)> garble_;
};

}  // namespace countersign::witness
