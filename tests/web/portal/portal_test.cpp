#include "web/portal/portal.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <zlib.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace countersign::portal {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string unzipped(std::string_view packed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 16 + MAX_WBITS), Z_OK);
  std::string in(packed), out(16u << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

/// The portal as the daemon serves it, or files of the test's own.
class Portal {
 public:
  explicit Portal(std::span<const base::EmbeddedFile> files = base::portal_files()) {
    http::Router router;
    add_portal(router, files);
    handler_ = router.handler();
  }

  http::Response get(std::string path, http::Fields fields = {}) const {
    http::Request request;
    request.method = "GET";
    request.path = std::move(path);
    request.fields = std::move(fields);
    if (auto refused = handler_.admit(request)) return *std::move(refused);
    std::optional<http::Response> out;
    handler_.handle(std::move(request), [&](http::Response answer) { out = std::move(answer); });
    return out.value_or(http::Response{});
  }

 private:
  http::Handler handler_;
};

std::string header(const http::Response& from, std::string_view name) {
  for (const auto& [field, value] : from.headers) {
    if (http::same_name(field, name)) return value;
  }
  return {};
}

/// The addresses that the page names, as `/assets/x.js`.
std::vector<std::string> assets_of(const std::string& page) {
  std::vector<std::string> out;
  for (std::size_t at = 0; (at = page.find("\"/assets/", at)) != std::string::npos; ++at)
    out.push_back(page.substr(at + 1, page.find('"', at + 1) - at - 1));
  return out;
}

TEST(PortalFiles, AreWhatTheirTagsAndCompressedFormsSay) {
  ASSERT_GT(base::portal_files().size(), 5u);
  for (const auto& file : base::portal_files()) {
    EXPECT_EQ(unzipped(file.gzip), file.bytes) << file.name;
    EXPECT_EQ(base::to_hex(crypto::sha256(file.bytes).view()).substr(0, 32), file.tag) << file.name;
  }
}

TEST(PortalFiles, NameNoAddressOutsideOfTheAppliance) {
  for (const auto& file : base::portal_files()) {
    if (!file.name.ends_with(".html")) continue;
    EXPECT_THAT(file.bytes, Not(HasSubstr("http"))) << file.name;
    EXPECT_THAT(file.bytes, Not(HasSubstr("src=\"//"))) << file.name;
  }
}

TEST(PortalFiles, TheFirstScreenLoadsLessThan200KBOfScript) {
  const Portal portal;
  std::size_t bytes = 0, scripts = 0;
  for (const auto& path : assets_of(portal.get("/").body)) {
    if (!path.ends_with(".js")) continue;
    ++scripts;
    bytes += portal.get(path, {{"Accept-Encoding", "gzip"}}).body.size();
  }
  EXPECT_GT(scripts, 0u);
  EXPECT_LT(bytes, 200'000u);
}

TEST(PortalRoutes, ServeThePageAtItsAddressAndBehindAnInvitation) {
  const Portal portal;
  const auto page = portal.get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(page.body, HasSubstr("<div id=\"app\"></div>"));
  EXPECT_EQ(header(page, "Cache-Control"), "no-cache");
  EXPECT_EQ(portal.get("/invitation").body, page.body);
  EXPECT_EQ(portal.get("/index.html").status, 404);
}

TEST(PortalRoutes, ServeEverythingThatThePageNames) {
  const Portal portal;
  const auto named = assets_of(portal.get("/").body);
  ASSERT_GE(named.size(), 3u);
  for (const auto& path : named) {
    const auto asset = portal.get(path);
    EXPECT_EQ(asset.status, 200) << path;
    EXPECT_THAT(header(asset, "Cache-Control"), HasSubstr("immutable")) << path;
  }
}

TEST(PortalRoutes, RefuseWhatWasNotPacked) {
  const Portal portal;
  for (const auto* path : {"/assets/none.js", "/assets/..%2findex.html", "/assets/", "/assets/a/b.js", "//"})
    EXPECT_EQ(portal.get(path).status, 404) << path;
}

TEST(PortalRoutes, LetThePageRunNothingButWhatTheApplianceServes) {
  const auto policy = header(Portal().get("/"), "Content-Security-Policy");
  EXPECT_EQ(policy, kContentSecurityPolicy);
  EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  EXPECT_THAT(policy, Not(HasSubstr("http")));
  EXPECT_THAT(policy, HasSubstr("require-trusted-types-for 'script'"));
}

TEST(PortalRoutes, CompressWhereTheBrowserTakesIt) {
  const Portal portal;
  const auto plain = portal.get("/");
  EXPECT_EQ(header(plain, "Content-Encoding"), "");
  for (const auto* taken : {"gzip", "br, gzip;q=0.8", "deflate,GZIP", "gzip;q=0.5"}) {
    const auto packed = portal.get("/", {{"Accept-Encoding", taken}});
    EXPECT_EQ(header(packed, "Content-Encoding"), "gzip") << taken;
    EXPECT_EQ(unzipped(packed.body), plain.body);
  }
  for (const auto* refused : {"br", "gzip;q=0", "gzip;q=0.0", "gzip; q=0.000", "x-gzip2", ""})
    EXPECT_EQ(header(portal.get("/", {{"Accept-Encoding", refused}}), "Content-Encoding"), "") << refused;
}

TEST(PortalRoutes, SendThePageOnceAndThenSayThatItIsTheSame) {
  const Portal portal;
  const auto tag = header(portal.get("/"), "ETag");
  ASSERT_EQ(tag.size(), 34u);
  for (const auto& known : {tag, "W/" + tag, "\"other\", " + tag, std::string("*")}) {
    const auto again = portal.get("/", {{"If-None-Match", known}});
    EXPECT_EQ(again.status, 304) << known;
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(header(again, "ETag"), tag);
  }
  EXPECT_EQ(portal.get("/", {{"If-None-Match", "\"other\""}}).status, 200);
}

}  // namespace
}  // namespace countersign::portal
