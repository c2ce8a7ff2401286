#include "exporters/verify/table_compare.h"

#include "exporters/csv/events.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace countersign::verify {

using base::Code;
using base::fail;

base::Result<TableCompare> TableCompare::open(const std::filesystem::path& path) {
  TableCompare table(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (table.fd_ < 0)
    return fail(Code::internal,
                fmt::format("cannot open {}: {}", path.string(), std::generic_category().message(errno)));
  std::string header;
  csv::EventsWriter::append_header(header);
  TRY(table.add(header, 1));
  return table;
}

TableCompare::~TableCompare() {
  if (fd_ >= 0) ::close(fd_);
}

TableCompare::TableCompare(TableCompare&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      found_(std::move(other.found_)),
      lines_(other.lines_),
      different_(other.different_) {}

/// Reads up to `count` bytes into found_; fewer at the end.
base::Result<void> TableCompare::read(std::size_t count) {
  found_.resize(count);
  std::size_t filled = 0;
  while (filled < count) {
    const ssize_t got = ::read(fd_, found_.data() + filled, count - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(Code::internal, "cannot read data/events.csv");
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  found_.resize(filled);
  return {};
}

base::Result<void> TableCompare::add(std::string_view rows, std::uint64_t count) {
  if (different_ != 0) return {};
  TRY(read(rows.size()));
  if (found_ == rows) {
    lines_ += count;
    return {};
  }
  const auto end = std::mismatch(rows.begin(), rows.end(), found_.begin(), found_.end()).first;
  different_ = lines_ + static_cast<std::uint64_t>(std::count(rows.begin(), end, '\n')) + 1;
  return {};
}

base::Result<void> TableCompare::finish() {
  if (different_ == 0) {
    TRY(read(1));
    if (!found_.empty()) different_ = lines_ + 1;
  }
  if (different_ == 0) return {};
  return fail(Code::data_loss,
              fmt::format("data/events.csv is not what the records and disclosures give, from line {} on",
                          different_));
}

}  // namespace countersign::verify
