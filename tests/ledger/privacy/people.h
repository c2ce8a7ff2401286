#pragma once

#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/privacy/person.h"
#include "ledger/record/prepare.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/ledger_call.h"
#include "tests/support/test_region.h"

#include <boost/json/object.hpp>

#include <future>
#include <memory>
#include <string>
#include <vector>

namespace countersign::testing {

/// An event of a person who is known by whichever of the members are given.
inline boost::json::object event_of(const std::string& id, boost::json::object actor,
                                    const std::string& ip = "192.0.2.1") {
  return {{"id", id},         {"time", "2026-01-31T09:30:00Z"}, {"type", "challenge.verified"},
          {"tenant", "acme"}, {"actor", std::move(actor)},      {"device", {{"ip", ip}}}};
}

inline record::PreparedEvent prepared(const boost::json::object& event, std::optional<std::string> raw = {}) {
  return std::move(*record::prepare_event(event, {base::SourceName("app"), record::Proof::token},
                                          record::Vocabulary::source, {{}, std::move(raw)}));
}

inline base::Result<privacy::Person> find(const TestRegion& region, const std::vector<std::string>& subjects,
                                          bool follow = true) {
  std::vector<privacy::Subject> parsed;
  for (const auto& text : subjects) parsed.push_back(*privacy::parse_subject(text));
  auto ledger = store::LedgerReader::open(region.files().ledger());
  auto vault = vault::VaultReader::open(region.files().vault(), region.keys());
  return privacy::find_person(*ledger, *vault, base::TenantId("acme"), parsed, {follow, {}});
}

inline base::Result<store::ErasureResult> erase(store::Writer& writer, store::ErasureOrder order,
                                                store::RememberErasure remember = {}) {
  return store::erase_and_wait(writer, std::move(order), std::move(remember));
}

/// The sealed value of each of the tokens, as it stands in the vault: with a nonce of its own, so that the
/// same value, come again, has other bytes.
inline std::vector<std::string> sealed_rows(const TestRegion& region,
                                            const std::vector<std::string>& tokens) {
  std::vector<std::string> out;
  auto connection = sqlite::Connection::open(region.files().vault(), {});
  auto row = connection->prepare("SELECT sealed FROM personal WHERE token=?1");
  for (const auto& token : tokens) {
    const auto digest = *base::digest_from_base64url(token);
    row->bind_blob(1, digest.view());
    if (*row->step()) out.emplace_back(base::text_of(row->blob(0)));
    row->reset();
  }
  return out;
}

/// Every byte of every file of the region.
inline std::string bytes_on_disk(const TestRegion& region) {
  std::string out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(region.dir().path())) {
    if (!entry.is_regular_file()) continue;
    if (auto content = base::read_file(entry.path(), 1u << 30)) out += *content;
  }
  return out;
}

/// Whether the disk holds a part of the sealed value: its beginning, its middle or its end. Not only the
/// whole, because a long value lies on several pages.
inline bool holds_a_part(std::string_view disk, std::string_view sealed) {
  constexpr std::size_t kPart = 24;
  for (const auto at : {std::size_t{0}, (sealed.size() - kPart) / 2, sealed.size() - kPart}) {
    if (disk.find(sealed.substr(at, kPart)) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace countersign::testing
