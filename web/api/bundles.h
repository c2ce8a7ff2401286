#pragma once

#include "web/api/bundle_progress.h"
#include "web/api/bundle_shelf.h"
#include "web/api/evidence.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace countersign::api {

struct MadeBundle {
  std::uint64_t bytes = 0, records = 0;
  std::string seal;
};

/// Writes a bundle as it was asked for to `file`, and records the export first, with `members` of who asked.
/// Blocks for as long as it takes, and calls `progress` now and then.
using BundleMaker = std::function<base::Result<MadeBundle>(
    const base::RegionId&, const ShelvedBundle&, const std::filesystem::path& file,
    const boost::json::object& members, const std::function<void(BundleProgress::Step)>& progress)>;

/// What the program says of documents and questionnaires of the vendor that are to go into a bundle, or are
/// in one; `auditor` is the account of one who asks, and empty where somebody else does. Blocks; called from
/// the desks' threads.
struct BundleVendor {
  /// Why they are not put into it; empty: they are.
  std::function<std::optional<base::Problem>(const ShelvedBundle&, const std::string& auditor)> refused;
  /// Why an auditor is not given a bundle with these documents; empty: he is.
  std::function<std::optional<base::Problem>(const ShelvedBundle&, const std::string& auditor)> withheld;
};

/// /v1/tenants/{tenant}/bundles: bundles are asked for, made one after another on a desk of their own, listed
/// and downloaded. A person asks, nobody by a token; who may see no more than masked values is given no
/// bundle that shows more. Downloading needs a fresh second factor (see prove_look), and a bundle of full
/// values another person's approval first, where the tenant's policy says so (access.audit_access.four_eyes).
/// One with a questionnaire is for analysts and admins of all tenants; one with documents for auditors who
/// have accepted the NDA that those are under.
class Bundles {
 public:
  static constexpr std::size_t kWaitingMax = 16;

  /// `people` outlives it.
  Bundles(People& people, EvidenceAccess access, BundleMaker maker, BundleVendor vendor);
  ~Bundles() { stop(); }
  Bundles(const Bundles&) = delete;
  Bundles& operator=(const Bundles&) = delete;

  /// The routes; this outlives the router.
  void add_routes(http::Router& router, const endpoints::Reception& reception);

  /// Ends the bundle that is being made; what waits is failed.
  void stop();

 private:
  using Asker = endpoints::Asker;
  http::Response begin(const Asker& asker, const http::Request& request);
  http::Response approve(const Asker& asker, const http::Request& request);
  http::Response list(const Asker& asker, const http::Request& request);
  http::Response show(const Asker& asker, const http::Request& request);
  http::Response download(const Asker& asker, const http::Request& request);
  void put_to_work(View view, ShelvedBundle order, boost::json::object members);
  void tidy(bool just_started);
  /// Why a bundle is not for the asker; empty: it is.
  std::optional<base::Problem> not_for(const Asker& asker, const View& view, const ShelvedBundle& one) const;

  People& people_;
  const EvidenceAccess access_;
  const BundleMaker maker_;
  const BundleVendor vendor_;
  BundleProgress progress_;
  Desk desk_;            ///< makes bundles
  Desk shelf_desk_{64};  ///< answers; reads and writes what bundles are
};

}  // namespace countersign::api
