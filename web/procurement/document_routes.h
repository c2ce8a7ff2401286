#pragma once

#include "collector/endpoints/asker.h"
#include "collector/http/router.h"
#include "reports/documents/store.h"
#include "web/admin/act.h"
#include "web/api/desk.h"
#include "web/api/people.h"

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace countersign::procurement {

/// Of a 403: the NDA in force has to be accepted first.
inline constexpr std::string_view kNdaProblem = "urn:countersign:problem:nda-needed";

/// /v1/documents…: the vendor's documents (docs/api.md, docs/documents.md). An admin of all tenants adds,
/// changes and withdraws, with a fresh second factor; admins, analysts and privacy officers see all; an
/// auditor sees what is public, and what is under the NDA once it was accepted as it stands; a token is told
/// of what there is, and given nothing. Any thread.
class DocumentRoutes {
 public:
  static constexpr int kUploadsMax = 4;  ///< that wait, so that memory does not grow with them

  /// Gives the store, which outlives this; called on the desk's thread, on which alone it is used.
  using Open = std::function<base::Result<documents::Store*>()>;

  /// `people` and `desk` outlive this.
  DocumentRoutes(Open open, std::uint64_t file_bytes_max, api::People& people, api::Desk& desk)
      : open_(std::move(open)), file_bytes_max_(file_bytes_max), people_(people), desk_(desk) {}
  DocumentRoutes(const DocumentRoutes&) = delete;
  DocumentRoutes& operator=(const DocumentRoutes&) = delete;

  /// This outlives the router.
  void add_routes(http::Router& router, const endpoints::Reception& reception);

  /// Whether anything was changed since the last call; on the desk's thread.
  bool take_changed() { return std::exchange(changed_, false); }

 private:
  using Asker = endpoints::Asker;
  using Serve = http::Response (DocumentRoutes::*)(const Asker&, const http::Request&);
  using Work = std::function<http::Response(const admin::Act&)>;

  http::Response list(const Asker& asker, const http::Request& request);
  http::Response show(const Asker& asker, const http::Request& request);
  http::Response download(const Asker& asker, const http::Request& request);
  http::Response show_nda(const Asker& asker, const http::Request& request);
  http::Response accept_nda(const Asker& asker, const http::Request& request);
  http::Response nda_document(const Asker& asker);

  void add(admin::Act act, const http::Request& request, const http::Respond& respond);
  void change(admin::Act act, const http::Request& request, const http::Respond& respond);
  void upload(admin::Act act, const http::Request& request, const http::Respond& respond);
  void withdraw(admin::Act act, const http::Request& request, const http::Respond& respond);
  /// On the desk, with the store.
  void post(std::function<http::Response()> work, const http::Respond& respond);
  /// The same, where the asker still may.
  void carry_out(admin::Act act, const http::Respond& respond, Work work);

  /// What stands between an asker and a document: a refusal, or nothing.
  base::Result<std::optional<http::Response>> refused(const Asker& asker,
                                                      const documents::Document& document);
  documents::By by_of(const Asker& asker, const http::RequestHead& head);

  const Open open_;
  const std::uint64_t file_bytes_max_;
  api::People& people_;
  api::Desk& desk_;
  documents::Store* store_ = nullptr;  ///< used on the desk's thread, as soon as it is open
  bool changed_ = false;
  std::atomic<int> uploads_{0};
};

}  // namespace countersign::procurement
