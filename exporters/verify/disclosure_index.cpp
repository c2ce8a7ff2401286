#include "exporters/verify/disclosure_index.h"

#include "exporters/jsonl/disclosures.h"
#include "exporters/jsonl/lines.h"
#include "exporters/jsonl/masks.h"
#include "ledger/base/encoding.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

namespace countersign::verify {

using base::Code;
using base::fail;

namespace {

/// A line of either form, read.
struct Line {
  std::string token;
  record::Kind kind = record::Kind::user;
  std::string text;  ///< the value, or its mask
};

base::Result<Line> read_line(LineForm form, std::string_view line) {
  if (form == LineForm::masks) {
    TRY_ASSIGN(auto mask, jsonl::read_mask(line));
    return Line{std::move(mask.token), mask.kind, std::move(mask.masked)};
  }
  TRY_ASSIGN(auto disclosure, jsonl::read_disclosure(line));
  return Line{std::move(disclosure.token), disclosure.kind, std::move(disclosure.value)};
}

}  // namespace

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
  TRY_ASSIGN(const auto found, read_line(form_, line));
  TRY_ASSIGN(const auto token, base::digest_from_base64url(found.token));
  ++lines_;
  kinds_ |= 1U << static_cast<unsigned>(found.kind);
  if (used_ * 4 >= slots_.size() * 3) grow();
  auto& slot = slots_[place_of(token)];
  // A value disclosed twice is the same both times, because the token says so. A mask need not be.
  if (slot.bytes != 0 && form_ == LineForm::masks) {
    TRY_ASSIGN(const auto before, read(slot));
    if (before != line) return fail(Code::data_loss, "a token is masked in two ways");
  }
  used_ += slot.bytes == 0 ? 1 : 0;
  slot = {token, offset, static_cast<std::uint32_t>(line.size())};
  return {};
}

base::Result<DisclosureIndex> DisclosureIndex::load(const std::filesystem::path& path, LineForm form) {
  TRY_ASSIGN(auto file, base::OpenFile::open(path, O_RDONLY));
  DisclosureIndex index(std::move(file), form);
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
  index.named_ = std::make_unique<std::atomic<bool>[]>(index.slots_.size());
  return index;
}

base::Result<std::optional<std::string>> DisclosureIndex::ask(std::string_view token) const {
  TRY_ASSIGN(const auto digest, base::digest_from_base64url(token));
  const auto place = place_of(digest);
  const auto& slot = slots_[place];
  if (slot.bytes == 0) return std::optional<std::string>();
  asked_[place].store(true, std::memory_order_relaxed);
  TRY_ASSIGN(auto line, read(slot));
  return std::optional<std::string>(std::move(line));
}

base::Result<std::string> DisclosureIndex::read(const Slot& slot) const {
  std::string line(slot.bytes, '\0');
  if (::pread(file_.descriptor(), line.data(), line.size(), static_cast<off_t>(slot.offset)) !=
      static_cast<ssize_t>(line.size()))
    return fail(Code::internal, "cannot read a disclosed value again");
  return line;
}

void DisclosureIndex::note_named(std::string_view token) const {
  const auto digest = base::digest_from_base64url(token);
  if (!digest) return;
  const auto place = place_of(*digest);
  if (slots_[place].bytes != 0) named_[place].store(true, std::memory_order_relaxed);
}

std::uint64_t DisclosureIndex::count_without(const Flags& flags) const {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < slots_.size(); ++i)
    count += slots_[i].bytes != 0 && !flags[i].load(std::memory_order_relaxed) ? 1 : 0;
  return count;
}

std::uint64_t DisclosureIndex::unused() const { return count_without(asked_); }
std::uint64_t DisclosureIndex::not_named() const { return count_without(named_); }

std::uint64_t DisclosureIndex::not_in(const std::vector<std::string>& tokens) const {
  std::set<base::Digest> listed;
  for (const auto& token : tokens) {
    if (const auto digest = base::digest_from_base64url(token)) listed.insert(*digest);
  }
  return static_cast<std::uint64_t>(std::count_if(slots_.begin(), slots_.end(), [&](const Slot& slot) {
    return slot.bytes != 0 && !listed.contains(slot.token);
  }));
}

std::optional<record::Kind> DisclosureIndex::kind_beyond(const jsonl::DisclosureScope& scope) const {
  for (unsigned i = 0; i < 32; ++i) {
    if ((kinds_ >> i & 1U) != 0 && !scope.has_kind(static_cast<record::Kind>(i)))
      return static_cast<record::Kind>(i);
  }
  return std::nullopt;
}

base::Result<std::optional<std::string_view>> IndexedValues::find(const record::TokenAt& token) {
  const auto* entry = recent_.find(token.token);
  if (entry == nullptr) {
    TRY_ASSIGN(auto line, index_.ask(token.token));
    if (line) {
      TRY_ASSIGN(auto opened, read_line(index_.form(), *line));
      entry = &recent_.keep(token.token, opened.kind, std::move(opened.text));
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
