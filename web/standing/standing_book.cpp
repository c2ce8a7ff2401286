#include "web/standing/standing_book.h"

#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/base/json.h"
#include "ledger/crypto/digest.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace countersign::standing {
namespace {

using base::Code;

constexpr std::uint64_t kHistoryBytesMax = 64u << 20, kReportBytesMax = 512u << 20;
constexpr std::size_t kReportDepthMax = 16;

/// The text of a file; empty where there is none.
base::Result<std::string> text_of(const std::filesystem::path& file, std::uint64_t bytes_max) {
  auto text = base::read_file(file, bytes_max);
  if (!text && text.error().code == Code::not_found) return std::string();
  return text;
}

/// The last lines, `most` at most, the oldest first.
std::vector<std::string_view> last_lines(std::string_view text, std::size_t most) {
  std::vector<std::string_view> out;
  while (!text.empty() && out.size() < most) {
    if (text.back() == '\n') text.remove_suffix(1);
    const auto before = text.rfind('\n');
    const auto begin = before == std::string_view::npos ? 0 : before + 1;
    out.push_back(text.substr(begin));
    text = text.substr(0, begin);
  }
  return {out.rbegin(), out.rend()};
}

/// The UTC day of a line, as to_line() begins it.
std::string_view day_of(std::string_view line) {
  constexpr std::string_view kBegin = "{\"time\":\"", kDay = "2026-01-31";
  return line.starts_with(kBegin) ? line.substr(kBegin.size(), kDay.size()) : std::string_view();
}

/// `most` of the lines, the oldest first: those that were not the last of their day go before others do, so
/// that many tests of one day do not push out the days before.
std::vector<std::string_view> lines_to_keep(std::string_view text, std::size_t most) {
  const auto all = last_lines(text, SIZE_MAX);
  auto surplus = all.size() - std::min(all.size(), most);
  std::vector<std::string_view> out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool last_of_day = i + 1 == all.size() || day_of(all[i]) != day_of(all[i + 1]);
    if (surplus > 0 && !last_of_day) {
      --surplus;
    } else {
      out.push_back(all[i]);
    }
  }
  out.erase(out.begin(), out.end() - static_cast<std::ptrdiff_t>(std::min(out.size(), most)));
  return out;
}

}  // namespace

base::Result<void> Book::put(const base::TenantId& tenant, const Run& run, std::string_view report) {
  const std::lock_guard lock(mutex_);
  TRY(base::make_folders_durably(folder_));
  TRY_ASSIGN(const auto before, text_of(history_file(tenant), kHistoryBytesMax));
  const auto all = before + to_line(run) + '\n';
  std::string history;
  for (const auto line : lines_to_keep(all, kRunsKept)) (history += line) += '\n';
  TRY(base::write_file_durably(report_file(tenant), report, base::FileMode::secret));
  return base::write_file_durably(history_file(tenant), history, base::FileMode::secret);
}

base::Result<std::vector<Run>> Book::runs(const base::TenantId& tenant, std::size_t most) const {
  std::string text;
  {
    const std::lock_guard lock(mutex_);
    TRY_ASSIGN(text, text_of(history_file(tenant), kHistoryBytesMax));
  }
  std::vector<Run> out;
  for (const auto line : lines_to_keep(text, most)) {
    TRY_ASSIGN(auto run, read_line(line));
    out.push_back(std::move(run));
  }
  return out;
}

base::Result<std::optional<Run>> Book::newest(const base::TenantId& tenant) const {
  TRY_ASSIGN(auto last, runs(tenant, 1));
  if (last.empty()) return std::optional<Run>();
  return std::optional(std::move(last.front()));
}

base::Result<std::optional<Book::Texts>> Book::read(const base::TenantId& tenant) const {
  std::string report, history;
  {
    const std::lock_guard lock(mutex_);
    TRY_ASSIGN(history, text_of(history_file(tenant), kHistoryBytesMax));
    TRY_ASSIGN(report, text_of(report_file(tenant), kReportBytesMax));
  }
  const auto last = last_lines(history, 1);
  if (last.empty()) return std::optional<Texts>();
  TRY_ASSIGN(auto run, read_line(last.front()));
  if (base::to_hex(crypto::sha256(report).view()) != run.report_sha256) return std::optional<Texts>();
  return std::optional(Texts{std::move(run), std::move(report)});
}

base::Result<bool> Book::is_whole(const base::TenantId& tenant) const {
  TRY_ASSIGN(const auto texts, read(tenant));
  return texts.has_value();
}

base::Result<std::optional<Book::Kept>> Book::report(const base::TenantId& tenant) const {
  TRY_ASSIGN(auto texts, read(tenant));
  if (!texts) return std::optional<Kept>();
  TRY_ASSIGN(auto parsed, base::parse_json(texts->report, {.depth_max = kReportDepthMax}));
  if (!parsed.value.is_object()) return base::fail(Code::data_loss, "a report of controls is damaged");
  return std::optional(Kept{std::move(texts->run), std::move(parsed.value.get_object())});
}

base::Result<void> Book::put_watched(const base::TenantId& tenant, const Run& run) {
  const std::lock_guard lock(mutex_);
  TRY(base::make_folders_durably(folder_));
  return base::write_file_durably(watch_file(tenant), to_line(run) + '\n', base::FileMode::secret);
}

base::Result<std::optional<Run>> Book::watched(const base::TenantId& tenant) const {
  std::string text;
  {
    const std::lock_guard lock(mutex_);
    TRY_ASSIGN(text, text_of(watch_file(tenant), kHistoryBytesMax));
  }
  if (text.empty()) return std::optional<Run>();
  TRY_ASSIGN(auto run, read_line(text));
  return std::optional(std::move(run));
}

}  // namespace countersign::standing
