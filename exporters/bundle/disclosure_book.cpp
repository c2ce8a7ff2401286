#include "exporters/bundle/disclosure_book.h"

#include "exporters/jsonl/disclosures.h"
#include "exporters/jsonl/masks.h"
#include "ledger/record/mask.h"

#include <algorithm>
#include <cstring>

namespace countersign::bundle {

DisclosureBook::DisclosureBook(vault::VaultReader& vault, base::TenantId tenant, std::string& lines,
                               const Opening& opening)
    : vault_(vault), tenant_(std::move(tenant)), lines_(lines), opening_(opening), known_(4096) {}

std::uint64_t DisclosureBook::hash_of(const Key& key) {
  // The characters of a SHA-256 in base64url are as good as random; fold them over each other.
  std::uint64_t low = 0, high = 0;
  std::memcpy(&low, key.data(), 8);
  std::memcpy(&high, key.data() + 8, 8);
  return (low ^ (high << 1)) * 0x9E3779B97F4A7C15ULL >> 20;
}

bool DisclosureBook::is_known(const Key& key) {
  for (std::size_t i = hash_of(key) % known_.size();; i = (i + 1) % known_.size()) {
    if (known_[i] == key) return true;
    if (known_[i] == Key{}) return false;
  }
}

void DisclosureBook::grow() {
  std::vector<Key> old(known_.size() * 2);
  old.swap(known_);
  for (const auto& key : old) {
    if (key == Key{}) continue;
    std::size_t i = hash_of(key) % known_.size();
    while (known_[i] != Key{}) i = (i + 1) % known_.size();
    known_[i] = key;
  }
}

void DisclosureBook::remember(const Key& key) {
  if (known_count_ >= kKnownMax) return;
  if (known_count_ * 2 >= known_.size()) grow();
  std::size_t i = hash_of(key) % known_.size();
  while (known_[i] != Key{}) i = (i + 1) % known_.size();
  known_[i] = key;
  ++known_count_;
}

base::Result<std::optional<std::string_view>> DisclosureBook::find(const record::TokenAt& token) {
  if (!opening_.scope.has_kind(token.kind) || (opening_.tokens && !opening_.tokens->contains(token.token)))
    return std::optional<std::string_view>();
  const auto* entry = recent_.find(token.token);
  if (entry == nullptr) {
    TRY_ASSIGN(auto found, vault_.disclose(tenant_, token.token));
    if (found && opening_.masked) {
      auto mask = record::masked(found->kind, found->value);
      note(*found, mask);
      found->value = std::move(mask);
    } else if (found) {
      note(*found, found->value);
    }
    entry = found ? &recent_.keep(token.token, found->kind, std::move(found->value))
                  : &recent_.keep(token.token, token.kind, std::nullopt);
  }
  if (!entry->value) return std::optional<std::string_view>();
  if (entry->kind != token.kind)
    return base::fail(base::Code::data_loss, "a token stands where another kind of value belongs");
  ++given_out_;
  return std::optional<std::string_view>(*entry->value);
}

/// Writes what is shown of a value into a line, where there is none yet.
void DisclosureBook::note(const vault::Disclosure& found, std::string_view shown) {
  Key key{};
  std::copy_n(found.token.begin(), std::min(key.size(), found.token.size()), key.begin());
  if (is_known(key)) return;
  if (opening_.masked) {
    jsonl::append_mask(lines_, {found.token, found.kind, std::string(shown)});
  } else {
    jsonl::append_disclosure(lines_, {found.token, found.kind, found.salt, std::string(shown)});
  }
  lines_.push_back('\n');
  ++written_;
  remember(key);
}

}  // namespace countersign::bundle
