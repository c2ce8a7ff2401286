#include "collector/pull/lists.h"

#include <gtest/gtest.h>

namespace countersign::pull {
namespace {

constexpr std::string_view kNames[] = {"one", "two"};
constexpr ListRules kRules{kNames, 1'000, 100, 10};
constexpr std::int64_t kNow_s = 1'769'851'800;

PullContext at(std::int64_t seconds_later, std::map<std::string, std::string> settings = {}) {
  return {"https://api.example.com", "", std::move(settings), {(kNow_s + seconds_later) * 1'000'000}};
}

std::int64_t from_s(const ListTurn& turn) { return turn.window.from.micros / 1'000'000 - kNow_s; }
std::int64_t until_s(const ListTurn& turn) { return turn.window.until.micros / 1'000'000 - kNow_s; }

PullPage page(std::string_view cursor, const PullContext& context, std::string next = {}) {
  return after_page(cursor, kRules, context, {{}, std::move(next), 7});
}

TEST(Lists, TakeTurnsAndGoOnWhereTheyEnded) {
  const auto first = turn_of("", kRules, at(0));
  EXPECT_EQ(first.name, "one");
  EXPECT_EQ(from_s(first), -1'010);
  EXPECT_EQ(until_s(first), -10);
  const auto after_one = page("", at(0));
  EXPECT_TRUE(after_one.more) << "the other list waits";
  EXPECT_EQ(turn_of(after_one.cursor, kRules, at(1)).name, "two");
  const auto after_two = page(after_one.cursor, at(1));
  EXPECT_FALSE(after_two.more);
  const auto again = turn_of(after_two.cursor, kRules, at(60));
  EXPECT_EQ(again.name, "one");
  EXPECT_EQ(from_s(again), -10 - 100) << "what may have come late is asked for again";
  EXPECT_EQ(until_s(again), 50);
  EXPECT_EQ(from_s(turn_of(after_two.cursor, kRules, at(60, {{"overlap_s", "0"}}))), -10);
}

TEST(Lists, KeepTheWindowOfATurnOverItsPages) {
  const auto one = page("", at(0), "p2");
  EXPECT_TRUE(one.more);
  EXPECT_EQ(one.wait_s, 7);
  const auto second = turn_of(one.cursor, kRules, at(500));
  EXPECT_EQ(second.name, "one");
  EXPECT_EQ(second.next, "p2");
  EXPECT_EQ(from_s(second), -1'010);
  EXPECT_EQ(until_s(second), -10);
  const auto two = page(one.cursor, at(500), "p3");
  const auto third = turn_of(two.cursor, kRules, at(900));
  EXPECT_EQ(third.next, "p3");
  EXPECT_EQ(from_s(third), -1'010);
  const auto end = page(two.cursor, at(900));
  EXPECT_EQ(turn_of(end.cursor, kRules, at(900)).name, "two");
  const auto after = page(end.cursor, at(900));
  EXPECT_EQ(from_s(turn_of(after.cursor, kRules, at(901))), -110) << "not from when the last page was read";
}

TEST(Lists, NeverGoInCircles) {
  const auto one = page("", at(0), "same");
  const auto two = page(one.cursor, at(0), "same");
  EXPECT_EQ(turn_of(two.cursor, kRules, at(0)).name, "two");
  EXPECT_EQ(turn_of(page("", at(0), std::string(5'000, 'x')).cursor, kRules, at(0)).name, "two");
}

TEST(Lists, BeginAnewWithACursorThatIsNone) {
  for (const auto* cursor :
       {"nonsense", "{}", "[]", R"({"turn":7,"lists":[]})", R"({"turn":"three"})",
        R"({"turn":"one","lists":{"one":{"done":"x","next":3}}})", R"({"lists":{"one":7}})"}) {
    const auto turn = turn_of(cursor, kRules, at(0));
    EXPECT_EQ(turn.name, "one") << cursor;
    EXPECT_EQ(from_s(turn), -1'010) << cursor;
    EXPECT_EQ(turn_of(page(cursor, at(0)).cursor, kRules, at(0)).name, "two") << cursor;
  }
  const auto future =
      turn_of(R"({"turn":"one","lists":{"one":{"done":9000000000000000000}}})", kRules, at(0));
  EXPECT_LE(future.window.from.micros, future.window.until.micros);
}

TEST(Lists, KeepACursorOnOneLine) { EXPECT_EQ(page("", at(0), "a\nb").cursor.find('\n'), std::string::npos); }

}  // namespace
}  // namespace countersign::pull
