#include "exporters/verify/disclosure_index.h"

#include "exporters/jsonl/disclosures.h"
#include "exporters/jsonl/lines.h"
#include "ledger/base/encoding.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <utility>

namespace countersign::verify {

using base::Code;
using base::fail;

/// The slot that holds the token, or the free one where it belongs.
std::size_t DisclosureIndex::place_of(const base::Digest& token) const {
  std::uint64_t hash = 0;
  std::memcpy(&hash, token.bytes.data(), sizeof hash);
  std::size_t at = hash % slots_.size();
  while (slots_[at].bytes != 0 && slots_[at].token != token) at = (at + 1) % slots_.size();
  return at;
}

void DisclosureIndex::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const auto& slot : old) {
    if (slot.bytes != 0) slots_[place_of(slot.token)] = slot;
  }
}

base::Result<void> DisclosureIndex::add(std::string_view line, std::uint64_t offset) {
  TRY_ASSIGN(const auto disclosure, jsonl::read_disclosure(line));
  TRY_ASSIGN(const auto token, base::digest_from_base64url(disclosure.token));
  ++lines_;
  if (used_ * 4 >= slots_.size() * 3) grow();
  auto& slot = slots_[place_of(token)];
  used_ += slot.bytes == 0 ? 1 : 0;
  slot = {token, offset, static_cast<std::uint32_t>(line.size())};
  return {};
}

base::Result<DisclosureIndex> DisclosureIndex::load(const std::filesystem::path& path) {
  TRY_ASSIGN(auto file, base::OpenFile::open(path, O_RDONLY));
  DisclosureIndex index(std::move(file));
  TRY_ASSIGN(auto reader, jsonl::BlockReader::open(path));
  std::string block;
  std::uint64_t offset = 0;
  for (;;) {
    TRY_ASSIGN(const bool more, reader.next(block));
    if (!more) break;
    std::string_view lines = block, line;
    while (jsonl::take_line(lines, line)) {
      auto added = index.add(line, offset);
      if (!added) return fail(fmt::format("line {}", index.lines_ + 1), added.error());
      offset += line.size() + 1;
    }
  }
  index.asked_ = std::make_unique<std::atomic<bool>[]>(index.slots_.size());
  return index;
}

base::Result<std::optional<std::string>> DisclosureIndex::ask(std::string_view token) const {
  TRY_ASSIGN(const auto digest, base::digest_from_base64url(token));
  const auto place = place_of(digest);
  const auto& slot = slots_[place];
  if (slot.bytes == 0) return std::optional<std::string>();
  asked_[place].store(true, std::memory_order_relaxed);
  std::string line(slot.bytes, '\0');
  if (::pread(file_.descriptor(), line.data(), line.size(), static_cast<off_t>(slot.offset)) !=
      static_cast<ssize_t>(line.size()))
    return fail(Code::internal, "cannot read a disclosed value again");
  return std::optional<std::string>(std::move(line));
}

std::uint64_t DisclosureIndex::unused() const {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < slots_.size(); ++i)
    count += slots_[i].bytes != 0 && !asked_[i].load(std::memory_order_relaxed) ? 1 : 0;
  return count;
}

base::Result<std::optional<std::string_view>> IndexedValues::find(const record::TokenAt& token) {
  const auto* entry = recent_.find(token.token);
  if (entry == nullptr) {
    TRY_ASSIGN(auto line, index_.ask(token.token));
    if (line) {
      TRY_ASSIGN(auto disclosure, jsonl::read_disclosure(*line));
      entry = &recent_.keep(token.token, disclosure.kind, std::move(disclosure.value));
    } else {
      entry = &recent_.keep(token.token, token.kind, std::nullopt);
    }
  }
  if (!entry->value) return std::optional<std::string_view>();
  if (entry->kind != token.kind)
    return fail(Code::data_loss, "a token stands where another kind of value belongs");
  return std::optional<std::string_view>(*entry->value);
}

}  // namespace countersign::verify
