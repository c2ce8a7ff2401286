#include "reports/documents/facts.h"

#include "ledger/base/encoding.h"

#include <fmt/format.h>

#include <limits>
#include <tuple>

namespace countersign::documents {
namespace {

/// The greater, the better it speaks for its kind.
auto rank_of(const Standing& standing) {
  const auto end = standing.version == nullptr     ? std::numeric_limits<std::int64_t>::min()
                   : standing.version->valid_until ? standing.version->valid_until->number
                                                   : std::numeric_limits<std::int64_t>::max();
  return std::tuple(-static_cast<int>(standing.state), end,
                    standing.version == nullptr ? 0 : standing.version->added.micros);
}

}  // namespace

std::map<std::string, std::string> document_facts(std::span<const Document> documents, Day day) {
  std::map<std::string, std::string> out;
  for (const auto kind : kKinds) {
    const Document* best = nullptr;
    Standing standing;
    for (const auto& document : documents) {
      if (document.kind != kind || document.is_nda) continue;
      const auto one = standing_on(document, day);
      if (best != nullptr && rank_of(one) <= rank_of(standing)) continue;
      best = &document;
      standing = one;
    }
    const auto put = [&](std::string_view member, std::string value) {
      if (!value.empty()) out[fmt::format("document.{}.{}", kind, member)] = std::move(value);
    };
    put("state", std::string(to_string(standing.state)));
    if (standing.version == nullptr) continue;
    const auto& version = *standing.version;
    put("title", best->title);
    put("issuer", version.issuer);
    put("version", std::to_string(version.number));
    if (version.valid_from) put("valid_from", format_day(*version.valid_from));
    if (version.valid_until) put("valid_until", format_day(*version.valid_until));
    put("sha256", base::to_hex(version.sha256.view()));
  }
  return out;
}

}  // namespace countersign::documents
