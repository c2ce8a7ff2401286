#include "web/tlog/tile_answer.h"

#include "ledger/mirror/authentic_tiles.h"
#include "web/tlog/gzip.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace countersign::tlog {
namespace {

constexpr std::size_t kWorthGzip = 1024;

http::Response failure(const base::Error& error) {
  if (error.code == base::Code::not_found) return http::problem(404, error.message);
  spdlog::error("a tile was not served: {}", error.message);
  auto response = http::problem(503, "the log could not be read just now; the appliance's own log says why");
  response.headers.emplace_back("Retry-After", "5");
  return response;
}

std::string kept(Keep keep, std::string_view how) {
  return fmt::format("{}, {}", keep == Keep::everybody ? "public" : "private", how);
}

void compress(http::Response& response, bool takes_gzip) {
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (!takes_gzip || response.body.size() < kWorthGzip) return;
  if (auto packed = gzip(response.body)) {
    response.headers.emplace_back("Content-Encoding", "gzip");
    response.body = std::move(*packed);
  }
}

}  // namespace

std::optional<tree::TileId> tile_at(std::string_view rest) {
  auto id = tree::parse_tile_path("tile/" + std::string(rest));
  return id ? std::optional(*id) : std::nullopt;
}

std::optional<tree::TileId> remaining_at(std::string_view rest) {
  auto id = mirror::parse_remaining_path("remaining/" + std::string(rest));
  return id ? std::optional(*id) : std::nullopt;
}

http::Response checkpoint_answer(base::Result<std::string> note, Keep keep) {
  if (!note) return failure(note.error());
  return {200, "text/plain; charset=utf-8", {{"Cache-Control", kept(keep, "max-age=1")}}, std::move(*note)};
}

http::Response tile_answer(base::Result<std::string> bytes, const tree::TileId& id, Keep keep, bool gzip) {
  if (!bytes) return failure(bytes.error());
  http::Response out{200,
                     "application/octet-stream",
                     {{"Cache-Control", kept(keep, "max-age=31536000, immutable")}},
                     std::move(*bytes)};
  if (id.kind == tree::TileKind::entries) compress(out, gzip);
  return out;
}

http::Response remaining_answer(base::Result<std::string> bytes, bool gzip) {
  if (!bytes) return failure(bytes.error());
  http::Response out{200, "application/octet-stream", {}, std::move(*bytes)};
  compress(out, gzip);
  return out;
}

}  // namespace countersign::tlog
