#include "web/admin/administration.h"

#include <chrono>
#include <thread>
#include <utility>

namespace countersign::admin {

void Administration::add_routes(http::Router& router, const endpoints::Reception& reception) {
  add_sources(router, reception);
  add_source_test(router, reception);
  add_users(router, reception);
  add_tokens(router, reception);
  add_tenants(router, reception);
  add_appliance(router, reception);
}

http::Route Administration::reading(std::string pattern, const endpoints::Reception& reception,
                                    endpoints::Permit permit, Read read) {
  return endpoints::operator_route(
      "GET", std::move(pattern), reception, std::move(permit),
      [this, read = std::move(read)](const Asker& asker, const http::Request&, const http::Respond& respond) {
        readers_.post([read, asker] { return read(asker); }, respond);
      });
}

void Administration::change(Act act, const http::Respond& respond, Work work) {
  changes_.post(
      [act = std::move(act), work = std::move(work)] { return act.still_may() ? work(act) : may_no_more(); },
      respond);
}

bool Administration::in_force(const ingest::IngestService& service,
                              const std::function<bool(const ingest::Registry&)>& is_so) const {
  constexpr std::chrono::milliseconds kPause{20};
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (!is_so(*service.registry())) {
    if (stopping_ || std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(kPause);
  }
  return true;
}

void Administration::stop() {
  stopping_ = true;
  changes_.stop();
  readers_.stop();
}

}  // namespace countersign::admin
