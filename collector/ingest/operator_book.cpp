#include "collector/ingest/operator_book.h"

#include "ledger/base/file.h"
#include "ledger/base/json.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cstdint>

namespace countersign::ingest {
namespace {

constexpr std::uint64_t kFileBytesMax = 16u << 20;
constexpr std::int64_t kMinute_us = 60ll * 1'000'000;

}  // namespace

OperatorBook::Times OperatorBook::load(const std::filesystem::path& file) {
  Times times;
  const auto content = base::read_file(file, kFileBytesMax);
  if (!content) return times;
  const auto parsed = base::parse_json(*content, {});
  if (!parsed || !parsed->value.is_object()) return times;
  for (const auto& member : parsed->value.get_object()) {
    if (!member.value().is_string()) continue;
    const auto time = base::parse_rfc3339(std::string(member.value().get_string()));
    if (time) times[std::string(member.key())] = *time;
  }
  return times;
}

void OperatorBook::set(Times times) {
  const std::lock_guard lock(mutex_);
  times_ = std::move(times);
}

void OperatorBook::used(std::string_view name, base::Timestamp now) {
  const base::Timestamp minute{now.micros - now.micros % kMinute_us};
  const std::lock_guard lock(mutex_);
  const auto found = times_.find(name);
  if (found != times_.end() && found->second == minute) return;
  times_.insert_or_assign(std::string(name), minute);
  changed_ = true;
}

std::optional<base::Timestamp> OperatorBook::last_used(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = times_.find(name);
  return found == times_.end() ? std::nullopt : std::optional(found->second);
}

base::Result<void> OperatorBook::save(const std::filesystem::path& file) {
  boost::json::object out;
  {
    const std::lock_guard lock(mutex_);
    if (!changed_) return {};
    changed_ = false;
    for (const auto& [name, time] : times_) out[name] = base::format_rfc3339(time);
  }
  auto written = base::write_file_durably(file, boost::json::serialize(out) + "\n", base::FileMode::readable);
  if (!written) {
    const std::lock_guard lock(mutex_);
    changed_ = true;
  }
  return written;
}

}  // namespace countersign::ingest
