#include "collector/mapping/rows.h"

#include <fmt/format.h>

#include <archive.h>
#include <archive_entry.h>
#include <csv.h>

#include <algorithm>
#include <array>
#include <deque>
#include <vector>

namespace countersign::mapping {
namespace {

using base::Code;
using base::fail;

constexpr std::size_t kPieceBytes = 64 * 1024;
constexpr std::size_t kRowBytesMax = 1 << 20;

struct ArchiveFreer {
  void operator()(archive* handle) const { archive_read_free(handle); }
};

using Cells = std::vector<std::string>;

}  // namespace

struct RowReader::Impl {
  explicit Impl(const RowOptions& wanted) : options(wanted) {}
  ~Impl() {
    if (parser_made) csv_free(&parser);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  base::Result<bool> read_piece();
  base::Result<void> parse(std::string_view bytes);
  base::Result<void> finish();
  base::Result<void> take_cells(Cells cells);
  void take_line(std::string line);
  base::Result<void> take_header(const Cells& cells);

  const RowOptions options;
  std::unique_ptr<archive, ArchiveFreer> handle;
  std::array<char, kPieceBytes> piece{};
  csv_parser parser{};
  bool parser_made = false;
  bool first_piece = true;
  bool ended = false;
  std::string line;  ///< that is not whole yet
  Cells cells;       ///< of the row that is not whole yet
  std::size_t row_bytes = 0;
  std::deque<Cells> whole;  ///< rows that the parser has ended
  Cells header;
  std::deque<FileRow> rows;
  std::uint64_t count = 0;
};

RowReader::RowReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RowReader::~RowReader() = default;
RowReader::RowReader(RowReader&&) noexcept = default;
RowReader& RowReader::operator=(RowReader&&) noexcept = default;

base::Result<RowReader> RowReader::open(const std::filesystem::path& file, const RowOptions& options) {
  auto impl = std::make_unique<Impl>(options);
  impl->handle.reset(archive_read_new());
  archive_read_support_filter_gzip(impl->handle.get());
  archive_read_support_filter_zstd(impl->handle.get());
  archive_read_support_format_raw(impl->handle.get());
  archive_read_support_format_empty(impl->handle.get());
  const int opened = file == "-" ? archive_read_open_fd(impl->handle.get(), 0, kPieceBytes)
                                 : archive_read_open_filename(impl->handle.get(), file.c_str(), kPieceBytes);
  std::error_code ignored;
  if (opened != ARCHIVE_OK && (file == "-" || std::filesystem::is_regular_file(file, ignored)))
    return fail(Code::data_loss, fmt::format("{} cannot be decompressed", file.string()));
  if (opened != ARCHIVE_OK) return fail(Code::not_found, fmt::format("cannot open {}", file.string()));
  archive_entry* entry = nullptr;
  const int begun = archive_read_next_header(impl->handle.get(), &entry);
  if (begun != ARCHIVE_OK && begun != ARCHIVE_EOF)
    return fail(Code::data_loss, fmt::format("{} cannot be decompressed", file.string()));
  impl->ended = begun == ARCHIVE_EOF;
  if (options.form == RowForm::csv) {
    if (csv_init(&impl->parser, CSV_STRICT | CSV_STRICT_FINI) != 0) std::abort();
    impl->parser_made = true;
    csv_set_delim(&impl->parser, static_cast<unsigned char>(options.delimiter));
    // Spaces around a cell are part of it.
    csv_set_space_func(&impl->parser, [](unsigned char) { return 0; });
  }
  return RowReader(std::move(impl));
}

base::Result<bool> RowReader::Impl::read_piece() {
  if (ended) return false;
  const auto size = archive_read_data(handle.get(), piece.data(), piece.size());
  if (size < 0) return fail(Code::data_loss, "the file cannot be decompressed any further");
  if (size == 0) {
    ended = true;
    TRY(finish());
    return true;
  }
  std::string_view bytes(piece.data(), static_cast<std::size_t>(size));
  if (first_piece && bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  first_piece = false;
  TRY(parse(bytes));
  return true;
}

base::Result<void> RowReader::Impl::parse(std::string_view bytes) {
  if (options.form == RowForm::csv) {
    const auto on_cell = [](void* text, std::size_t size, void* self) {
      auto* impl = static_cast<Impl*>(self);
      impl->cells.emplace_back(static_cast<const char*>(text), size);
    };
    const auto on_row = [](int, void* self) {
      auto* impl = static_cast<Impl*>(self);
      impl->whole.push_back(std::move(impl->cells));
      impl->cells.clear();
    };
    const auto taken = csv_parse(&parser, bytes.data(), bytes.size(), on_cell, on_row, this);
    if (taken != bytes.size())
      return fail(Code::invalid_argument,
                  fmt::format("row {}: a quote stands where none may stand", count + whole.size() + 1));
    // The parser holds a cell until it ends, so what counts is how much came since a row ended.
    row_bytes = whole.empty() ? row_bytes + bytes.size() : 0;
    if (row_bytes > kRowBytesMax)
      return fail(Code::invalid_argument,
                  fmt::format("row {} is larger than 1 MiB", count + whole.size() + 1));
  } else {
    while (!bytes.empty()) {
      const auto end = bytes.find('\n');
      line.append(bytes.substr(0, end));
      if (line.size() > kRowBytesMax)
        return fail(Code::invalid_argument,
                    fmt::format("line {} is larger than 1 MiB", count + rows.size() + 1));
      if (end == std::string_view::npos) break;
      take_line(std::move(line));
      line.clear();
      bytes.remove_prefix(end + 1);
    }
  }
  for (; !whole.empty(); whole.pop_front()) TRY(take_cells(std::move(whole.front())));
  return {};
}

base::Result<void> RowReader::Impl::finish() {
  if (options.form == RowForm::lines) {
    if (!line.empty()) take_line(std::move(line));
    return {};
  }
  const auto on_cell = [](void* text, std::size_t size, void* self) {
    static_cast<Impl*>(self)->cells.emplace_back(static_cast<const char*>(text), size);
  };
  const auto on_row = [](int, void* self) {
    auto* impl = static_cast<Impl*>(self);
    impl->whole.push_back(std::move(impl->cells));
    impl->cells.clear();
  };
  if (csv_fini(&parser, on_cell, on_row, this) != 0)
    return fail(Code::invalid_argument, "the file ends within a quoted cell");
  for (; !whole.empty(); whole.pop_front()) TRY(take_cells(std::move(whole.front())));
  return {};
}

void RowReader::Impl::take_line(std::string text) {
  ++count;
  if (text.ends_with('\r')) text.pop_back();
  if (text.find_first_not_of(" \t") == std::string::npos) return;
  rows.push_back({count, std::move(text), {}});
}

base::Result<void> RowReader::Impl::take_header(const Cells& names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty())
      return fail(Code::invalid_argument, fmt::format("column {} has no name in the header", i + 1));
    if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) !=
        names.begin() + static_cast<std::ptrdiff_t>(i))
      return fail(Code::invalid_argument,
                  fmt::format("column {} has the name of another in the header", i + 1));
  }
  header = names;
  return {};
}

base::Result<void> RowReader::Impl::take_cells(Cells row) {
  if (header.empty()) return take_header(row);
  ++count;
  if (row.size() != header.size())
    return fail(Code::invalid_argument,
                fmt::format("row {} has {} cells, the header {}", count, row.size(), header.size()));
  FileRow out{count, {}, {}};
  for (std::size_t i = 0; i < row.size(); ++i) out.cells[header[i]] = row[i];
  rows.push_back(std::move(out));
  return {};
}

base::Result<std::optional<FileRow>> RowReader::next() {
  while (impl_->rows.empty()) {
    TRY_ASSIGN(const bool more, impl_->read_piece());
    if (!more) return std::optional<FileRow>();
  }
  auto row = std::move(impl_->rows.front());
  impl_->rows.pop_front();
  return std::optional(std::move(row));
}

std::uint64_t RowReader::bytes_read() const {
  return static_cast<std::uint64_t>(std::max<la_int64_t>(0, archive_filter_bytes(impl_->handle.get(), -1)));
}

}  // namespace countersign::mapping
