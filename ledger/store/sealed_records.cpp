#include "ledger/store/sealed_records.h"

#include "ledger/store/schema.h"

#include <fmt/format.h>

#include <cstring>

namespace countersign::store {
namespace {

using base::Code;
using base::fail;

tl::unexpected<base::Error> was_retired(std::uint64_t seq, const RetirementStatement& how) {
  return fail(Code::not_found,
              fmt::format("record {} was retired on {} under the rule {}, which keeps {}: its "
                          "hash is kept, its content is gone",
                          seq, base::format_rfc3339(how.retired), how.rule, how.keep));
}

}  // namespace

base::Result<SealedRecords> SealedRecords::prepare(sqlite::Connection& connection,
                                                   std::filesystem::path folder) {
  SealedRecords out(std::move(folder));
  TRY_ASSIGN(const auto version, connection.query_integer("PRAGMA user_version"));
  if (version < kSealingVersion) return out;
  TRY_ASSIGN(out.covering_, connection.prepare("SELECT first,behind FROM segments WHERE first<=?1 ORDER BY "
                                               "first DESC LIMIT 1"));
  TRY_ASSIGN(out.parts_,
             connection.prepare("SELECT s.statement,s.members,s.hashes,s.behind,r.statement FROM segments s "
                                "LEFT JOIN retirements r ON r.first=s.first AND r.part=s.part WHERE "
                                "s.first=?1 ORDER BY s.part"));
  TRY_ASSIGN(out.begins_, connection.prepare("SELECT DISTINCT first FROM segments WHERE first>=?1 AND "
                                             "first<?2 ORDER BY first"));
  TRY_ASSIGN(out.last_, connection.prepare("SELECT max(behind) FROM segments WHERE first>=?1 AND first<?2"));
  TRY_ASSIGN(out.retired_, connection.prepare("SELECT count(*) FROM retirements"));
  return out;
}

base::Result<std::uint64_t> SealedRecords::retired_parts() {
  if (!retired_) return std::uint64_t{0};
  TRY_ASSIGN(const bool row, retired_->step());
  const auto count = row ? static_cast<std::uint64_t>(retired_->integer(0)) : 0;
  retired_->reset();
  return count;
}

base::Result<std::optional<SegmentRange>> SealedRecords::load(std::int64_t log, std::uint64_t begin) {
  auto& rows = parts_->bind(1, place_of(log, begin));
  SegmentRange range{log, begin, begin, {}, {}};
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) break;
    SegmentPart part;
    const auto read = [&]() -> base::Result<void> {
      TRY_ASSIGN(part.statement, parse_segment(rows.text(0)));
      const auto members = rows.blob(1);
      part.members.assign(members.begin(), members.end());
      if (!rows.is_null(4)) {
        TRY_ASSIGN(part.retired, parse_retirement(rows.text(4)));
      }
      range.end = index_of_place(rows.integer(3));
      const auto& statement = part.statement;
      const bool fits = statement.begin == begin && statement.end == range.end && range.end > begin &&
                        statement.part == range.parts.size();
      if (!fits) return fail(Code::data_loss, "a statement is filed under another range");
      if (const auto hashes = rows.blob(2); !hashes.empty() && hashes.size() % sizeof(base::Digest) == 0) {
        range.tail_hashes.resize(hashes.size() / sizeof(base::Digest));
        std::memcpy(range.tail_hashes.data(), hashes.data(), hashes.size());
      }
      return {};
    };
    if (const auto done = read(); !done) {
      rows.reset();
      return fail(fmt::format("the sealed records from {} on", begin), done.error());
    }
    range.parts.push_back(std::move(part));
  }
  rows.reset();
  if (range.parts.empty()) return std::optional<SegmentRange>();
  return std::optional(std::move(range));
}

base::Result<SealedRecords::RangePtr> SealedRecords::covering(std::int64_t log, std::uint64_t seq) {
  const RangePtr none;
  if (!covering_) return none;
  if (range_ && range_->log == log && range_->begin <= seq && seq < range_->end) {
    TRY_ASSIGN(const auto retired, retired_parts());
    if (retired == known_retired_) return range_;
  }
  covering_->bind(1, place_of(log, seq));
  TRY_ASSIGN(const bool row, covering_->step());
  const std::int64_t first = row ? covering_->integer(0) : 0, behind = row ? covering_->integer(1) : 0;
  covering_->reset();
  if (!row || behind <= place_of(log, seq) || log_of_place(first) != log) return none;
  TRY_ASSIGN(const auto retired, retired_parts());
  TRY_ASSIGN(auto range, load(log, index_of_place(first)));
  if (!range) return none;
  files_.clear();
  range_ = std::make_shared<const SegmentRange>(std::move(*range));
  known_retired_ = retired;
  return range_;
}

base::Result<std::vector<SegmentRange>> SealedRecords::ranges(std::int64_t log) {
  std::vector<SegmentRange> out;
  if (!begins_) return out;
  std::vector<std::uint64_t> begins;
  begins_->bind(1, place_of(log, 0)).bind(2, place_of(log + 1, 0));
  for (;;) {
    TRY_ASSIGN(const bool row, begins_->step());
    if (!row) break;
    begins.push_back(index_of_place(begins_->integer(0)));
  }
  begins_->reset();
  for (const auto begin : begins) {
    TRY_ASSIGN(auto range, load(log, begin));
    if (range) out.push_back(std::move(*range));
  }
  return out;
}

base::Result<std::uint64_t> SealedRecords::end_of(std::int64_t log) {
  if (!last_) return std::uint64_t{0};
  last_->bind(1, place_of(log, 0)).bind(2, place_of(log + 1, 0));
  TRY_ASSIGN(const bool row, last_->step());
  const std::uint64_t end = row && !last_->is_null(0) ? index_of_place(last_->integer(0)) : 0;
  last_->reset();
  return end;
}

base::Result<std::optional<SegmentFile>> SealedRecords::take_file(const SegmentRange& range,
                                                                  const SegmentPart& part) {
  std::optional<SegmentFile> none;
  if (part.retired) return none;
  const auto& name = part.statement.file;
  if (auto open = files_.extract(name); !open.empty()) return std::optional(std::move(open.mapped()));
  auto file = SegmentFile::open(folder_ / name);
  if (file) return std::optional(std::move(*file));
  if (file.error().code != Code::not_found) return fail(file.error());
  // Retired since the rows were read?
  TRY_ASSIGN(const auto now, load(range.log, range.begin));
  if (now && now->parts.size() > part.statement.part && now->parts[part.statement.part].retired) return none;
  return fail(Code::data_loss, fmt::format("{}: the sealed records {} to {} are kept in it",
                                           file.error().message, range.begin, range.end - 1));
}

void SealedRecords::keep_file(const SegmentRange& range, const SegmentPart& part, SegmentFile file) {
  if (range_ && range_->log == range.log && range_->begin == range.begin)
    files_.insert_or_assign(part.statement.file, std::move(file));
}

base::Result<void> SealedRecords::read(const SegmentRange& range, std::uint64_t begin, std::uint64_t end,
                                       const Visit& visit, const VisitRetired& retired) {
  struct Cursor {
    std::optional<SegmentFile> file;
    std::uint64_t at = 0;
  };
  std::vector<Cursor> cursors;
  for (const auto& part : range.parts) {
    TRY_ASSIGN(auto file, take_file(range, part));
    cursors.push_back({std::move(file), members_before(part.members, begin - range.begin)});
  }
  for (auto seq = begin; seq < end; ++seq) {
    const auto* part = range.part_of(seq);
    if (part == nullptr) return fail(Code::data_loss, fmt::format("record {} is sealed nowhere", seq));
    auto& cursor = cursors[part->statement.part];
    if (!cursor.file) {
      if (retired) TRY(retired(base::seq_at(seq)));
      continue;
    }
    TRY_ASSIGN(const auto bytes, cursor.file->record(cursor.at++));
    TRY(visit(base::seq_at(seq), bytes));
  }
  for (std::size_t i = 0; i < cursors.size(); ++i) {
    if (cursors[i].file) keep_file(range, range.parts[i], std::move(*cursors[i].file));
  }
  return {};
}

base::Result<std::string> SealedRecords::record(const SegmentRange& range, std::uint64_t seq) {
  const auto* part = range.part_of(seq);
  if (part == nullptr) return fail(Code::data_loss, fmt::format("record {} is sealed nowhere", seq));
  TRY_ASSIGN(auto file, take_file(range, *part));
  if (file) {
    TRY_ASSIGN(const auto bytes, file->record(members_before(part->members, seq - range.begin)));
    std::string out(bytes);
    keep_file(range, *part, std::move(*file));
    return out;
  }
  if (part->retired) return was_retired(seq, *part->retired);
  TRY_ASSIGN(const auto now, load(range.log, range.begin));
  if (now && now->part_of(seq) != nullptr && now->part_of(seq)->retired)
    return was_retired(seq, *now->part_of(seq)->retired);
  return fail(Code::data_loss, fmt::format("record {} is sealed nowhere", seq));
}

}  // namespace countersign::store
