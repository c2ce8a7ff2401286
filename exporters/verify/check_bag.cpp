#include "exporters/jsonl/lines.h"
#include "exporters/verify/checks.h"
#include "exporters/verify/layout.h"
#include "ledger/base/encoding.h"

#include <fmt/format.h>

#include <map>

namespace countersign::verify {
namespace {

using base::Code;
using base::fail;

using Listing = std::map<std::string, base::Digest, std::less<>>;

/// Lines `<64 hexadecimal digits>  <path>`, as sha256sum writes them.
base::Result<Listing> read_manifest(const OpenedBundle& bundle, std::string_view name) {
  TRY_ASSIGN(const auto text, bundle.read(name));
  Listing listing;
  std::string_view lines = text, line;
  while (jsonl::take_line(lines, line)) {
    const auto digest = base::digest_from_hex(line.substr(0, 64));
    if (line.size() < 67 || line.substr(64, 2) != "  " || !digest ||
        base::to_hex(digest->view()) != line.substr(0, 64) ||
        !listing.emplace(std::string(line.substr(66)), *digest).second)
      return fail(Code::data_loss, fmt::format("{} has a line that is no entry or stands twice", name));
  }
  if (!text.empty() && text.back() != '\n')
    return fail(Code::data_loss, fmt::format("{} does not end in a line feed", name));
  return listing;
}

bool stands_outside(std::string_view name) {
  return name == layout::kTagManifest || name == layout::kSignature || name == layout::kTimestamp;
}

base::Result<void> check_list(const OpenedBundle& bundle, const Listing& payload, const Listing& tags) {
  for (const auto& [name, file] : bundle.files()) {
    const bool listed = name.starts_with("data/") ? payload.contains(name) : tags.contains(name);
    if (!listed && !stands_outside(name))
      return fail(Code::data_loss, fmt::format("{} was added: no manifest lists it", name));
  }
  for (const auto* listing : {&payload, &tags}) {
    for (const auto& [name, digest] : *listing) {
      if (name.starts_with("data/") != (listing == &payload) || stands_outside(name))
        return fail(Code::data_loss, "a manifest lists a file that is not its to list");
      if (bundle.find(name) == nullptr)
        return fail(Code::data_loss, fmt::format("{} is listed, but missing", name));
    }
  }
  for (const auto name :
       {layout::kReadme, layout::kBagit, layout::kBagInfo, layout::kManifest, layout::kSignature,
        layout::kEvidence, layout::kRecords, layout::kEvents, layout::kCheckpoint, layout::kProofs,
        layout::kBoundary, layout::kCheckpoints, layout::kSigner, layout::kLogKeys}) {
    if (bundle.find(name) == nullptr) return fail(Code::data_loss, fmt::format("{} is missing", name));
  }
  TRY_ASSIGN(const auto bagit, bundle.read(layout::kBagit));
  if (bagit != layout::kBagitText)
    return fail(Code::data_loss, "bagit.txt does not say that this is a bag 1.0");
  return {};
}

base::Result<void> check_hashes(const OpenedBundle& bundle, const Listing& payload, const Listing& tags) {
  for (const auto* listing : {&payload, &tags}) {
    for (const auto& [name, digest] : *listing) {
      const auto* file = bundle.find(name);
      if (file != nullptr && file->sha256 != digest)
        return fail(Code::data_loss, fmt::format("{} was changed after the bundle was made", name));
    }
  }
  return {};
}

base::Result<void> check_size(const OpenedBundle& bundle) {
  TRY_ASSIGN(const auto info, bundle.read(layout::kBagInfo));
  std::uint64_t bytes = 0, files = 0;
  for (const auto& [name, file] : bundle.files()) {
    if (!name.starts_with("data/")) continue;
    bytes += file.bytes;
    ++files;
  }
  const auto expected = fmt::format("Payload-Oxum: {}.{}\n", bytes, files);
  if (info.find("\n" + expected) == std::string::npos && !info.starts_with(expected))
    return fail(Code::data_loss, "the number or size of the files is not what bag-info.txt says");
  return {};
}

}  // namespace

void check_bag(Verification& run) {
  const auto payload = read_manifest(run.bundle, layout::kManifest);
  const auto tags = read_manifest(run.bundle, layout::kTagManifest);
  if (!payload || !tags) {
    run.add("file_list", CheckState::failed, payload ? tags.error().message : payload.error().message);
    return;
  }
  run.add("file_list", check_list(run.bundle, *payload, *tags),
          fmt::format("The bundle holds the {} files that its manifests list, and no other.",
                      run.bundle.files().size()));
  run.add("file_hashes", check_hashes(run.bundle, *payload, *tags),
          "Every file has the SHA-256 value that the manifests give it.");
  run.add("payload_size", check_size(run.bundle), "Number and size of the files are as stated.");
}

}  // namespace countersign::verify
