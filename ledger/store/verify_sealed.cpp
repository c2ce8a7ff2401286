#include "ledger/store/verify_sealed.h"

#include "ledger/record/event_view.h"
#include "ledger/record/record.h"
#include "ledger/store/schema.h"
#include "ledger/store/segment_file.h"
#include "ledger/store/verify_chunk.h"

#include <fmt/format.h>

#include <set>
#include <span>

namespace countersign::store {
namespace {

using base::Code;
using base::fail;

base::Result<void> check_part(const LogHead& log, const SegmentPart& part,
                              const std::filesystem::path& segments) {
  const auto& statement = part.statement;
  if (statement.log != log.name || (part.retired && part.retired->log != log.name))
    return fail(Code::data_loss, fmt::format("the sealed records {} to {} are said to be of {}",
                                             statement.begin, statement.end - 1, statement.log.text));
  if (part.retired) return {};
  const auto sha256 = file_sha256(segments / statement.file);
  if (!sha256 && sha256.error().code == Code::not_found)
    return fail(Code::data_loss, fmt::format("the segment {} is missing, and no rule retired it",
                                             (segments / statement.file).string()));
  if (!sha256) return fail(sha256.error());
  if (*sha256 != statement.file_sha256)
    return fail(Code::data_loss, fmt::format("the segment {} is not the file that was sealed",
                                             (segments / statement.file).string()));
  return {};
}

/// What is stated of a part that is still there, made anew from its file.
base::Result<void> check_content(const LogHead& log, const SegmentPart& part,
                                 const std::filesystem::path& segments) {
  const auto& statement = part.statement;
  TRY_ASSIGN(auto file, SegmentFile::open(segments / statement.file));
  SegmentStatement again = statement;
  again.records = file.records();
  again.bytes = again.key_sum = 0;
  std::set<std::string, std::less<>> types;
  std::uint64_t at = 0;
  for (auto seq = statement.begin; seq < statement.end; ++seq) {
    if (!is_member(part.members, seq - statement.begin)) continue;
    TRY_ASSIGN(const auto bytes, file.record(at));
    TRY_ASSIGN(const auto view, record::read_record(bytes));
    TRY_ASSIGN(const auto event, record::read_event(view.event));
    if (at++ == 0) again.first_received = view.received;
    again.last_received = view.received;
    again.bytes += bytes.size();
    again.key_sum += key_part(key_of(view, event), place_of(log.number, seq));
    if (const auto type = event.plain(record::kType); !types.contains(type)) types.emplace(type);
  }
  again.types.assign(types.begin(), types.end());
  if (again == statement) return {};
  return fail(Code::data_loss, fmt::format("what is stated of the segment {} is not what it holds",
                                           (segments / statement.file).string()));
}

/// A crash may have left sealed records in the table, too: the same ones.
base::Result<void> check_table(LedgerReader& reader, const LogHead& log, const SegmentRange& range,
                               std::span<const base::Digest> hashes) {
  return reader.read_table(
      log, range.begin, range.end, [&](base::Seq seq, std::string_view bytes) -> base::Result<void> {
        const auto at = base::index_of(seq);
        if (record::record_hash(bytes) == hashes[at - range.begin]) return {};
        return fail(Code::data_loss,
                    fmt::format("another record stands in the place of the sealed record {}", at));
      });
}

}  // namespace

base::Result<SealedCheck> verify_sealed(LedgerReader& reader, const LogHead& log,
                                        const std::filesystem::path& segments,
                                        const std::function<bool()>& stopped) {
  SealedCheck out;
  TRY_ASSIGN(const auto ranges, reader.sealed(log));
  std::uint64_t next = 0;
  std::vector<base::Digest> hashes;
  for (const auto& range : ranges) {
    if (range.end > log.size) {
      // Sealed since this began, or said to be of records that there are not.
      TRY_ASSIGN(const auto now, reader.log(base::tenant_of(log.name)));
      if (range.end <= now.size) break;
      return fail(Code::data_loss, fmt::format("records {} to {} are said to be sealed, but the log has {}",
                                               range.begin, range.end - 1, now.size));
    }
    if (range.begin != next)
      return fail(Code::data_loss, fmt::format("the sealed range of records {} to {} does not follow the one "
                                               "before it",
                                               range.begin, range.end - 1));
    next = range.end;
    hashes.clear();
    TRY(reader.read_hashes(log, range.begin, range.end, hashes));
    TRY(check_range(range, hashes));
    TRY(check_table(reader, log, range, hashes));
    for (const auto& part : range.parts) {
      if (stopped && stopped()) return fail(Code::aborted, "the verification was stopped");
      TRY(check_part(log, part, segments));
      if (!part.retired) {
        TRY(check_content(log, part, segments));
        out.records += part.statement.records;
        continue;
      }
      out.retired_records += part.statement.records;
      out.retired_keys += part.statement.key_sum;
      out.retired.push_back(*part.retired);
    }
  }
  return out;
}

}  // namespace countersign::store
