#include "web/auth/password_rules.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/mac.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <string>
#include <vector>

namespace countersign::auth {
namespace {

bool accepts(const PasswordRules& rules, std::string_view password,
             const std::vector<std::string>& names = {}) {
  const auto checked = rules.check(password, names);
  if (!checked) {
    EXPECT_EQ(checked.error().code, base::Code::invalid_argument);
    EXPECT_EQ(checked.error().message.find(password), std::string::npos) << "a message repeats no password";
  }
  return checked.has_value();
}

TEST(PasswordRules, CountCharactersAndNotBytes) {
  const PasswordRules rules;
  EXPECT_FALSE(accepts(rules, "q8-Tr0ut_ke"));
  EXPECT_TRUE(accepts(rules, "q8-Tr0ut_kel"));
  EXPECT_FALSE(accepts(rules, "größerübung"));
  EXPECT_TRUE(accepts(rules, "größereübung"));
  EXPECT_TRUE(accepts(rules, "天地玄黄宇宙洪荒日月盈昃"));
  EXPECT_FALSE(rules.check("", {}));
  EXPECT_FALSE(accepts(rules, "\xff\xfe not UTF-8 at all"));
  std::string longest;
  while (longest.size() < PasswordRules::kBytesMax)
    longest += "violet tuba " + std::to_string(longest.size()) + ' ';
  longest.resize(PasswordRules::kBytesMax);
  EXPECT_TRUE(accepts(rules, longest));
  EXPECT_FALSE(accepts(rules, longest + 'x'));
}

TEST(PasswordRules, RefuseWhatIsTriedFirst) {
  const PasswordRules rules;
  for (const std::string weak :
       {"password1234", "Password1234!", "2024-Password!", "passwordpassword", "dragondragon1",
        "aaaaaaaaaaaaaa", "abcabcabcabc", "123456789012", "abcdefghijklm", "qwertyuiop123"})
    EXPECT_FALSE(accepts(rules, weak)) << weak;
  for (const std::string good :
       {"violet tuba seven", "correct-horse-battery", "Xk2#fR9!pQz7", "dragon under tower"})
    EXPECT_TRUE(accepts(rules, good)) << good;
}

TEST(PasswordRules, RefuseThePersonsNameAndTheProducts) {
  const PasswordRules rules;
  const std::vector<std::string> names{"Countersign", "ana.example", "ana"};
  EXPECT_FALSE(accepts(rules, "countersign1", names));
  EXPECT_FALSE(accepts(rules, "Countersign2026!", names));
  EXPECT_FALSE(accepts(rules, "ana.example2026", names));
  EXPECT_TRUE(accepts(rules, "banana under countersign", names));
}

TEST(PasswordRules, FindEveryWordOfTheBuiltInList) {
  std::size_t words = 0, begin = 0;
  std::string_view last;
  const PasswordRules rules;
  while (begin < kFrequentPasswords.size()) {
    const auto end = std::min(kFrequentPasswords.find('\n', begin), kFrequentPasswords.size());
    const auto word = kFrequentPasswords.substr(begin, end - begin);
    begin = end + 1;
    if (word.empty()) continue;
    ASSERT_LT(last, word) << "in byte order";
    last = word;
    ++words;
    // A word is found where it is repeated until it is long enough, unless it is all upper case.
    std::string password;
    while (password.size() < PasswordRules::kCharactersMin) password += word;
    const bool lower =
        std::none_of(word.begin(), word.end(), [](unsigned char c) { return std::isupper(c) != 0; });
    if (lower) {
      ASSERT_FALSE(rules.check(password, {})) << word;
    }
  }
  EXPECT_EQ(words, 30'000u);
}

std::string hash_line(std::string_view password) {
  auto text = base::to_hex(crypto::hash(crypto::Hash::sha1, password));
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

TEST(PasswordRules, FindEveryLineOfAFileOfBreachedPasswords) {
  const testing::TempDir folder;
  const auto file = folder.path() / "breached.txt";
  std::vector<std::string> lines;
  for (int i = 0; i < 500; ++i)
    lines.push_back(hash_line("violet tuba " + std::to_string(i)) + ':' + std::to_string(i * i * i));
  std::sort(lines.begin(), lines.end());
  for (const bool crlf : {false, true}) {
    std::ofstream out(file, std::ios::binary);
    for (const auto& line : lines) out << line << (crlf ? "\r\n" : "\n");
    out.close();
    const PasswordRules rules(file);
    for (int i = 0; i < 500; ++i) ASSERT_FALSE(accepts(rules, "violet tuba " + std::to_string(i))) << i;
    for (int i = 500; i < 1'000; ++i) ASSERT_TRUE(accepts(rules, "violet tuba " + std::to_string(i))) << i;
  }
}

TEST(PasswordRules, AcceptNothingWhereTheFileIsNoneOrMissing) {
  const testing::TempDir folder;
  const auto file = folder.path() / "breached.txt";
  const PasswordRules rules(file);
  EXPECT_EQ(rules.check("violet tuba seven", {}).error().code, base::Code::unavailable);
  std::ofstream(file) << "violet tuba seven\n";
  EXPECT_EQ(rules.check("violet tuba seven", {}).error().code, base::Code::data_loss);
  std::ofstream(file) << std::string(100'000, 'A');
  EXPECT_EQ(rules.check("violet tuba seven", {}).error().code, base::Code::data_loss);
}

}  // namespace
}  // namespace countersign::auth
