#include "reports/engine/sample.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"
#include "reports/engine/guarded_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>
#include <utility>
#include <vector>

namespace countersign::reports {
namespace {

constexpr std::uint64_t kSizeMax = 10'000;

base::Digest key_of(const std::string& seed, const Cell& item) {
  return crypto::sha256(fmt::format("{}:{}", seed, to_text(item)));
}

void draw_random(const Population& population, const SampleRequest& request, Sample& out) {
  std::vector<std::pair<base::Digest, std::size_t>> keys;
  keys.reserve(population.size());
  for (std::size_t i = 0; i < population.size(); ++i)
    keys.emplace_back(key_of(request.seed, population.at(i)), i);
  const auto size = static_cast<std::ptrdiff_t>(out.size);
  std::partial_sort(keys.begin(), keys.begin() + size, keys.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first.bytes, a.second) < std::pair(b.first.bytes, b.second);
  });
  for (std::ptrdiff_t i = 0; i < size; ++i) {
    const auto& [key, at] = keys[static_cast<std::size_t>(i)];
    out.picks.push_back({population.at(at), base::to_hex(key.view())});
  }
}

void draw_interval(const Population& population, const SampleRequest& request, Sample& out) {
  if (out.size == 0) return;
  const std::uint64_t step = population.size() / out.size;
  const auto hash = crypto::sha256(request.seed);
  // The first eight bytes, big-endian.
  const auto number = std::accumulate(hash.bytes.begin(), hash.bytes.begin() + 8, std::uint64_t{0},
                                      [](std::uint64_t sum, std::uint8_t byte) { return sum << 8 | byte; });
  for (std::uint64_t i = 0, at = number % step; i < out.size; ++i, at += step)
    out.picks.push_back({population.at(static_cast<std::size_t>(at)), {}});
}

}  // namespace

base::Result<SampleRequest> parse_sample(std::string_view text, const std::string& seed) {
  SampleRequest out;
  out.seed = seed;
  const auto colon = text.find(':');
  const auto method = text.substr(0, colon);
  const auto size = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  const auto read = std::from_chars(size.data(), size.data() + size.size(), out.size);
  const bool known = method == "random" || method == "interval";
  if (!known || size.empty() || read.ec != std::errc() || read.ptr != size.data() + size.size() ||
      out.size == 0 || out.size > kSizeMax)
    return base::fail(
        base::Code::invalid_argument,
        fmt::format("'{}' is no sample: write random:25 or interval:25, with 1 to {} items", text, kSizeMax));
  out.method = method == "random" ? SampleRequest::Method::random : SampleRequest::Method::interval;
  return out;
}

Sample draw(const Population& population, const SampleRequest& request) {
  const bool random = request.method == SampleRequest::Method::random;
  Sample out{request.control,
             random ? "random" : "interval",
             request.seed,
             population.size(),
             std::min<std::uint64_t>(request.size, population.size()),
             {}};
  random ? draw_random(population, request, out) : draw_interval(population, request, out);
  return out;
}

}  // namespace countersign::reports
