#include "collector/http/router.h"

#include <gtest/gtest.h>

namespace countersign::http {
namespace {

struct Fixture {
  Router router;
  std::string reached;

  void add(const std::string& method, const std::string& pattern, std::uint64_t body_bytes_max = 0) {
    Route route;
    route.method = method;
    route.pattern = pattern;
    if (body_bytes_max > 0) route.body_bytes_max = [body_bytes_max] { return body_bytes_max; };
    route.handle = [this, pattern](const Request& request, const Respond&) {
      reached = pattern;
      for (const auto& [name, value] : request.parameters) reached += " " + name + "=" + value;
    };
    router.add(std::move(route));
  }

  static Request ask(const std::string& method, const std::string& path) {
    Request request;
    request.method = method;
    request.path = path;
    return request;
  }

  std::string reach(const std::string& method, const std::string& path) {
    reached.clear();
    router.handler().handle(ask(method, path), [](const Response&) {});
    return reached;
  }

  std::optional<Response> refusal(const std::string& method, const std::string& path) {
    return router.handler().admit(ask(method, path));
  }
};

TEST(Router, ReachesTheRouteOfAMethodAndPath) {
  Fixture fixture;
  fixture.add("GET", "/");
  fixture.add("POST", "/v1/events", 100);
  fixture.add("GET", "/v1/logs/{log}/entries/{seq}");
  EXPECT_EQ(fixture.reach("POST", "/v1/events"), "/v1/events");
  EXPECT_EQ(fixture.reach("GET", "/"), "/");
  EXPECT_EQ(fixture.reach("GET", "/v1/logs/a%2Fb/entries/7"), "/v1/logs/{log}/entries/{seq} log=a/b seq=7");
  EXPECT_EQ(fixture.refusal("POST", "/v1/events"), std::nullopt);
  const auto handler = fixture.router.handler();
  EXPECT_EQ(handler.body_bytes_max(Fixture::ask("POST", "/v1/events")), 100u);
  EXPECT_EQ(handler.body_bytes_max(Fixture::ask("GET", "/")), 0u);
}

TEST(Router, PrefersAFixedSegment) {
  Fixture fixture;
  fixture.add("GET", "/a/{x}");
  fixture.add("GET", "/a/b");
  EXPECT_EQ(fixture.reach("GET", "/a/b"), "/a/b");
  EXPECT_EQ(fixture.reach("GET", "/a/c"), "/a/{x} x=c");
}

TEST(Router, GivesTheRestOfAPathAsItCame) {
  Fixture fixture;
  fixture.add("GET", "/{region}/{tenant}/tile/{path...}");
  fixture.add("GET", "/{region}/{tenant}/checkpoint");
  fixture.add("GET", "/v1/{x}/tile/list");
  const std::string tile = "/{region}/{tenant}/tile/{path...} region=eu tenant=acme path=";
  EXPECT_EQ(fixture.reach("GET", "/eu/acme/tile/0/x001/234.p/56"), tile + "0/x001/234.p/56");
  EXPECT_EQ(fixture.reach("GET", "/eu/acme/tile/a%2F/"), tile + "a%2F/");
  EXPECT_EQ(fixture.reach("GET", "/v1/acme/tile/list"), "/v1/{x}/tile/list x=acme");
  for (const auto* path : {"/eu/acme/tile", "/eu/acme/tile/", "/eu//tile/0/000", "/eu/acme/checkpoint/x"})
    EXPECT_TRUE(fixture.refusal("GET", path)) << path;
}

TEST(Router, AnswersAnUnknownPathWith404) {
  Fixture fixture;
  fixture.add("GET", "/a/{x}");
  for (const auto* path : {"/", "/a", "/a/", "/a/b/c", "/b/c", "/A/b", "/%61/b", "/a/%00", "/a/b/"}) {
    const auto refused = fixture.refusal("GET", path);
    ASSERT_TRUE(refused) << path;
    EXPECT_EQ(refused->status, 404) << path;
  }
}

TEST(Router, AnswersAnotherMethodWith405AndAllow) {
  Fixture fixture;
  fixture.add("GET", "/a");
  fixture.add("DELETE", "/a");
  const auto refused = fixture.refusal("PUT", "/a");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 405);
  EXPECT_EQ(refused->headers, (Fields{{"Allow", "DELETE, GET, HEAD"}}));
}

TEST(Router, ServesHeadWhereItServesGet) {
  Fixture fixture;
  fixture.add("GET", "/a");
  fixture.add("POST", "/b");
  EXPECT_EQ(fixture.reach("HEAD", "/a"), "/a");
  EXPECT_EQ(fixture.refusal("HEAD", "/b")->status, 405);
}

TEST(Router, AsksTheRouteItself) {
  Router router;
  Route route{"POST", "/a", [] { return std::uint64_t{1}; },
              [](const RequestHead&) { return problem(401, "No."); }, [](const Request&, const Respond&) {}};
  router.add(std::move(route));
  EXPECT_EQ(router.handler().admit(Fixture::ask("POST", "/a"))->status, 401);
}

TEST(RouterDeathTest, TakesNoRouteTwice) {
  Fixture fixture;
  fixture.add("GET", "/a");
  EXPECT_DEATH(fixture.add("GET", "/a"), "");
}

}  // namespace
}  // namespace countersign::http
