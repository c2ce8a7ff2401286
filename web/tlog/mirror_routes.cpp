#include "web/tlog/mirror_routes.h"

#include "collector/endpoints/answer.h"
#include "collector/http/coding.h"
#include "ledger/mirror/mirror_folder.h"
#include "ledger/tree/checkpoint.h"
#include "ledger/tree/entry_bundle.h"
#include "web/api/person_route.h"
#include "web/api/record_document.h"
#include "web/tlog/tile_answer.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace countersign::tlog {

namespace json = boost::json;
using base::Problem;
using endpoints::Asker;

namespace {

std::optional<Problem> mirrors_of_all(const ingest::Operator& who) {
  if (auto refused = mirrors_only(who)) return refused;
  if (who.all_tenants) return std::nullopt;
  return Problem{403, "about:blank", "mirrors of other appliances are for tokens that act for all tenants"};
}

std::optional<Problem> administrators_of_all(const ingest::Operator& who) {
  if (who.role == ingest::Role::admin && who.all_tenants) return std::nullopt;
  return Problem{403, "about:blank", "only administrators of all tenants may see that"};
}

json::object document_of(const MirrorStanding& one) {
  json::object out{{"mirror", one.name},
                   {"origin", one.origin},
                   {"state", to_string(one.state)},
                   {"records", one.size},
                   {"missing", one.missing}};
  if (one.signed_at) out["signed"] = base::format_rfc3339(*one.signed_at);
  if (one.looked) out["looked"] = base::format_rfc3339(*one.looked);
  if (!one.problem.empty()) out["problem"] = one.problem;
  return out;
}

http::Response no_mirror() { return http::problem(404, "there is no such mirror here"); }

std::string path_of(const tree::TileId& id) {
  return id.kind == tree::TileKind::entries ? tree::entries_path(id.index, id.width)
                                            : tree::tile_path(id.level, id.index, id.width);
}

/// Nothing beyond the checkpoint that the mirror holds.
base::Result<std::string> read(const mirror::MirrorFolder& folder, const tree::TileId& id,
                               const std::string& path) {
  const auto missing = [] { return base::fail(base::Code::not_found, "the mirror holds no such tile"); };
  TRY_ASSIGN(const auto note, folder.checkpoint());
  if (!note) return missing();
  TRY_ASSIGN(const auto held, tree::read_checkpoint_body(*note));
  if (id.width > tree::tile_width(id.level, id.index, held.size)) return missing();
  auto bytes = folder.fetch()(path, tree::kBundleBytesMax);
  if (!bytes && bytes.error().code == base::Code::not_found) return missing();
  return bytes;
}

base::Result<std::string> checkpoint(const mirror::MirrorFolder& folder) {
  TRY_ASSIGN(auto note, folder.checkpoint());
  if (note) return std::move(*note);
  return base::fail(base::Code::not_found, "nothing has been mirrored yet");
}

}  // namespace

std::string_view to_string(MirrorStanding::State state) {
  switch (state) {
    case MirrorStanding::State::waits:
      return "waits";
    case MirrorStanding::State::level:
      return "level";
    case MirrorStanding::State::failing:
      return "failing";
    case MirrorStanding::State::contradicted:
      break;
  }
  return "contradicted";
}

MirrorRoutes::MirrorRoutes(const api::EvidenceAccess& access, MirrorFacts facts, base::Clock clock)
    : access_(access), facts_(std::move(facts)), clock_(std::move(clock)) {}

void MirrorRoutes::add_routes(http::Router& router, const endpoints::Reception& reception) {
  router.add(
      endpoints::operator_route("GET", "/v1/mirrors", reception, administrators_of_all,
                                [this](const Asker&, const http::Request&, const http::Respond& respond) {
                                  json::array mirrors;
                                  for (const auto& one : facts_.standings())
                                    mirrors.push_back(document_of(one));
                                  respond(api::document(200, {{"mirrors", std::move(mirrors)}}));
                                }));
  router.add(endpoints::operator_route(
      "GET", "/v1/mirrors/{mirror}/checkpoint", reception, mirrors_of_all,
      [this](const Asker&, const http::Request& request, const http::Respond& respond) {
        auto folder = facts_.folder(request.parameter("mirror"));
        if (!folder) return respond(no_mirror());
        desk_.post(
            [folder = std::move(*folder)] {
              return checkpoint_answer(checkpoint(mirror::MirrorFolder(folder)), Keep::asker);
            },
            respond);
      }));
  router.add(endpoints::operator_route(
      "GET", "/v1/mirrors/{mirror}/tile/{path...}", reception, mirrors_of_all,
      [this](const Asker& asker, const http::Request& request, const http::Respond& respond) {
        give_tile(asker, request, tile_at(request.parameter("path")), Part::tile, respond);
      }));
  router.add(endpoints::operator_route(
      "GET", "/v1/mirrors/{mirror}/remaining/{path...}", reception, mirrors_of_all,
      [this](const Asker& asker, const http::Request& request, const http::Respond& respond) {
        give_tile(asker, request, remaining_at(request.parameter("path")), Part::remaining, respond);
      }));
}

void MirrorRoutes::give_tile(const Asker& asker, const http::Request& request,
                             const std::optional<tree::TileId>& id, Part part, const http::Respond& respond) {
  const std::string name(request.parameter("mirror"));
  auto folder = facts_.folder(name);
  if (!folder) return respond(no_mirror());
  if (!id) return respond(http::problem(404, "that is not the path of a tile"));
  const bool gzip = http::takes_gzip(request.header("Accept-Encoding"));
  auto members = api::look_members(asker, request, kReadLog, "mirror " + name, "", nullptr);
  desk_.post(
      [this, id = *id, part, gzip, name, who = asker.who->name, members = std::move(members),
       folder = std::move(*folder)] {
        auto bytes = read(mirror::MirrorFolder(folder), id,
                          part == Part::tile ? path_of(id) : mirror::remaining_path(id));
        auto out = part == Part::tile ? tile_answer(std::move(bytes), id, Keep::asker, gzip)
                                      : remaining_answer(std::move(bytes), gzip);
        const bool shows = id.kind == tree::TileKind::entries && out.status == 200;
        return shows ? entries_answer(name, who, members, std::move(out)) : out;
      },
      respond);
}

/// Records are given out once it is recorded that they are.
http::Response MirrorRoutes::entries_answer(const std::string& name, const std::string& who,
                                            const json::object& members, http::Response tile) {
  const auto now = clock_();
  if (!readings_.is_new(who, name, now)) return tile;
  if (const auto told = access_.record(access_.regions().front(), "log.read", members); !told)
    return api::look_failure(told.error());
  readings_.note(who, name, now);
  return tile;
}

}  // namespace countersign::tlog
