#include "ledger/backup/pieces.h"

#include <algorithm>
#include <cstring>

namespace countersign::backup {
namespace {

using base::Code;
using base::fail;

constexpr std::size_t kColdBytes = 256u << 10, kHotBytes = 64u << 10;
constexpr std::size_t kFileHeader = 100;
constexpr std::uint8_t kInteriorIndex = 2, kLeafIndex = 10;

/// Collects pages of one kind into payloads.
class PageRow {
 public:
  PageRow(std::size_t bytes, std::size_t page_bytes, const VisitPayload& visit)
      : pages_max_(std::max<std::size_t>(bytes / page_bytes, 1)), visit_(visit) {}

  base::Result<void> add(std::size_t number, base::Bytes page) {
    numbers_.push_back(static_cast<std::uint16_t>(number));
    pages_.insert(pages_.end(), page.begin(), page.end());
    if (numbers_.size() < pages_max_) return {};
    return flush();
  }

  base::Result<void> flush() {
    if (numbers_.empty()) return {};
    std::vector<std::uint8_t> payload;
    payload.reserve(2 + 2 * numbers_.size() + pages_.size());
    const auto put = [&](std::size_t number) {
      payload.push_back(static_cast<std::uint8_t>(number >> 8));
      payload.push_back(static_cast<std::uint8_t>(number));
    };
    put(numbers_.size());
    for (const auto number : numbers_) put(number);
    payload.insert(payload.end(), pages_.begin(), pages_.end());
    numbers_.clear();
    pages_.clear();
    return visit_(payload);
  }

 private:
  const std::size_t pages_max_;
  const VisitPayload& visit_;
  std::vector<std::uint16_t> numbers_;
  std::vector<std::uint8_t> pages_;
};

}  // namespace

base::Result<void> cut_pages(base::Bytes piece, std::size_t page_bytes, bool first,
                             const VisitPayload& visit) {
  PageRow cold(kColdBytes, page_bytes, visit), hot(kHotBytes, page_bytes, visit);
  for (std::size_t at = 0; at < piece.size(); at += page_bytes) {
    const auto page = piece.subspan(at, std::min(page_bytes, piece.size() - at));
    const std::size_t header = first && at == 0 ? kFileHeader : 0;
    const auto type = header < page.size() ? page[header] : std::uint8_t{0};
    auto& row = type == kInteriorIndex || type == kLeafIndex ? hot : cold;
    TRY(row.add(at / page_bytes, page));
  }
  TRY(cold.flush());
  return hot.flush();
}

std::size_t first_page_of(base::Bytes payload) {
  return static_cast<std::size_t>(payload[2]) << 8 | payload[3];
}

base::Result<void> cut_bytes(base::Bytes piece, const VisitPayload& visit) {
  for (std::size_t at = 0; at < piece.size(); at += kColdBytes)
    TRY(visit(piece.subspan(at, std::min(kColdBytes, piece.size() - at))));
  return {};
}

PieceBuilder::PieceBuilder(std::size_t bytes, std::size_t page_bytes)
    : piece_(bytes, '\0'), page_bytes_(page_bytes) {
  if (page_bytes_ != 0) there_.resize(bytes / page_bytes_);
}

base::Result<void> PieceBuilder::add(std::string_view payload) {
  if (page_bytes_ != 0) return add_pages(payload);
  if (payload.size() > piece_.size() - filled_)
    return fail(Code::data_loss, "a chunk is larger than its piece");
  std::copy(payload.begin(), payload.end(), piece_.begin() + static_cast<std::ptrdiff_t>(filled_));
  filled_ += payload.size();
  return {};
}

base::Result<void> PieceBuilder::add_pages(std::string_view payload) {
  const auto wrong = [] { return fail(Code::data_loss, "a chunk does not hold pages of its piece"); };
  const auto number_at = [&](std::size_t at) {
    return static_cast<std::size_t>(static_cast<std::uint8_t>(payload[at])) << 8 |
           static_cast<std::uint8_t>(payload[at + 1]);
  };
  if (payload.size() < 2) return wrong();
  const auto count = number_at(0);
  if (payload.size() != 2 + count * (2 + page_bytes_)) return wrong();
  for (std::size_t i = 0; i < count; ++i) {
    const auto page = number_at(2 + 2 * i);
    if (page >= there_.size() || there_[page]) return wrong();
    there_[page] = true;
    filled_ += page_bytes_;
    std::memcpy(piece_.data() + page * page_bytes_, payload.data() + 2 + 2 * count + i * page_bytes_,
                page_bytes_);
  }
  return {};
}

base::Result<std::string_view> PieceBuilder::finish() const {
  if (filled_ != piece_.size()) return fail(Code::data_loss, "chunks are missing from a piece");
  return std::string_view(piece_);
}

}  // namespace countersign::backup
