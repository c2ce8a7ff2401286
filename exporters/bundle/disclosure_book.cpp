#include "exporters/bundle/disclosure_book.h"

#include "exporters/jsonl/disclosures.h"

#include <algorithm>
#include <cstring>

namespace countersign::bundle {

DisclosureBook::DisclosureBook(vault::VaultReader& vault, base::TenantId tenant, std::string& lines,
                               const std::vector<std::string>* only)
    : vault_(vault), tenant_(std::move(tenant)), lines_(lines), known_(4096) {
  if (only != nullptr) only_.emplace(only->begin(), only->end());
}

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
  if (only_ && !only_->contains(token.token)) return std::optional<std::string_view>();
  const auto* entry = recent_.find(token.token);
  if (entry == nullptr) {
    TRY_ASSIGN(auto found, vault_.disclose(tenant_, token.token));
    if (found) note(*found);
    entry = found ? &recent_.keep(token.token, found->kind, std::move(found->value))
                  : &recent_.keep(token.token, token.kind, std::nullopt);
  }
  if (!entry->value) return std::optional<std::string_view>();
  if (entry->kind != token.kind)
    return base::fail(base::Code::data_loss, "a token stands where another kind of value belongs");
  return std::optional<std::string_view>(*entry->value);
}

/// Writes a value into disclosures.jsonl, where it is not there yet.
void DisclosureBook::note(const vault::Disclosure& found) {
  Key key{};
  std::copy_n(found.token.begin(), std::min(key.size(), found.token.size()), key.begin());
  if (is_known(key)) return;
  jsonl::append_disclosure(lines_, {found.token, found.kind, found.salt, found.value});
  lines_.push_back('\n');
  ++written_;
  remember(key);
}

}  // namespace countersign::bundle
