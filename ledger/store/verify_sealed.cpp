#include "ledger/store/verify_sealed.h"

#include "ledger/store/segment_file.h"

#include <fmt/format.h>

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

}  // namespace

base::Result<SealedCheck> verify_sealed(LedgerReader& reader, const LogHead& log,
                                        const std::filesystem::path& segments) {
  SealedCheck out;
  TRY_ASSIGN(const auto ranges, reader.sealed(log));
  std::uint64_t next = 0;
  std::vector<base::Digest> hashes;
  for (const auto& range : ranges) {
    if (range.end > log.size) break;  // sealed while this ran
    if (range.begin != next)
      return fail(Code::data_loss, fmt::format("the sealed range of records {} to {} does not follow the one "
                                               "before it",
                                               range.begin, range.end - 1));
    next = range.end;
    hashes.clear();
    TRY(reader.read_hashes(log, range.begin, range.end, hashes));
    TRY(check_range(range, hashes));
    for (const auto& part : range.parts) {
      TRY(check_part(log, part, segments));
      if (!part.retired) {
        out.records += part.statement.records;
        continue;
      }
      out.retired_keys += part.statement.key_sum;
      out.retired.push_back(*part.retired);
    }
  }
  return out;
}

}  // namespace countersign::store
