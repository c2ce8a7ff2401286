#include "web/portal/portal.h"

#include "collector/http/coding.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>

namespace countersign::portal {
namespace {

using base::EmbeddedFile;

constexpr std::string_view kAssets = "assets/";

/// Whether a list of entity tags as in If-None-Match has this one; weak ones are compared like strong ones.
bool names_tag(std::string_view list, std::string_view tag) {
  return list == "*" || list.find(fmt::format("\"{}\"", tag)) != std::string_view::npos;
}

http::Response answer(const EmbeddedFile& file, const http::Request& request, std::string_view kept) {
  http::Response out;
  out.headers = {
      {"Content-Security-Policy", std::string(kContentSecurityPolicy)},
      {"Cache-Control", std::string(kept)},
      {"ETag", fmt::format("\"{}\"", file.tag)},
      {"Vary", "Accept-Encoding"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
  };
  if (names_tag(request.header("If-None-Match"), file.tag)) {
    out.status = 304;
    return out;
  }
  out.content_type = file.content_type;
  const bool gzip = http::takes_gzip(request.header("Accept-Encoding"));
  if (gzip) out.headers.emplace_back("Content-Encoding", "gzip");
  out.body = gzip ? file.gzip : file.bytes;
  return out;
}

http::Route route(std::string pattern,
                  std::function<void(const http::Request&, const http::Respond&)> handle) {
  http::Route out;
  out.method = "GET";
  out.pattern = std::move(pattern);
  out.handle = std::move(handle);
  return out;
}

}  // namespace

const std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "worker-src "
    "'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for "
    "'script'; "
    "trusted-types countersign";

void add_portal(http::Router& router, std::span<const EmbeddedFile> files) {
  auto assets = std::make_shared<std::map<std::string, const EmbeddedFile*, std::less<>>>();
  for (const auto& file : files) {
    if (file.name.starts_with(kAssets)) assets->emplace(file.name.substr(kAssets.size()), &file);
    if (file.name != "index.html") continue;
    for (const auto* path : {"/", "/invitation"}) {
      router.add(route(path, [&file](const http::Request& request, const http::Respond& respond) {
        respond(answer(file, request, "no-cache"));
      }));
    }
  }
  router.add(route("/assets/{name}", [assets](const http::Request& request, const http::Respond& respond) {
    const auto found = assets->find(request.parameter("name"));
    if (found == assets->end()) return respond(http::problem(404, "there is no such file"));
    respond(answer(*found->second, request, "public, max-age=31536000, immutable"));
  }));
}

}  // namespace countersign::portal
