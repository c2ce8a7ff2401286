#include "collector/http/request_id.h"

#include "ledger/base/request_scope.h"
#include "tests/collector/http/test_server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <vector>

namespace countersign::http {
namespace {

constexpr const char* kTrace = "0af7651916cd43dd8448eb211c80319c";

RequestHead head_with(Fields fields) {
  RequestHead head;
  head.fields = std::move(fields);
  return head;
}

std::string given(Fields fields) { return id_from_sender(head_with(std::move(fields))).value_or("none"); }

TEST(RequestIds, AreOf32HexadecimalDigitsAndNeverTheSame) {
  std::set<std::string> seen, beginnings;
  for (int i = 0; i < 1'000; ++i) {
    const auto id = make_request_id();
    EXPECT_EQ(id.size(), 32U);
    EXPECT_TRUE(
        std::all_of(id.begin(), id.end(), [](char c) { return std::isxdigit(c) && !std::isupper(c); }));
    EXPECT_TRUE(seen.insert(id).second);
    EXPECT_TRUE(beginnings.insert(id.substr(0, 16)).second) << "half of it tells of which process it is";
  }
}

TEST(RequestIds, AreTakenFromTheSenderWhereTheyHaveTheFormOfAnId) {
  const std::string uuid = "6F9619FF-8b86-D011-B42D-00CF4FC964FF";
  EXPECT_EQ(given({{"x-request-id", uuid}}), uuid);
  EXPECT_EQ(given({{"X-Request-Id", kTrace}}), kTrace);
  EXPECT_EQ(given({{"traceparent", "00-" + std::string(kTrace) + "-b7ad6b7169203331-01"}}), kTrace);
  EXPECT_EQ(
      given({{"traceparent", "00-" + std::string(kTrace) + "-b7ad6b7169203331-01"}, {"X-Request-Id", uuid}}),
      uuid);
}

TEST(RequestIds, AreNotTakenWhereTheyCouldBeAnythingElse) {
  const std::string uuid = "6f9619ff-8b86-d011-b42d-00cf4fc964ff";
  for (const auto& text : std::vector<std::string>{
           "", "1", "ana@example.com", "+4917012345678", uuid + "0", uuid.substr(1),
           "6f9619ff_8b86_d011_b42d_00cf4fc964ff", "{" + uuid + "}", std::string(31, 'a'),
           std::string(33, 'a'), std::string(31, 'a') + "g", uuid + "," + uuid})
    EXPECT_EQ(given({{"X-Request-Id", text}}), "none") << text;
  EXPECT_EQ(given({{"X-Request-Id", uuid}, {"x-request-id", uuid}}), "none")
      << "which of the two is not known";
  const std::string zeros(32, '0'), id(kTrace);
  for (const auto& text : std::vector<std::string>{
           "01-" + id + "-b7ad6b7169203331-01", "00-" + zeros + "-b7ad6b7169203331-01",
           "00-" + id + "-b7ad6b7169203331-01-x", "00-" + id + "-b7ad6b716920333-011",
           "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", "00-" + id + "-b7ad6b7169203331-zz"})
    EXPECT_EQ(given({{"traceparent", text}}), "none") << text;
}

TEST(RequestIds, StandInAnswersAndProblemDocuments) {
  auto refused = problem(404, "There is nothing.");
  name_request(refused, "abc");
  EXPECT_EQ(refused.headers, (Fields{{"X-Request-Id", "abc"}}));
  EXPECT_TRUE(refused.body.ends_with("\"There is nothing.\",\"request_id\":\"abc\"}")) << refused.body;
  Response other;
  other.content_type = "application/json";
  other.body = "{}";
  name_request(other, "abc");
  EXPECT_EQ(other.body, "{}");
}

/// The request's id as the answer names it; empty where it does not.
std::string id_in(const testing::RawResponse& answer) {
  constexpr std::string_view kName = "\r\nX-Request-Id: ";
  const auto at = answer.header.find(kName);
  if (at == std::string::npos) return {};
  const auto begin = at + kName.size();
  return answer.header.substr(begin, answer.header.find("\r\n", begin) - begin);
}

/// Keeps what the server tells of.
struct Told {
  struct One {
    std::string id, method, route, peer;
    int status = 0;
    bool broken_off = false;
  };
  std::mutex mutex;
  std::vector<One> all;

  void add(const Exchange& exchange) {
    const std::lock_guard lock(mutex);
    all.push_back({std::string(exchange.id), std::string(exchange.method), std::string(exchange.route),
                   std::string(exchange.peer), exchange.status, exchange.broken_off});
  }
  std::size_t count() {
    const std::lock_guard lock(mutex);
    return all.size();
  }
};

TEST(Server, NamesEachRequestAndTellsOfItsAnswer) {
  Told told;
  std::string seen;
  Handler handler;
  handler.admit = [](const RequestHead& head) -> std::optional<Response> {
    return head.path == "/no" ? std::optional(problem(403, "Not for you.")) : std::nullopt;
  };
  handler.route = [](const RequestHead& head) {
    return std::string_view(head.path == "/a" ? "/{letter}" : "");
  };
  handler.handle = [&](const Request&, const Respond& respond) {
    seen = base::current_request();
    respond(TestServer::text("good"));
  };
  handler.answered = [&](const Exchange& exchange) { told.add(exchange); };
  TestServer server(quick_limits(), std::move(handler));
  auto socket = server.connect();
  socket.send("GET /a HTTP/1.1\r\nHost: x\r\nX-Request-Id: " + std::string(kTrace) + "\r\n\r\n");
  EXPECT_EQ(id_in(socket.read_response()), kTrace);
  EXPECT_EQ(seen, kTrace) << "what the handler logs is of the request";
  socket.send("GET /no HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto refused = socket.read_response();
  const auto own = id_in(refused);
  EXPECT_EQ(own.size(), 32U);
  EXPECT_NE(own, kTrace) << "an id is of one request";
  EXPECT_NE(refused.body.find("\"request_id\":\"" + own + "\""), std::string::npos) << refused.body;
  socket.send("rubbish\r\n\r\n");
  EXPECT_EQ(socket.read_response().status, 400);
  for (int i = 0; i < 300 && told.count() < 3; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  ASSERT_EQ(told.count(), 3U);
  EXPECT_EQ(told.all[0].id, kTrace);
  EXPECT_EQ(told.all[0].route, "/{letter}");
  EXPECT_EQ(told.all[0].method, "GET");
  EXPECT_EQ(told.all[0].status, 200);
  EXPECT_FALSE(told.all[0].broken_off);
  EXPECT_EQ(told.all[1].status, 403);
  EXPECT_EQ(told.all[1].id, own);
  EXPECT_EQ(told.all[2].status, 400);
  EXPECT_EQ(told.all[2].method, "") << "what could not be read is not told";
  EXPECT_EQ(told.all[2].peer, "");
}

}  // namespace
}  // namespace countersign::http
