#include "exporters/verify/disclosure_index.h"

#include "exporters/jsonl/disclosures.h"
#include "exporters/jsonl/lines.h"
#include "ledger/base/encoding.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace countersign::verify {

using base::Code;
using base::fail;

DisclosureIndex::~DisclosureIndex() {
  if (fd_ >= 0) ::close(fd_);
}

DisclosureIndex::DisclosureIndex(DisclosureIndex&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      lines_(other.lines_),
      used_(other.used_),
      slots_(std::move(other.slots_)),
      asked_(std::move(other.asked_)) {}

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
  DisclosureIndex index(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (index.fd_ < 0)
    return fail(Code::internal,
                fmt::format("cannot open {}: {}", path.string(), std::generic_category().message(errno)));
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

std::uint64_t DisclosureIndex::unused() const {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < slots_.size(); ++i)
    count += slots_[i].bytes != 0 && !asked_[i].load(std::memory_order_relaxed) ? 1 : 0;
  return count;
}

base::Result<std::optional<std::string_view>> IndexedValues::find(const record::TokenAt& token) {
  TRY_ASSIGN(const auto digest, base::digest_from_base64url(token.token));
  std::size_t hash = 0;
  std::memcpy(&hash, digest.bytes.data() + 8, sizeof hash);
  auto& recent = recent_[hash % recent_.size()];
  if (recent.token != token.token) {
    recent.value.reset();
    const auto place = index_.place_of(digest);
    const auto& slot = index_.slots_[place];
    if (slot.bytes != 0) {
      index_.asked_[place].store(true, std::memory_order_relaxed);
      std::string line(slot.bytes, '\0');
      if (::pread(index_.fd_, line.data(), line.size(), static_cast<off_t>(slot.offset)) !=
          static_cast<ssize_t>(line.size()))
        return fail(Code::internal, "cannot read a disclosed value again");
      TRY_ASSIGN(auto disclosure, jsonl::read_disclosure(line));
      recent.kind = disclosure.kind;
      recent.value = std::move(disclosure.value);
    }
    recent.token = token.token;
  }
  if (!recent.value) return std::optional<std::string_view>();
  if (recent.kind != token.kind)
    return fail(Code::data_loss, "a token stands where another kind of value belongs");
  return std::optional<std::string_view>(*recent.value);
}

}  // namespace countersign::verify
