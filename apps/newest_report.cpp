#include "apps/newest_report.h"

#include "ledger/base/time.h"
#include "ledger/projection/search.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"
#include "ledger/store/ledger_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

namespace countersign::apps {
namespace {

using base::Code;

using Members = std::map<std::string, std::string>;

std::string_view between(std::string_view text, std::string_view begin, std::string_view end) {
  const auto from = text.find(begin);
  if (from == std::string_view::npos) return {};
  text.remove_prefix(from + begin.size());
  return text.substr(0, text.find(end));
}

/// What note_the_report() writes: `soc2 CC6.1,CC6.2, occurred … to …, 12 controls, 1 with exceptions,
/// sha256=…`.
std::optional<Members> read_context(std::string_view context, base::Timestamp made) {
  const auto from = base::parse_rfc3339(between(context, " occurred ", " to "));
  const auto behind = context.substr(std::min(context.find(" occurred "), context.size()));
  const auto until = base::parse_rfc3339(between(behind, " to ", ","));
  const auto counts = behind.substr(std::min(behind.find(", "), behind.size()));
  const auto sha256 = between(counts, "sha256=", " ");
  constexpr std::size_t kHexDigits = 64;
  if (!from || !until || sha256.size() != kHexDigits) return std::nullopt;
  return Members{{"sha256", std::string(sha256)},
                 {"from", base::format_rfc3339(*from)},
                 {"until", base::format_rfc3339(*until)},
                 {"made", base::format_rfc3339(made)},
                 {"framework", std::string(context.substr(0, context.find(' ')))},
                 {"controls", std::string(between(counts, ", ", " controls"))},
                 {"exceptions", std::string(between(counts, "controls, ", " with exceptions"))}};
}

}  // namespace

base::Result<Members> newest_report(const store::RegionFiles& files, const base::TenantId& tenant) {
  TRY_ASSIGN(auto ledger, store::LedgerReader::open(files.ledger()));
  const auto log = ledger.log(base::TenantId(std::string(base::kSystemTenant)));
  if (!log && log.error().code == Code::not_found) return Members();
  if (!log) return base::fail(log.error());
  TRY_ASSIGN(auto searcher, projection::Searcher::open(files.index()));
  projection::SearchRequest request;
  request.log = log->number;
  request.hits_max = 1;
  TRY_ASSIGN(request.terms, projection::parse_query(
                                fmt::format("type:report.performed action.resource:{}", tenant.value())));
  TRY_ASSIGN(const auto found, searcher.search(request, {}));
  if (found.hits.empty()) return Members();
  const auto bytes = ledger.record(*log, base::seq_at(found.hits.front()));
  // What was retired cannot be looked up.
  if (!bytes && bytes.error().code == Code::not_found) return Members();
  if (!bytes) return base::fail(bytes.error());
  TRY_ASSIGN(const auto record, record::read_record(*bytes));
  TRY_ASSIGN(const auto event, record::read_event(record.event));
  return read_context(event.text(record::kActionContext), record.received).value_or(Members());
}

}  // namespace countersign::apps
