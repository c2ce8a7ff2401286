#include "ledger/retention/seal.h"

#include "ledger/base/file.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"
#include "ledger/store/schema.h"
#include "ledger/store/segment_file.h"
#include "ledger/store/verify_chunk.h"
#include "ledger/tree/merkle.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace countersign::retention {
namespace {

using base::Code;
using base::fail;
using store::LedgerReader;
using store::LogHead;

/// What is sealed into one file.
struct Part {
  Part(store::SegmentFileWriter new_writer, std::string new_file)
      : writer(std::move(new_writer)), file(std::move(new_file)) {}

  store::SegmentFileWriter writer;
  std::string file;
  std::set<std::string, std::less<>> types;
  store::Members members;
  store::SegmentStatement statement;
};

class Sealing {
 public:
  Sealing(LedgerReader& reader, const LogHead& log, const SealRange& range, const TenantRules& rules,
          base::Timestamp now, const std::filesystem::path& folder)
      : reader_(reader), log_(log), range_(range), rules_(rules), now_(now), folder_(folder) {}

  base::Result<std::vector<store::NewSegment>> run() {
    TRY(base::make_folders_durably(folder_));
    TRY(reader_.read(log_, range_.begin, range_.end,
                     [&](base::Seq seq, std::string_view bytes) { return add(base::index_of(seq), bytes); }));
    TRY(reader_.read_hashes(log_, range_.begin, range_.end, hashes_));
    std::vector<store::NewSegment> out;
    store::SegmentRange whole{log_.number, range_.begin, range_.end, {}, {}};
    whole.tail_hashes.assign(hashes_.begin() + static_cast<std::ptrdiff_t>(whole.tail_begin() - range_.begin),
                             hashes_.end());
    for (auto& [key, part] : parts_) {
      TRY_ASSIGN(auto one, finish(part, static_cast<unsigned>(out.size())));
      whole.parts.push_back({one.statement, one.members, {}});
      out.push_back(std::move(one));
    }
    TRY(store::check_range(whole, hashes_));
    if (!out.empty()) out.front().tail_hashes = whole.tail_hashes;
    return out;
  }

 private:
  base::Result<Part*> part_of(std::string_view type) {
    const auto kept = rules_.kept(type);
    auto name = fmt::format("{}-{}", kept.rule, to_string(kept.keep));
    std::replace(name.begin(), name.end(), ' ', '-');
    if (const auto known = parts_.find(name); known != parts_.end()) return &known->second;
    auto file = fmt::format("{}-{}-{}-{}.jsonl.zst", base::tenant_of(log_.name).value(), range_.begin,
                            range_.end - 1, name);
    TRY_ASSIGN(auto writer, store::SegmentFileWriter::create(folder_ / file));
    auto& part = parts_.try_emplace(std::move(name), std::move(writer), std::move(file)).first->second;
    part.members.resize((range_.end - range_.begin + 7) / 8);
    return &part;
  }

  base::Result<void> add(std::uint64_t seq, std::string_view bytes) {
    TRY_ASSIGN(const auto view, record::read_record(bytes));
    TRY_ASSIGN(const auto event, record::read_event(view.event));
    const auto type = event.plain(record::kType);
    TRY_ASSIGN(auto* part, part_of(type));
    if (!part->types.contains(type)) part->types.emplace(type);
    const auto at = seq - range_.begin;
    part->members[at / 8] = static_cast<std::uint8_t>(part->members[at / 8] | (1u << (at % 8)));
    auto& statement = part->statement;
    if (statement.records++ == 0) statement.first_received = view.received;
    statement.last_received = view.received;
    statement.bytes += bytes.size();
    statement.key_sum += store::key_part(store::key_of(view, event), store::place_of(log_.number, seq));
    return part->writer.add(bytes);
  }

  base::Result<store::NewSegment> finish(Part& part, unsigned number) {
    auto& statement = part.statement;
    statement.log = log_.name;
    statement.begin = range_.begin;
    statement.end = range_.end;
    statement.part = number;
    statement.parts = static_cast<unsigned>(parts_.size());
    statement.types.assign(part.types.begin(), part.types.end());
    statement.file = part.file;
    statement.sealed = now_;
    TRY_ASSIGN(statement.file_sha256, part.writer.finish());
    if (parts_.size() == 1) part.members.clear();
    TRY_ASSIGN(statement.root, read_back(part));
    return store::NewSegment{log_.number, statement, std::move(part.members), {}};
  }

  /// The root over what is on disk, not over what was meant to be there.
  base::Result<base::Digest> read_back(const Part& part) {
    TRY_ASSIGN(const auto sha256, store::file_sha256(folder_ / part.file));
    if (sha256 != part.statement.file_sha256)
      return fail(Code::data_loss,
                  fmt::format("{} reads back as something else", (folder_ / part.file).string()));
    TRY_ASSIGN(auto file, store::SegmentFile::open(folder_ / part.file));
    tree::CompactRange leaves;
    for (std::uint64_t at = 0; at < file.records(); ++at) {
      TRY_ASSIGN(const auto bytes, file.record(at));
      leaves.append(record::record_hash(bytes));
    }
    return leaves.root();
  }

  LedgerReader& reader_;
  const LogHead& log_;
  const SealRange& range_;
  const TenantRules& rules_;
  const base::Timestamp now_;
  const std::filesystem::path& folder_;
  std::map<std::string, Part> parts_;  ///< by rule and time, so that their numbers do not depend on chance
  std::vector<base::Digest> hashes_;
};

}  // namespace

base::Result<std::optional<SealRange>> next_to_seal(LedgerReader& reader, const LogHead& log,
                                                    const TenantRules& rules, base::Timestamp now) {
  std::optional<SealRange> none;
  TRY_ASSIGN(const auto newest, reader.newest_checkpoint(log));
  TRY_ASSIGN(const auto ranges, reader.sealed(log));
  const std::uint64_t begin = ranges.empty() ? 0 : ranges.back().end;
  if (!newest || newest->size <= begin) return none;
  const auto size = std::min(newest->size, log.size);
  TRY_ASSIGN(const auto cold, reader.first_received(log, begin_of(now, rules.stays_hot()), size));
  if (cold <= begin) return none;
  TRY_ASSIGN(const auto bytes, reader.record(log, base::seq_at(begin)));
  TRY_ASSIGN(const auto oldest, record::read_record(bytes));
  const base::Timestamp young{oldest.received.micros + rules.granule_s() * 1'000'000};
  TRY_ASSIGN(const auto spanned, reader.first_received(log, young, size));
  const auto full = (begin / kSegmentRecords + 1) * kSegmentRecords;
  const auto end = std::min({cold, full, std::max(spanned, begin + 1)});
  // What is neither long nor spans the time yet may still grow.
  if (end == cold && end < full && begin_of(now, rules.stays_hot()) < young) return none;
  return std::optional(SealRange{begin, end});
}

base::Result<std::vector<store::NewSegment>> write_segments(LedgerReader& reader, const LogHead& log,
                                                            const SealRange& range, const TenantRules& rules,
                                                            base::Timestamp now,
                                                            const std::filesystem::path& folder) {
  return Sealing(reader, log, range, rules, now, folder).run();
}

}  // namespace countersign::retention
