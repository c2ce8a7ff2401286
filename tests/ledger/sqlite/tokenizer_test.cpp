#include "ledger/sqlite/tokenizer.h"

#include "ledger/sqlite/connection.h"

#include <gtest/gtest.h>

namespace countersign::sqlite {
namespace {

using Words = std::vector<std::string>;

TEST(Tokenizer, TakesATextApartAsAFullTextIndexDoes) {
  auto tokenizer = Tokenizer::open("_");
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  auto index = Connection::open_in_memory().value();
  ASSERT_TRUE(
      index.execute("CREATE VIRTUAL TABLE words USING fts5(text, tokenize=\"unicode61 tokenchars '_'\");"
                    "CREATE VIRTUAL TABLE words_at USING fts5vocab(words, instance)"));
  auto insert = index.prepare("INSERT INTO words(rowid,text) VALUES(?1,?2)").value();
  auto rows = index.prepare("SELECT term FROM words_at WHERE doc=?1 ORDER BY offset").value();
  std::int64_t number = 0;
  Words taken;
  for (const char* text : {"challenge.sent", "  a_b-c  ", "Éxport ÄÖÜ Straße",
                           "12.5 ½ \xEE\x80\x80"
                           "42",
                           "", "...", "日本語 テスト", "x\"y'z*", "Привет МИР"}) {
    ASSERT_TRUE(insert.bind(1, ++number).bind_text(2, text).run());
    Words indexed;
    rows.bind(1, number);
    while (rows.step().value()) indexed.emplace_back(rows.text(0));
    rows.reset();
    ASSERT_TRUE(tokenizer->split(text, taken));
    EXPECT_EQ(taken, indexed) << text;
  }
  ASSERT_TRUE(tokenizer->split("Export_Users", taken));
  EXPECT_EQ(taken, Words{"export_users"});
}

TEST(Tokenizer, IsMovedWithWhatItHolds) {
  auto opened = Tokenizer::open("_");
  ASSERT_TRUE(opened);
  Tokenizer other = std::move(*opened);
  Words words{"one", "before"};
  ASSERT_TRUE(other.split("a b c", words));
  EXPECT_EQ(words, (Words{"a", "b", "c"}));
  ASSERT_TRUE(other.split({}, words));
  EXPECT_TRUE(words.empty());
}

}  // namespace
}  // namespace countersign::sqlite
