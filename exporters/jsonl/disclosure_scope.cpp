#include "exporters/jsonl/disclosure_scope.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace countersign::jsonl {
namespace {

using base::Code;
using base::fail;

std::string_view take_part(std::string_view& rest) {
  const auto part = rest.substr(0, rest.find(','));
  rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  return part;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  // Above this a log cannot grow; it keeps sums of numbers from wrapping, too.
  constexpr std::uint64_t kMax = (std::uint64_t{1} << 40) - 1;
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || out > kMax)
    return std::nullopt;
  return out;
}

}  // namespace

base::Result<SeqRanges> SeqRanges::parse(std::string_view text) {
  constexpr std::size_t kTextMax = 100'000;
  if (text.size() > kTextMax) return fail(Code::resource_exhausted, "too many records are named at once");
  std::vector<std::pair<std::uint64_t, std::uint64_t>> found;
  const bool trailing = text.ends_with(',');
  for (auto rest = text; !rest.empty();) {
    const auto part = take_part(rest);
    const auto dash = part.find('-');
    const auto first = number(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : number(part.substr(dash + 1));
    if (!first || !last || *last < *first || trailing)
      return fail(Code::invalid_argument,
                  "records are named by their sequence numbers and ranges of them, as in 17,42-50");
    found.emplace_back(*first, *last);
  }
  std::sort(found.begin(), found.end());
  SeqRanges out;
  for (const auto& [first, last] : found) {
    if (!out.ranges_.empty() && first <= out.ranges_.back().second + 1) {
      out.ranges_.back().second = std::max(out.ranges_.back().second, last);
    } else {
      out.ranges_.emplace_back(first, last);
    }
  }
  std::uint64_t count = 0;
  for (const auto& [first, last] : out.ranges_) count += last - first + 1;
  if (count > kNumbersMax)
    return fail(Code::resource_exhausted,
                fmt::format("at most {} records can be named at once; without naming any, the values of all "
                            "records are shown",
                            kNumbersMax));
  return out;
}

bool SeqRanges::contains(std::uint64_t seq) const {
  const auto behind =
      std::upper_bound(ranges_.begin(), ranges_.end(), seq,
                       [](std::uint64_t one, const auto& range) { return one < range.first; });
  return behind != ranges_.begin() && seq <= std::prev(behind)->second;
}

std::string SeqRanges::to_text() const {
  std::string out;
  for (const auto& [first, last] : ranges_) {
    if (!out.empty()) out += ',';
    out += first == last ? fmt::format("{}", first) : fmt::format("{}-{}", first, last);
  }
  return out;
}

bool DisclosureScope::has_kind(record::Kind kind) const {
  return kinds.empty() || std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

base::Result<std::vector<record::Kind>> parse_kinds(std::string_view text) {
  std::vector<record::Kind> out;
  const bool trailing = text.ends_with(',');
  for (auto rest = text; !rest.empty();) {
    const auto kind = record::parse_kind(take_part(rest));
    if (!kind || trailing)
      return fail(Code::invalid_argument,
                  "kinds are user, email, phone, name, fingerprint, ip, user_agent, session, attribute and "
                  "raw, with commas between them");
    out.push_back(*kind);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::string to_text(const std::vector<record::Kind>& kinds) {
  std::string out;
  for (const auto kind : kinds) {
    if (!out.empty()) out += ',';
    out += record::to_string(kind);
  }
  return out;
}

}  // namespace countersign::jsonl
