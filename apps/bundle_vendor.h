#pragma once

#include "apps/config.h"
#include "exporters/bundle/vendor_files.h"
#include "ledger/base/result.h"
#include "reports/documents/store.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// How documents and questionnaires of the vendor get into a bundle of a tenant.
namespace countersign::apps {

inline constexpr std::size_t kBundledDocumentsMax = 100;
inline constexpr std::uint64_t kBundledBytesMax = std::uint64_t{512} << 20;  ///< of documents in a bundle

/// What is to go in.
struct VendorWish {
  std::vector<std::string> documents;  ///< ids: the version that holds today; or `<id>@<version>`
  std::string questionnaire;           ///< an id; empty: none

  bool empty() const { return documents.empty() && questionnaire.empty(); }
};

/// What is said where the NDA in force was not accepted yet.
inline constexpr std::string_view kAcceptNda = "accept the NDA first: GET /v1/documents/nda shows its text";

/// Why the wish is not granted; `auditor` is the account of one who asks, and empty where somebody else does.
/// invalid_argument for what is misspelt, named twice or too much; not_found; permission_denied for an
/// internal document, and for an NDA that was not accepted (kAcceptNda); failed_precondition for a version
/// that was withdrawn or has no contents any more, a document of which no version holds, a questionnaire of
/// another tenant or without answers. Blocks; any thread.
base::Result<void> check_vendor_wish(const Config& config, const std::string& tenant, const VendorWish& wish,
                                     const std::string& auditor);

/// Whether an auditor may have a bundle with these documents, as they are today. Errors as before.
base::Result<void> check_auditor(const Config& config, const std::vector<std::string>& documents,
                                 const std::string& auditor);

/// Where they go, and who is given them.
struct VendorTarget {
  base::RegionId region;  ///< that the bundle is made of
  std::string tenant;
  std::filesystem::path output;  ///< the bundle's file
  std::string event;             ///< id under which the export is recorded
  documents::By by;
  std::string auditor;
};

/// Puts the answered file together, as POST /v1/questionnaires/{id}/export does; records that, and that each
/// document is given out; and gathers everything with the records that prove it. Waits up to ten seconds for
/// a checkpoint that covers them. Errors: those of check_vendor_wish; failed_precondition while an answer is
/// stale, or where no checkpoint comes; resource_exhausted where there is no room; those of the stores.
base::Result<bundle::VendorFiles> gather_vendor_files(const Config& config, const VendorWish& wish,
                                                      const VendorTarget& target);

}  // namespace countersign::apps
