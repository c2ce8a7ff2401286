#include "ledger/projection/columns.h"
#include "ledger/projection/record_rows.h"
#include "reports/engine/build_report.h"
#include "reports/engine/report_json.h"
#include "tests/reports/controls/year.h"
#include "tests/support/temp_dir.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <stdexcept>

namespace {

using namespace countersign;

struct Times {
  double wall = 0, cpu = 0;
};

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}
double cpu_now() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

template <class Work>
Times timed(const Work& work) {
  const auto begin = std::chrono::steady_clock::now();
  const double cpu = cpu_now();
  work();
  return {seconds_since(begin), cpu_now() - cpu};
}

template <class T>
T need(base::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}
void need(const base::Result<void>& result) {
  if (!result) throw std::runtime_error(result.error().message);
}

void write_index(const testing::Tale& tale, const std::filesystem::path& file) {
  auto index = need(sqlite::Connection::open(file, {.access = sqlite::Access::create, .cache_kib = 65'536}));
  need(index.execute(projection::index_schema()));
  need(index.execute("PRAGMA synchronous=OFF; BEGIN"));
  auto rows = need(projection::RecordRows::prepare(index));
  std::int64_t log = 0;
  for (const auto* records : {&tale.records(), &tale.system_records()}) {
    for (std::size_t i = 0; i < records->size(); ++i)
      need(rows.add(log, (log << 40) + static_cast<std::int64_t>(i), (*records)[i]));
    need(index.execute(fmt::format("INSERT INTO progress VALUES({}, {})", log, records->size())));
    ++log;
  }
  need(rows.flush());
  need(index.execute("COMMIT"));
  need(index.empty_wal());
}

}  // namespace

/// Makes a report over a year of so many records (1,000,000) and says where the time goes, beside what it
/// takes to read all rows of the index once.
int main(int count, char** arguments) {
  const double millions = count > 1 ? std::atof(arguments[1]) : 1.0;
  testing::YearSize size;
  size.otps_in_a_month = static_cast<int>(17'200 * millions);
  testing::TempDir folder;
  const auto file = count > 2 ? std::filesystem::path(arguments[2]) : folder / "index.sqlite";
  std::size_t records = 0, system = 0;
  {
    const auto year = testing::clean_year(7, size);
    records = year.tale.records().size();
    system = year.tale.system_records().size();
    write_index(year.tale, file);
  }
  fmt::print("{} records, {} of the system log\n", records, system);
  const auto limit = timed([&] {
    auto index = need(sqlite::Connection::open(file, {.cache_kib = 65'536}));
    auto rows = need(index.prepare("SELECT * FROM events"));
    while (need(rows.step())) {
    }
  });
  const reports::Scope scope{base::TenantId("acme"),
                             need(base::parse_rfc3339(testing::Year::kFrom)),
                             need(base::parse_rfc3339(testing::Year::kUntil)),
                             0,
                             records,
                             system};
  std::optional<reports::Workspace> workspace;
  const auto tables = timed([&] {
    workspace.emplace(need(reports::Workspace::of_index(file, {0, 1}, scope, policy::TenantHistory())));
  });
  reports::ReportRequest request;
  request.log = "evidence.example.com/eu-1/acme";
  request.as_of.size = records;
  std::vector<std::pair<double, std::string>> parts;
  std::string current;
  double since = cpu_now();
  const auto step = [&](std::string_view id, std::size_t, std::size_t) {
    if (!current.empty()) parts.emplace_back(cpu_now() - since, current);
    current = id;
    since = cpu_now();
  };
  const auto report =
      timed([&] { need(reports::build_report(*workspace, reports::Catalogue::built_in(), request, step)); });
  std::sort(parts.rbegin(), parts.rend());
  for (const auto& [cpu, id] : parts) {
    if (cpu >= 0.1) fmt::print("  {:<26} {:6.2f} s\n", id, cpu);
  }
  fmt::print(
      "tables {:.2f} s ({:.2f} CPU), controls and listings {:.2f} s ({:.2f} CPU), all {:.2f} s ({:.2f} "
      "CPU)\n",
      tables.wall, tables.cpu, report.wall, report.cpu, tables.wall + report.wall, tables.cpu + report.cpu);
  fmt::print("reading all rows of the index once takes {:.2f} s ({:.2f} CPU): ratio {:.1f}\n", limit.wall,
             limit.cpu, (tables.cpu + report.cpu) / limit.cpu);
  return 0;
}
