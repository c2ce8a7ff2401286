#include "web/tlog/log_routes.h"

#include "collector/endpoints/answer.h"
#include "collector/http/coding.h"
#include "web/api/record_document.h"
#include "web/tlog/tile_answer.h"

#include <fmt/format.h>

namespace countersign::tlog {

using base::Problem;
using endpoints::Asker;

namespace {

constexpr std::int64_t kHour_us = 3'600ll * 1'000'000;

std::string path_of_origin(const std::string& origin) {
  const auto slash = origin.find('/');
  return slash == std::string::npos ? "" : origin.substr(slash);
}

http::Response no_log() { return http::problem(404, "there is no such log here"); }

}  // namespace

std::optional<Problem> mirrors_only(const ingest::Operator& who) {
  if (who.role == ingest::Role::mirror && !who.period) return std::nullopt;
  return Problem{403, "about:blank", "only tokens of the role mirror may read whole logs"};
}

bool Readings::is_new(const std::string& who, const std::string& what, base::Timestamp now) const {
  const auto found = hours_.find({who, what});
  return found == hours_.end() || found->second != now.micros / kHour_us;
}

void Readings::note(const std::string& who, const std::string& what, base::Timestamp now) {
  hours_[{who, what}] = now.micros / kHour_us;
}

LogRoutes::LogRoutes(const api::EvidenceAccess& access, const std::string& origin, Openness open,
                     base::Clock clock)
    : access_(access), prefix_(path_of_origin(origin)), open_(open), clock_(std::move(clock)) {}

std::optional<LogRoutes::Place> LogRoutes::place_of(const ingest::Registry& registry, std::string_view region,
                                                    std::string_view tenant) const {
  const auto id = base::parse_region(region);
  const auto owner = base::parse_log_owner(tenant);
  if (!id || !owner) return std::nullopt;
  if (tenant != base::kSystemTenant && registry.tenant(*owner) == nullptr) return std::nullopt;
  auto files = access_.files(*id);
  if (!files) return std::nullopt;
  return Place{*id, *owner, std::move(*files)};
}

http::Route LogRoutes::route(
    std::string pattern, const endpoints::Reception& reception, bool open,
    std::function<void(const http::Request&, const Asker*, Place, const http::Respond&)> give) {
  http::Route out;
  out.method = "GET";
  out.pattern = prefix_ + std::move(pattern);
  if (!open) {
    out.admit = [reception](const http::RequestHead& head) -> std::optional<http::Response> {
      const auto asker = endpoints::ask(reception, head, mirrors_only);
      return asker ? std::nullopt : std::optional(endpoints::answer(asker.error()));
    };
  }
  out.handle = [this, reception, open, give = std::move(give)](const http::Request& request,
                                                               const http::Respond& respond) {
    const auto tenant = request.parameter("tenant");
    const bool asks = !open || tenant == base::kSystemTenant;
    tl::expected<Asker, Problem> asker;
    if (asks) asker = endpoints::ask(reception, request, mirrors_only);
    if (!asker) return respond(endpoints::answer(asker.error()));
    if (asks) {
      const auto owner = base::parse_log_owner(tenant);
      // all_tenants covers `_system`, which no token can be bound to.
      if (!owner || !asker->who->may_act_for(*owner))
        return respond(http::problem(403, "you may not read that log"));
    }
    auto place = place_of(*reception.service.registry(), request.parameter("region"), tenant);
    if (!place) return respond(no_log());
    give(request, asks ? &*asker : nullptr, std::move(*place), respond);
  };
  return out;
}

void LogRoutes::add_routes(http::Router& router, const endpoints::Reception& reception) {
  router.add(route(
      "/{region}/{tenant}/checkpoint", reception, open_.checkpoint,
      [this](const http::Request&, const Asker* asker, Place place, const http::Respond& respond) {
        const auto keep = asker == nullptr ? Keep::everybody : Keep::asker;
        desk_.post(
            [this, keep, place = std::move(place)] { return checkpoint_answer(checkpoint(place), keep); },
            respond);
      }));
  const auto giving = [this](std::string_view folder) {
    return [this, folder](const http::Request& request, const Asker* asker, Place place,
                          const http::Respond& respond) {
      const auto id = tile_at(std::string(folder) + std::string(request.parameter("path")));
      // Entries have a route of their own, which is never open.
      const bool misplaced = id && (id->kind == tree::TileKind::entries) != !folder.empty();
      if (!id || misplaced) return respond(http::problem(404, "that is not the path of a tile"));
      give_tile(request, asker, std::move(place), *id, respond);
    };
  };
  router.add(route("/{region}/{tenant}/tile/entries/{path...}", reception, false, giving("entries/")));
  router.add(route("/{region}/{tenant}/tile/{path...}", reception, open_.tiles, giving("")));
  router.add(route(
      "/{region}/{tenant}/remaining/{path...}", reception, false,
      [this](const http::Request& request, const Asker* asker, Place place, const http::Respond& respond) {
        const auto id = remaining_at(request.parameter("path"));
        if (!id) return respond(http::problem(404, "that is not the path of what remains"));
        give_records(request, *asker, std::move(place), *id, Part::remaining, respond);
      }));
}

void LogRoutes::give_tile(const http::Request& request, const Asker* asker, Place place,
                          const tree::TileId& id, const http::Respond& respond) {
  if (id.kind == tree::TileKind::entries && asker != nullptr)
    return give_records(request, *asker, std::move(place), id, Part::whole, respond);
  const auto keep = asker == nullptr ? Keep::everybody : Keep::asker;
  desk_.post(
      [this, keep, id, place = std::move(place)] { return tile_answer(tile(place, id), id, keep, false); },
      respond);
}

/// Records are given out once it is recorded that they are.
void LogRoutes::give_records(const http::Request& request, const Asker& asker, Place place,
                             const tree::TileId& id, Part part, const http::Respond& respond) {
  auto members = api::look_members(asker, request, kReadLog, place.tenant.value(), "", nullptr);
  const bool gzip = http::takes_gzip(request.header("Accept-Encoding"));
  desk_.post(
      [this, gzip, id, part, who = asker.who->name, members = std::move(members),
       place = std::move(place)]() -> http::Response {
        auto bytes = part == Part::whole ? tile(place, id) : remaining(place, id);
        if (bytes) {
          if (const auto told = tell(place, who, members); !told) return api::look_failure(told.error());
        }
        return part == Part::whole ? tile_answer(std::move(bytes), id, Keep::asker, gzip)
                                   : remaining_answer(std::move(bytes), gzip);
      },
      respond);
}

base::Result<LogTiles*> LogRoutes::tiles(const Place& place) {
  auto found = tiles_.find(place.region);
  if (found == tiles_.end()) {
    TRY_ASSIGN(auto opened, LogTiles::open(place.files));
    found = tiles_.emplace(place.region, std::move(opened)).first;
  }
  return &found->second;
}

base::Result<std::string> LogRoutes::checkpoint(const Place& place) {
  TRY_ASSIGN(auto* const from, tiles(place));
  auto note = from->checkpoint(place.tenant);
  if (!note && note.error().code != base::Code::not_found) tiles_.erase(place.region);
  return note;
}

base::Result<std::string> LogRoutes::tile(const Place& place, const tree::TileId& id) {
  TRY_ASSIGN(auto* const from, tiles(place));
  auto bytes = from->tile(place.tenant, id);
  if (!bytes && bytes.error().code != base::Code::not_found) tiles_.erase(place.region);
  return bytes;
}

base::Result<std::string> LogRoutes::remaining(const Place& place, const tree::TileId& id) {
  TRY_ASSIGN(auto* const from, tiles(place));
  auto bytes = from->remaining(place.tenant, id);
  if (!bytes && bytes.error().code != base::Code::not_found) tiles_.erase(place.region);
  return bytes;
}

base::Result<void> LogRoutes::tell(const Place& place, const std::string& who,
                                   const boost::json::object& members) {
  const auto what = place.region.value() + "/" + place.tenant.value();
  const auto now = clock_();
  if (!readings_.is_new(who, what, now)) return {};
  TRY(access_.record(place.region, "log.read", members));
  readings_.note(who, what, now);
  return {};
}

}  // namespace countersign::tlog
