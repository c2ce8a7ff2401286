#include "exporters/bundle/record_run.h"

#include "exporters/bundle/retired_lines.h"
#include "exporters/csv/events.h"
#include "exporters/jsonl/lines.h"
#include "exporters/jsonl/retired.h"
#include "exporters/verify/channel.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"

#include <fmt/format.h>

#include <optional>
#include <thread>
#include <vector>

namespace countersign::bundle {
namespace {

constexpr std::size_t kPieceBytes = 256u << 10;
constexpr std::uint64_t kPieceRecordsMax = 8'192;
constexpr std::size_t kPiecesWaiting = 8;

/// Some lines of each file.
struct Piece {
  std::string records;               ///< an empty line stands for a record that was retired
  bool retired = false;              ///< there is one
  std::vector<base::Digest> hashes;  ///< one for each record
  std::string events;
  std::string values;
};

/// Makes the table's rows out of records; runs on a thread of its own.
class Tabler {
 public:
  Tabler(const RunPlan& plan, jsonl::Totals& totals)
      : plan_(plan), totals_(totals), seq_(plan.begin), commits_(plan.commits->cursor()) {
    if (plan.vault != nullptr) book_.emplace(*plan.vault, plan.tenant, values_, *plan.opening);
    writer_.emplace(book_ ? &*book_ : nullptr);
  }

  base::Result<void> run(Piece& piece) {
    values_.clear();
    piece.events.reserve(piece.records.size() + piece.records.size() / 4);
    std::string kept;
    std::string_view lines = piece.records, line;
    const bool filtered = plan_.withhold_all || !plan_.filter->empty() || piece.retired;
    for (auto hash = piece.hashes.begin(); jsonl::take_line(lines, line); ++seq_, ++hash) {
      auto done = filtered ? run_filtered(line, *hash, piece, kept) : show(line, *hash, piece);
      if (!done) return base::fail(fmt::format("record {}", seq_), done.error());
    }
    if (filtered) piece.records = std::move(kept);
    piece.values = values_;
    return {};
  }

  RunCounts counts() const { return {book_ ? book_->lines_written() : 0, also_opened_}; }

 private:
  base::Result<void> show(std::string_view line, const base::Digest& hash, Piece& piece) {
    TRY_ASSIGN(const auto record, record::read_record(line));
    TRY_ASSIGN(const auto event, record::read_event(record.event));
    return write(line, hash, record, event, piece);
  }

  base::Result<void> run_filtered(std::string_view line, const base::Digest& hash, Piece& piece,
                                  std::string& kept) {
    if (line.empty()) return retire(hash, kept);
    if (plan_.withhold_all) {
      withhold(hash, kept);
      return {};
    }
    TRY_ASSIGN(const auto record, record::read_record(line));
    TRY_ASSIGN(const auto event, record::read_event(record.event));
    if (plan_.filter->matches(record, event)) {
      TRY(write(line, hash, record, event, piece));
      kept.append(line).push_back('\n');
    } else {
      withhold(hash, kept);
    }
    return {};
  }

  base::Result<void> retire(const base::Digest& hash, std::string& kept) {
    const auto* part = retired_part(*plan_.sealed, seq_);
    if (part == nullptr)
      return base::fail(base::Code::aborted, "records were retired while the export ran: export again");
    totals_.add_retired(seq_);
    jsonl::append_retired_record(kept, {seq_, part->statement.part, hash});
    kept.push_back('\n');
    return {};
  }

  void withhold(const base::Digest& hash, std::string& kept) {
    totals_.add_withheld(seq_);
    jsonl::append_withheld(kept, {seq_, hash});
    kept.push_back('\n');
  }

  base::Result<void> write(std::string_view line, const base::Digest& hash, const record::RecordView& record,
                           const record::EventView& event, Piece& piece) {
    TRY_ASSIGN(const auto occurred, base::parse_rfc3339(event.plain(record::kTime)));
    totals_.add_shown(seq_, record, event, line.size(), occurred);
    const auto before = book_ ? book_->given_out() : 0;
    TRY(writer_->append_row(piece.events, {&record, &event, hash, occurred, commits_.time_of(seq_)}));
    if (book_ && book_->given_out() > before && !plan_.opening->scope.records.contains(seq_)) ++also_opened_;
    return {};
  }

  const RunPlan& plan_;
  jsonl::Totals& totals_;
  std::uint64_t seq_;
  jsonl::CommitTimes::Cursor commits_;
  std::uint64_t also_opened_ = 0;
  std::string values_;
  std::optional<DisclosureBook> book_;
  std::optional<csv::EventsWriter> writer_;
};

base::Result<void> write_piece(const RunFiles& files, const Piece& piece) {
  TRY(files.records->append(piece.records));
  TRY(files.events->append(piece.events));
  return files.values->append(piece.values);
}

}  // namespace

base::Result<RunCounts> write_run(store::LedgerReader& ledger, const RunPlan& plan, const RunFiles& files,
                                  jsonl::Totals& totals, const ProgressFn& progress) {
  std::string header;
  csv::EventsWriter::append_header(header);
  TRY(files.events->append(header));
  verify::Channel<Piece> read(kPiecesWaiting), tabled(kPiecesWaiting);
  Tabler tabler(plan, totals);
  base::Result<void> table_result, write_result;
  std::thread table_thread([&] {
    while (table_result) {
      auto piece = read.pop();
      if (!piece) break;
      table_result = tabler.run(*piece);
      if (table_result && !tabled.push(std::move(*piece))) break;
    }
    read.close();
    tabled.close();
  });
  std::thread write_thread([&] {
    while (write_result) {
      const auto piece = tabled.pop();
      if (!piece) break;
      write_result = write_piece(files, *piece);
    }
    tabled.close();
  });
  Piece piece;
  std::uint64_t piece_begin = plan.begin;
  const auto hand_on = [&](std::uint64_t end) -> base::Result<void> {
    TRY(ledger.read_hashes(*plan.log, std::exchange(piece_begin, end), end, piece.hashes));
    // The other threads say why they stopped.
    if (!read.push(std::exchange(piece, {}))) return base::fail(base::Code::aborted, "stopped");
    return {};
  };
  const auto take = [&](base::Seq seq, std::string_view record) -> base::Result<void> {
    if (piece.records.empty()) piece.records.reserve(kPieceBytes + record::kRecordBytesMax + 1);
    piece.records.append(record).push_back('\n');
    piece.retired = piece.retired || record.empty();
    const auto end = base::index_of(seq) + 1;
    if (piece.records.size() < kPieceBytes && end - piece_begin < kPieceRecordsMax) return {};
    if (progress) progress(end - plan.begin, plan.end - plan.begin);
    return hand_on(end);
  };
  auto read_result =
      ledger.read(*plan.log, plan.begin, plan.end, take, [&](base::Seq seq) { return take(seq, {}); });
  if (read_result && !piece.records.empty()) read_result = hand_on(plan.end);
  read.close();
  table_thread.join();
  write_thread.join();
  TRY(table_result);
  TRY(write_result);
  TRY(read_result);
  const auto counts = tabler.counts();
  if (plan.opening != nullptr && plan.opening->masked) {
    totals.add_masks(counts.lines);
  } else {
    totals.add_disclosures(counts.lines);
  }
  if (progress) progress(plan.end - plan.begin, plan.end - plan.begin);
  return counts;
}

}  // namespace countersign::bundle
