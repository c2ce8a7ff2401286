#pragma once

#include "collector/endpoints/asker.h"
#include "collector/http/router.h"
#include "reports/questionnaires/store.h"
#include "web/admin/act.h"
#include "web/api/desk.h"
#include "web/api/people.h"

#include <atomic>
#include <functional>
#include <string>

namespace countersign::procurement {

/// /v1/questionnaires… and /v1/answers… (docs/api.md, docs/questionnaires.md). Analysts and admins of all
/// tenants read; as people with a fresh second factor they add, approve and export; an admin changes the
/// library. Any thread.
class QuestionnaireRoutes {
 public:
  static constexpr int kUploadsMax = 2;  ///< that wait, so that memory does not grow with them

  /// What the program does. Called on the desk's thread.
  struct Calls {
    /// Gives the store, which outlives this and is used on the desk's thread alone.
    std::function<base::Result<questionnaires::Store*>()> open;
    /// What is known of a tenant now. not_found: there is no such tenant here.
    std::function<base::Result<answers::Facts>(const std::string& tenant)> facts;
  };

  /// `people` and `desk` outlive this.
  QuestionnaireRoutes(Calls calls, std::uint64_t file_bytes_max, api::People& people, api::Desk& desk)
      : calls_(std::move(calls)), file_bytes_max_(file_bytes_max), people_(people), desk_(desk) {}
  QuestionnaireRoutes(const QuestionnaireRoutes&) = delete;
  QuestionnaireRoutes& operator=(const QuestionnaireRoutes&) = delete;

  /// This outlives the router.
  void add_routes(http::Router& router, const endpoints::Reception& reception);

 private:
  using Store = questionnaires::Store;
  using Serve = http::Response (QuestionnaireRoutes::*)(Store&, const http::Request&);
  using Change = http::Response (QuestionnaireRoutes::*)(Store&, const http::Request&, const admin::Act&);

  // Each reads; on the desk.
  http::Response list(Store& store, const http::Request& request);
  http::Response show(Store& store, const http::Request& request);
  http::Response questions(Store& store, const http::Request& request);
  http::Response sheet(Store& store, const http::Request& request);
  http::Response original(Store& store, const http::Request& request);
  http::Response library(Store& store, const http::Request& request);
  http::Response facts(Store& store, const http::Request& request);
  http::Response preview(Store& store, const http::Request& request);

  // Each changes; on the desk, where the asker still may.
  http::Response add(Store& store, const http::Request& request, const admin::Act& act);
  http::Response choose(Store& store, const http::Request& request, const admin::Act& act);
  http::Response approve(Store& store, const http::Request& request, const admin::Act& act);
  http::Response take_back(Store& store, const http::Request& request, const admin::Act& act);
  http::Response write(Store& store, const http::Request& request, const admin::Act& act);
  http::Response remove(Store& store, const http::Request& request, const admin::Act& act);
  http::Response put_own(Store& store, const http::Request& request, const admin::Act& act);
  http::Response remove_own(Store& store, const http::Request& request, const admin::Act& act);
  http::Response adopt(Store& store, const http::Request& request, const admin::Act& act);
  http::Response drop(Store& store, const http::Request& request, const admin::Act& act);

  http::Response entry_answer(Store& store, int status, const questionnaires::Entry& entry);
  http::Route reading(std::string pattern, const endpoints::Reception& reception, Serve serve,
                      std::string method = "GET");
  http::Route changing(std::string method, std::string pattern, const endpoints::Reception& reception,
                       endpoints::Permit permit, Change change);

  const Calls calls_;
  const std::uint64_t file_bytes_max_;
  api::People& people_;
  api::Desk& desk_;
  std::atomic<int> uploads_{0};
};

}  // namespace countersign::procurement
