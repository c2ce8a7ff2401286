#include "reports/engine/build_report.h"
#include "tests/reports/controls/year.h"
#include "tests/support/temp_dir.h"

#include <fmt/format.h>

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

/// How many records the index has of the tenant's log and of the system log.
std::pair<std::uint64_t, std::uint64_t> sizes_of(const std::filesystem::path& file) {
  auto index = need(sqlite::Connection::open(file, {}));
  const auto of = [&](int log) {
    return static_cast<std::uint64_t>(
        need(index.query_integer(fmt::format("SELECT next FROM progress WHERE log = {}", log))));
  };
  return {of(0), of(1)};
}

}  // namespace

/// Makes a report over a year of so many records (1,000,000) and says what that takes, beside what it takes
/// to read all rows of the index once. The index is kept where a file for it is named, and used again.
int main(int count, char** arguments) {
  const double millions = count > 1 ? std::atof(arguments[1]) : 1.0;
  testing::YearSize size;
  size.otps_in_a_month = static_cast<int>(17'200 * millions);
  testing::TempDir folder;
  const auto file = count > 2 ? std::filesystem::path(arguments[2]) : folder / "index.sqlite";
  if (!std::filesystem::exists(file)) testing::clean_year(7, size).tale.write_index(file);
  const auto [records, system] = sizes_of(file);
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
  const auto report =
      timed([&] { need(reports::build_report(*workspace, reports::Catalogue::built_in(), request)); });
  fmt::print(
      "tables {:.2f} s ({:.2f} CPU), controls and listings {:.2f} s ({:.2f} CPU), all {:.2f} s ({:.2f} "
      "CPU)\n",
      tables.wall, tables.cpu, report.wall, report.cpu, tables.wall + report.wall, tables.cpu + report.cpu);
  fmt::print("reading all rows of the index once takes {:.2f} s ({:.2f} CPU): ratio {:.1f}\n", limit.wall,
             limit.cpu, (tables.cpu + report.cpu) / limit.cpu);
  return 0;
}
