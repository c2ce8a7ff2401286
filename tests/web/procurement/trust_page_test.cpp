#include "web/procurement/trust_page.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"
#include "web/procurement/trust_board.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

namespace countersign::procurement {
namespace {

using std::chrono::seconds;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using trust::State;

trust::Statement statement() {
  trust::Statement out;
  out.vendor = "Example Inc.";
  out.is_known = true;
  out.takes_requests = true;
  out.as_of = *base::parse_rfc3339("2026-04-02T09:00:00Z");
  trust::Item item;
  item.id = "soc2-type2";
  item.title = "SOC 2 Type II";
  item.state = State::exceptions;
  item.sentence = "A SOC 2 Type II report is on file and valid.";
  item.issuer = "Example Auditors LLP";
  item.valid_until = "2026-06-30";
  item.sha256 = std::string(64, 'a');
  item.controls = {"PRIVILEGED-MFA"};
  out.items.push_back(item);
  out.sub_processors = {.id = "sub-processors",
                        .title = "Sub-processors",
                        .state = State::shown,
                        .sentence = "On file.",
                        .issuer = {},
                        .valid_from = {},
                        .valid_until = {},
                        .sha256 = {},
                        .document = std::string(32, '1'),
                        .controls = {}};
  out.region = "eu-1";
  out.verification = {"good", out.as_of};
  out.controls.push_back({"PRIVILEGED-MFA", "Privileged logins use a second factor", "failed", out.as_of});
  out.documents.push_back({std::string(32, '1'), "sub-processors", "Our sub-processors", "", "", "2026-12-31",
                           std::string(64, 'b'), 10});
  return out;
}

TEST(TrustPage, SaysWhatTheStatementSays) {
  const auto page = trust_page(statement(), 30);
  for (const auto* text :
       {"<title>Example Inc. – Trust page</title>", "<h1>Example Inc.</h1>",
        "<time datetime=\"2026-04-02T09:00:00.000000Z\">", "<span class=\"nb\">2026-04-02</span>",
        "<span class=\"nb\">09:00:00 UTC</span></time>", "exceptions noted",
        "<dt>Issuer</dt><dd>Example Auditors LLP</dd>", "<dt>Valid until</dt><dd>2026-06-30</dd>",
        "<a href=\"#control-PRIVILEGED-MFA\">", "<tr id=\"control-PRIVILEGED-MFA\">",
        "<div><dt>failed</dt><dd>1</dd></div>", "<div><dt>passed</dt><dd>0</dd></div>", "found intact",
        "<dt>Kept in the region</dt><dd>eu-1</dd>",
        "href=\"/v1/trust/documents/11111111111111111111111111111111/file\" download>Our sub-processors</a>",
        "<form method=\"post\" action=\"/trust/requests\">", "no longer than 30 days"})
    EXPECT_THAT(page, HasSubstr(text)) << text;
  EXPECT_THAT(page, Not(HasSubstr("not known at the moment")));
}

TEST(TrustPage, HasNoFormWhereNobodyMayAsk) {
  auto told = statement();
  told.takes_requests = false;
  EXPECT_THAT(trust_page(told, 30), Not(HasSubstr("<form")));
}

TEST(TrustPage, NamesWhomToAsk) {
  auto told = statement();
  EXPECT_THAT(trust_page(told, 30), Not(HasSubstr("Questions:")));
  told.contact = "trust@example.com";
  EXPECT_THAT(trust_page(told, 30), HasSubstr("<a href=\"mailto:trust@example.com\">trust@example.com</a>"));
  told.contact = "https://example.com/trust?a=1&b=2";
  EXPECT_THAT(trust_page(told, 30), HasSubstr("<a href=\"https://example.com/trust?a=1&amp;b=2\">"));
}

TEST(TrustPage, SaysThatNothingIsKnown) {
  trust::Subject subject;
  subject.vendor = "Example Inc.";
  const auto page = trust_page(trust::nothing_known(subject, {0}), 30);
  EXPECT_THAT(page, HasSubstr("<strong>not known at the moment</strong>, since <time "
                              "datetime=\"1970-01-01T00:00:00.000000Z\">"));
  EXPECT_THAT(page, Not(HasSubstr("class=\"state good\"")));
}

TEST(TrustPage, EscapesWhatOthersHaveWritten) {
  for (const std::string hostile : {"<script>window.owned=1</script>", "\"><img src=x onerror=alert(1)>",
                                    "' onmouseover='x", "</title><script>", "</style><script>",
                                    "&lt;script&gt;", "\xe2\x80\xaegpj.exe", "\xff\xfe", "a\nb"}) {
    auto told = statement();
    told.vendor = told.contact = told.region = hostile;
    for (auto* item : {&told.items.front(), &told.sub_processors}) {
      item->issuer = item->title = item->sentence = item->valid_from = item->sha256 = item->document =
          hostile;
      item->id = hostile;
      item->controls = {hostile};
    }
    told.controls.front() = {hostile, hostile, hostile, told.as_of};
    told.controls.front().state = "passed";
    told.documents.front() = {hostile, hostile, hostile, hostile, hostile, hostile, hostile, 1};
    const auto page = trust_page(told, 30);
    for (const auto* raw :
         {"<script", "<img", "onerror=alert(1)>", "' onmouseover", "\xe2\x80\xae", "\xff", "a\nb"})
      EXPECT_THAT(page, Not(HasSubstr(raw))) << hostile << " as " << raw;
    const auto message = trust_message(422, hostile, hostile).body;
    EXPECT_THAT(message, Not(HasSubstr("<script"))) << hostile;
    EXPECT_THAT(message, Not(HasSubstr("<img"))) << hostile;
  }
}

TEST(TrustPage, NeverSpeaksOfCompliance) {
  auto page = trust_page(statement(), 30);
  std::ranges::transform(page, page.begin(), [](unsigned char c) { return std::tolower(c); });
  EXPECT_THAT(page, Not(HasSubstr("complian")));
}

TEST(TrustPage, AllowsItsOwnStyleSheetAndNothingElse) {
  const auto page = trust_page(statement(), 30);
  const auto begin = page.find("<style>") + 7;
  const auto style = page.substr(begin, page.find("</style>") - begin);
  EXPECT_THAT(trust_page_policy(),
              HasSubstr("style-src 'sha256-" + base::to_base64(crypto::sha256(style).view()) + "';"));
  EXPECT_THAT(trust_page_policy(), HasSubstr("default-src 'none';"));
  EXPECT_THAT(trust_page_policy(), HasSubstr("form-action 'self';"));
  EXPECT_THAT(trust_page_policy(), HasSubstr("frame-ancestors 'none'"));
  EXPECT_THAT(page, Not(HasSubstr(" style=")));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
}

class Board : public ::testing::Test {
 protected:
  TrustBoard board(base::Timestamp began) {
    trust::Subject subject;
    subject.vendor = "Example Inc.";
    return TrustBoard({subject, 30, [this] { return now_; }}, began);
  }
  std::string shown(const TrustBoard& board) const { return board.html(head_).body; }

  TrustBoard::Steady::time_point now_{seconds(1'000)};
  http::RequestHead head_;
};

TEST_F(Board, KnowsNothingBeforeAnythingWasPut) {
  const auto board = this->board({0});
  EXPECT_THAT(shown(board), HasSubstr("not known at the moment</strong>, since <time datetime=\"1970-01-01"));
  EXPECT_THAT(board.json(head_).body, HasSubstr("\"state\":\"unknown\",\"since\":\"1970-01-01"));
}

TEST_F(Board, ShowsNothingThatIsOld) {
  auto board = this->board({0});
  board.put(statement(), now_);
  now_ += seconds(60);
  EXPECT_THAT(shown(board), HasSubstr("exceptions noted"));
  EXPECT_THAT(board.json(head_).body,
              HasSubstr("\"state\":\"known\",\"as_of\":\"2026-04-02T09:00:00.000000Z\""));
  now_ += std::chrono::microseconds(1);
  EXPECT_THAT(shown(board),
              HasSubstr("not known at the moment</strong>, since <time datetime=\"2026-04-02T09"));
  EXPECT_THAT(shown(board), Not(HasSubstr("exceptions noted")));
  EXPECT_THAT(board.json(head_).body,
              HasSubstr("\"state\":\"unknown\",\"since\":\"2026-04-02T09:00:00.000000Z\""));
  board.put(statement(), now_ - seconds(61));
  EXPECT_THAT(shown(board), HasSubstr("not known at the moment"));
}

TEST_F(Board, IsTakenDownAtOnce) {
  auto board = this->board({0});
  board.put(statement(), now_);
  board.take_down();
  EXPECT_THAT(shown(board),
              HasSubstr("not known at the moment</strong>, since <time datetime=\"2026-04-02T09"));
}

TEST_F(Board, IsNotSentAgainToWhoHasIt) {
  auto board = this->board({0});
  board.put(statement(), now_);
  const auto first = board.html(head_);
  EXPECT_EQ(first.status, 200);
  EXPECT_THAT(first.headers, Contains(Pair("Cache-Control", "public, max-age=10")));
  EXPECT_THAT(first.headers, Contains(Pair("Content-Security-Policy", trust_page_policy())));
  const auto tag = std::ranges::find(first.headers, "ETag", &http::Fields::value_type::first)->second;
  head_.fields = {{"If-None-Match", tag}};
  const auto again = board.html(head_);
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
  EXPECT_EQ(board.json(head_).status, 200) << "the tag is the page's";
  board.take_down();
  EXPECT_EQ(board.html(head_).status, 200);
}

}  // namespace
}  // namespace countersign::procurement
