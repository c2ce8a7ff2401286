#include "exporters/bundle/disclosure_book.h"

#include "exporters/jsonl/disclosures.h"

#include <algorithm>
#include <cstring>

namespace countersign::bundle {
namespace {

constexpr std::size_t kRecentSlots = 16'384;
constexpr std::size_t kRecentValueMax = 1024;

}  // namespace

DisclosureBook::DisclosureBook(vault::VaultReader& vault, base::TenantId tenant, std::string& lines)
    : vault_(vault), tenant_(std::move(tenant)), lines_(lines), recent_(kRecentSlots), known_(4096) {}

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
  const auto view = [](const std::optional<std::string>& value) {
    return value ? std::optional<std::string_view>(*value) : std::nullopt;
  };
  Key key{};
  std::copy_n(token.token.begin(), std::min(key.size(), token.token.size()), key.begin());
  auto& slot = recent_[hash_of(key) % recent_.size()];
  if (slot.used && slot.key == key) return view(slot.value);
  TRY_ASSIGN(auto found, vault_.disclose(tenant_, token.token));
  if (found && found->kind != token.kind)
    return base::fail(base::Code::data_loss, "a token stands where another kind of value belongs");
  if (found && !is_known(key)) {
    jsonl::append_disclosure(lines_, {found->token, found->kind, found->salt, found->value});
    lines_.push_back('\n');
    ++written_;
    remember(key);
  }
  if (found && found->value.size() > kRecentValueMax) {
    large_ = std::move(found->value);
    return std::optional<std::string_view>(large_);
  }
  slot.key = key;
  slot.used = true;
  slot.value = found ? std::optional<std::string>(std::move(found->value)) : std::nullopt;
  return view(slot.value);
}

}  // namespace countersign::bundle
