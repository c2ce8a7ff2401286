#include "apps/countersign/times.h"

namespace countersign::apps {

base::Result<std::optional<base::Timestamp>> time_of(const std::string& text) {
  if (text.empty()) return std::optional<base::Timestamp>();
  TRY_ASSIGN(const auto time, base::parse_rfc3339(text));
  return std::optional(time);
}

base::Result<std::optional<ingest::Period>> period_of(const std::string& from, const std::string& before) {
  TRY_ASSIGN(const auto begin, time_of(from));
  TRY_ASSIGN(const auto end, time_of(before));
  if (begin.has_value() != end.has_value())
    return base::fail(base::Code::invalid_argument, "a period has both --from and --before");
  if (!begin) return std::optional<ingest::Period>();
  return std::optional(ingest::Period{*begin, *end});
}

std::string minute_of(base::Timestamp time) {
  constexpr std::size_t kToTheMinute = 16;
  return base::format_rfc3339(time).substr(0, kToTheMinute) + "Z";
}

}  // namespace countersign::apps
