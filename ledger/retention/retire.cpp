#include "ledger/retention/retire.h"

#include "ledger/base/open_file.h"
#include "ledger/record/record.h"

#include <fmt/format.h>

#include <fcntl.h>

#include <algorithm>
#include <set>

namespace countersign::retention {
namespace {

using store::LedgerReader;
using store::LogHead;
using store::SegmentPart;

using Tokens = std::map<std::string, record::Kind, std::less<>>;

template <class Visit>
base::Result<void> for_each_token_of(std::string_view bytes, const Visit& visit) {
  TRY_ASSIGN(const auto view, record::read_record(bytes));
  TRY_ASSIGN(const auto event, record::read_event(view.event));
  return record::for_each_token(event, [&](const record::TokenAt& at) { visit(at); });
}

/// What keeps a part longest.
TenantRules::Kept longest(const SegmentPart& part, const TenantRules& rules) {
  const auto last = part.statement.last_received;
  TenantRules::Kept longest{rules.rule, rules.keep};
  bool first = true;
  for (const auto& type : part.statement.types) {
    const auto kept = rules.kept(type);
    if (first || end_of(last, kept.keep) > end_of(last, longest.keep)) longest = kept;
    first = false;
  }
  return longest;
}

bool is_due(const SegmentPart& part, const TenantRules& rules, base::Timestamp now) {
  return !part.retired && end_of(part.statement.last_received, longest(part, rules).keep) <= now;
}

/// The tokens of a part's records.
base::Result<Tokens> tokens_of(LedgerReader& reader, const LogHead& log, const SegmentPart& part) {
  Tokens tokens;
  const auto& statement = part.statement;
  TRY(reader.read(log, statement.begin, statement.end,
                  [&](base::Seq seq, std::string_view bytes) -> base::Result<void> {
                    if (!store::is_member(part.members, base::index_of(seq) - statement.begin)) return {};
                    return for_each_token_of(bytes, [&](const record::TokenAt& at) {
                      if (!tokens.contains(at.token)) tokens.emplace(at.token, at.kind);
                    });
                  }));
  return tokens;
}

/// The hold that keeps the part, or nothing.
const privacy::Hold* hold_on(const std::vector<privacy::Hold>& holds, const base::TenantId& tenant,
                             const Tokens& tokens) {
  for (const auto& hold : holds) {
    if (hold.tenant != tenant) continue;
    if (hold.tokens.empty() || std::any_of(hold.tokens.begin(), hold.tokens.end(),
                                           [&](const auto& token) { return tokens.contains(token); }))
      return &hold;
  }
  return nullptr;
}

/// Takes out of `tokens` what stands in a record that stays.
base::Result<void> leave_what_stays(LedgerReader& reader, const LogHead& log,
                                    const std::vector<SegmentPart>& going, const std::function<bool()>& stop,
                                    Tokens& tokens) {
  constexpr std::uint64_t kAsk = 4'096;
  const auto goes = [&](std::uint64_t seq) {
    return std::any_of(going.begin(), going.end(), [&](const SegmentPart& part) {
      const auto& statement = part.statement;
      return statement.begin <= seq && seq < statement.end &&
             store::is_member(part.members, seq - statement.begin);
    });
  };
  return reader.read(log, 0, log.size, [&](base::Seq seq, std::string_view bytes) -> base::Result<void> {
    if (base::index_of(seq) % kAsk == 0 && stop && stop())
      return base::fail(base::Code::aborted, "the search for what is due was ended");
    if (goes(base::index_of(seq))) return {};
    return for_each_token_of(bytes, [&](const record::TokenAt& at) {
      if (const auto found = tokens.find(at.token); found != tokens.end()) tokens.erase(found);
    });
  });
}

/// Whether sealing made the file and the ledger never came to know of it: it begins where a log's sealed
/// ranges end.
bool is_left_over(std::string_view name, const std::map<std::string, std::uint64_t>& ends) {
  if (name.ends_with(".jsonl.zst.unfinished")) name.remove_suffix(std::string_view(".unfinished").size());
  return name.ends_with(".jsonl.zst") && std::any_of(ends.begin(), ends.end(), [&](const auto& log) {
           return name.starts_with(fmt::format("{}-{}-", log.first, log.second));
         });
}

}  // namespace

base::Result<Due> find_due(LedgerReader& reader, const LogHead& log, const TenantRules& rules,
                           const privacy::Holds& holds, base::Timestamp now,
                           const std::function<bool()>& stop, std::size_t tokens_max) {
  Due due;
  const auto tenant = base::tenant_of(log.name);
  TRY_ASSIGN(const auto standing, holds.list());
  TRY_ASSIGN(auto ranges, reader.sealed(log));
  Tokens tokens;
  for (auto& range : ranges) {
    for (auto& part : range.parts) {
      if (!is_due(part, rules, now)) continue;
      TRY_ASSIGN(auto of_part, tokens_of(reader, log, part));
      if (const auto* hold = hold_on(standing, tenant, of_part)) {
        if (std::find(due.held.begin(), due.held.end(), hold->name) == due.held.end())
          due.held.push_back(hold->name);
        continue;
      }
      if (!due.parts.empty() && tokens.size() + of_part.size() > tokens_max) break;
      tokens.merge(of_part);
      due.parts.push_back(std::move(part));
    }
  }
  if (due.parts.empty()) return due;
  TRY(leave_what_stays(reader, log, due.parts, stop, tokens));
  due.values.tenant = tenant;
  due.values.searched = log.size;
  for (const auto& [token, kind] : tokens) due.values.unless_shared.push_back(token);
  due.kinds = std::move(tokens);
  return due;
}

store::RetirementStatement retirement_of(const SegmentPart& part, const TenantRules& rules,
                                         base::Timestamp now) {
  const auto& s = part.statement;
  const auto kept = longest(part, rules);
  return {
      s.log, s.begin, s.end, s.part, s.records, s.root, now, std::string(kept.rule), to_string(kept.keep)};
}

base::Result<std::vector<std::string>> remove_files(LedgerReader& reader,
                                                    const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  std::vector<std::string> stuck;
  if (std::error_code none; !fs::is_directory(folder, none)) return stuck;
  std::set<std::string> gone;
  std::map<std::string, std::uint64_t> ends;
  TRY_ASSIGN(const auto logs, reader.logs());
  for (const auto& log : logs) {
    TRY_ASSIGN(const auto ranges, reader.sealed(log));
    ends.emplace(base::tenant_of(log.name).value(), ranges.empty() ? 0 : ranges.back().end);
    for (const auto& range : ranges) {
      for (const auto& part : range.parts) {
        if (part.retired) gone.insert(part.statement.file);
      }
    }
  }
  std::error_code error;
  bool removed = false;
  for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    const auto path = entry->path();
    const auto name = path.filename().string();
    if (!gone.contains(name) && !is_left_over(name, ends)) continue;
    std::error_code failed;
    // A file that was moved to other storage left a link, which stays as long as the file cannot be reached.
    if (fs::is_symlink(fs::symlink_status(path, failed))) {
      const auto target = fs::canonical(path, failed);
      if (!failed) fs::remove(target, failed);
    }
    if (!failed) fs::remove(path, failed);
    if (failed) stuck.push_back(name);
    removed = removed || !failed;
  }
  if (error)
    return base::fail(base::Code::internal,
                      fmt::format("cannot list {}: {}", folder.string(), error.message()));
  if (!removed) return stuck;
  TRY_ASSIGN(auto opened, base::OpenFile::open(folder, O_RDONLY | O_DIRECTORY));
  TRY(opened.sync());
  return stuck;
}

}  // namespace countersign::retention
