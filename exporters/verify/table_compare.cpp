#include "exporters/verify/table_compare.h"

#include "exporters/csv/events.h"

#include <fmt/format.h>

#include <fcntl.h>

#include <algorithm>
#include <utility>

namespace countersign::verify {

using base::Code;
using base::fail;

base::Result<TableCompare> TableCompare::open(const std::filesystem::path& path) {
  TRY_ASSIGN(auto file, base::OpenFile::open(path, O_RDONLY));
  TableCompare table(std::move(file));
  std::string header;
  csv::EventsWriter::append_header(header);
  TRY(table.add(header, 1));
  return table;
}

/// Reads up to `count` bytes into found_; fewer at the end.
base::Result<void> TableCompare::read(std::size_t count) {
  found_.resize(count);
  TRY_ASSIGN(const auto filled, file_.read(found_.data(), count));
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
