#include "reports/engine/cited.h"

#include <set>

namespace countersign::reports {
namespace {

constexpr std::string_view kOfTheTenant =
    "SELECT seq, occurred, received, source, type, person, factor, purpose, action, context, reason, country"
    " FROM evidence WHERE seq = ?1";
constexpr std::string_view kOfTheSystem =
    "SELECT seq, occurred, received, 'countersign', type, actor, factor, purpose, action, resource, context, "
    "reason"
    " FROM system WHERE seq = ?1";
constexpr int kFirstAbout = 6;  ///< column

using Numbers = std::set<std::uint64_t>;

void take_first(const std::vector<std::uint64_t>& from, Numbers& to) {
  for (std::size_t i = 0; i < std::min(from.size(), kRecordsCited) && to.size() < kCitedMost; ++i)
    to.insert(from[i]);
}

base::Result<std::vector<CitedRecord>> read(sqlite::Connection& connection, std::string_view sql,
                                            const Numbers& numbers) {
  TRY_ASSIGN(auto rows, connection.prepare(sql));
  std::vector<CitedRecord> out;
  for (const auto seq : numbers) {
    rows.reset();
    rows.bind(1, static_cast<std::int64_t>(seq));
    TRY_ASSIGN(const bool there, rows.step());
    if (!there) continue;
    CitedRecord one{seq,
                    {rows.integer(1)},
                    {rows.integer(2)},
                    std::string(rows.text(3)),
                    std::string(rows.text(4)),
                    std::string(rows.text(5)),
                    {}};
    for (int i = kFirstAbout; i < rows.column_count(); ++i) {
      if (rows.text(i).empty()) continue;
      one.about.append(one.about.empty() ? "" : ", ").append(rows.text(i));
    }
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace

base::Result<void> cite_records(Workspace& workspace, Report& report) {
  Numbers of_the_tenant, of_the_system;
  for (const auto& result : report.controls) {
    for (const auto& one : result.exceptions) {
      take_first(one.records, of_the_tenant);
      take_first(one.system_records, of_the_system);
    }
  }
  TRY_ASSIGN(report.cited, read(workspace.connection(), kOfTheTenant, of_the_tenant));
  TRY_ASSIGN(report.cited_system, read(workspace.connection(), kOfTheSystem, of_the_system));
  return {};
}

}  // namespace countersign::reports
