#include "exporters/bundle/bag.h"

#include "exporters/verify/layout.h"
#include "ledger/base/encoding.h"

#include <fmt/format.h>

#include <cstdint>

namespace countersign::bundle {
namespace {

namespace layout = verify::layout;

/// Lines `<hash>  <path>` of the staged files in data/, or of all others.
std::string manifest(const Staging& staging, bool payload) {
  std::string lines;
  for (const auto& [name, entry] : staging.entries()) {
    if (name.starts_with("data/") == payload)
      lines += fmt::format("{}  {}\n", base::to_hex(entry.sha256.view()), name);
  }
  return lines;
}

}  // namespace

base::Result<std::string> write_bag(Staging& staging, const BagFacts& facts) {
  std::uint64_t bytes = 0, files = 0;
  for (const auto& [name, entry] : staging.entries()) {
    if (!name.starts_with("data/")) continue;
    bytes += entry.bytes;
    ++files;
  }
  TRY(staging.put(layout::kBagit, layout::kBagitText));
  TRY(staging.put(layout::kBagInfo,
                  fmt::format("Bag-Software-Agent: countersign {}\n"
                              "Bagging-Date: {}\n"
                              "External-Description: Records of the log {} received from {} to {}\n"
                              "External-Identifier: {}\n"
                              "Payload-Oxum: {}.{}\n",
                              COUNTERSIGN_VERSION, base::format_rfc3339(facts.made).substr(0, 10),
                              facts.log.text, base::format_rfc3339(facts.period.from),
                              base::format_rfc3339(facts.period.to), facts.folder, bytes, files)));
  TRY(staging.put(layout::kManifest, manifest(staging, true)));
  auto tag_manifest = manifest(staging, false);
  TRY(staging.put(layout::kTagManifest, tag_manifest));
  return tag_manifest;
}

}  // namespace countersign::bundle
