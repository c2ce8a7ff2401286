#include "ledger/record/mask.h"

#include "ledger/base/json.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace countersign::record {
namespace {

using enum Kind;

constexpr std::string_view kDot = "\u2022";

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & '\xC0') != '\x80'; }));
}

std::string without_dots(std::string text) {
  for (auto at = text.find(kDot); at != std::string::npos; at = text.find(kDot)) text.erase(at, kDot.size());
  return text;
}

/// How many characters of the value a mask shows.
std::size_t shown(std::string_view mask) { return characters(without_dots(std::string(mask))); }

TEST(Mask, ShowsOnlyWhatRecognisesAValue) {
  EXPECT_EQ(masked(phone, "+14155550112"), "+1415•••••12");
  EXPECT_EQ(masked(phone, "+1 (415) 555-0112"), "+1415•••••12");
  EXPECT_EQ(masked(phone, "+4989123456"), "+49•••••56");
  EXPECT_EQ(masked(phone, "0891234567"), "089•••••67");
  EXPECT_EQ(masked(email, "ana@example.com"), "a•••@example.com");
  EXPECT_EQ(masked(email, "ana.smith@smith.example"), "a•••@smith.example");
  EXPECT_EQ(masked(user, "ana.smith@example.com"), "a•••@example.com");
  EXPECT_EQ(masked(user, "user-000017"), "us•••");
  EXPECT_EQ(masked(ip, "203.0.113.7"), "203.0.113.•");
  EXPECT_EQ(masked(ip, "::ffff:203.0.113.7"), "203.0.113.•");
  EXPECT_EQ(masked(ip, "2001:db8:1:2::17"), "2001:db8:1:•");
  EXPECT_EQ(masked(ip, "2001:db8::17"), "2001:db8:0:•");
  EXPECT_EQ(masked(name, "\u00C9mile Zola"), "\u00C9••• Z•••");
  EXPECT_EQ(masked(fingerprint, "3f9a00112233445566"), "3f9a•••");
}

TEST(Mask, HidesTheWholeOfWhatIsShortOrOfAnotherForm) {
  for (const auto* value : {"12345", "+1415555", "call me", "+1415555011x", ""})
    EXPECT_EQ(masked(phone, value), "•••") << value;
  for (const auto* value : {"@example.com", "nobody", "ana@", "ana@localhost", "ana@ex ample.com", ""})
    EXPECT_EQ(masked(email, value), "•••") << value;
  EXPECT_EQ(masked(email, "jo@example.com"), "•••@example.com");
  EXPECT_EQ(masked(email, "smith@smith.example"), "s•••@•••") << "the domain would tell the rest";
  EXPECT_EQ(masked(user, "user-17"), "•••");
  for (const auto* value : {"203.0.113", "localhost", "203.0.113.7/24", ""})
    EXPECT_EQ(masked(ip, value), "•••") << value;
  EXPECT_EQ(masked(name, "Al Bo"), "••• •••");
  EXPECT_EQ(masked(name, "王小明"), "•••") << "one of these characters is a family name";
  EXPECT_EQ(masked(name, "\xC3"), "•••") << "not UTF-8";
  EXPECT_EQ(masked(name, "One Two Three Four Five"), "O••• T••• T•••") << "nor how many there are";
  EXPECT_EQ(masked(name, ""), "•••");
  EXPECT_EQ(masked(fingerprint, "3f9a0011"), "•••");
  for (const auto kind : {session, user_agent, raw}) EXPECT_EQ(masked(kind, std::string(99, 'x')), "•••");
  EXPECT_EQ(masked(attribute, "\"1234\""), "\"•••\"");
}

TEST(Mask, DoesNotTellHowLongAValueIs) {
  EXPECT_EQ(masked(phone, "+14155550112"), masked(phone, "+141555550112"));
  EXPECT_EQ(masked(email, "ana@example.com"), masked(email, "alexandra@example.com"));
  EXPECT_EQ(masked(name, "Ana"), masked(name, "Alexandra"));
  EXPECT_EQ(masked(attribute, "1"), masked(attribute, "1234567"));
}

/// A text of up to `most` of the letters.
rc::Gen<std::string> text_of(const std::string& letters, int most) {
  return rc::gen::mapcat(rc::gen::inRange(0, most + 1), [letters](int size) {
    return rc::gen::container<std::string>(static_cast<std::size_t>(size), rc::gen::elementOf(letters));
  });
}

/// Values that look like those of a kind, and values that do not.
rc::Gen<std::string> values() {
  const auto email_like =
      rc::gen::map(rc::gen::pair(text_of("abcdefXYZ._+-", 12), text_of("abcdef.-", 6)),
                   [](const auto& parts) { return parts.first + "@" + parts.second + "abc.example"; });
  const auto phone_like =
      rc::gen::map(text_of("01234567890123456789-", 18), [](const auto& text) { return "+" + text; });
  const auto word = rc::gen::element<std::string>("Ana", "É", "Zoë", "王", "•", "x", " ", "•••");
  const auto words =
      rc::gen::map(rc::gen::container<std::vector<std::string>>(5, word), [](const auto& parts) {
        std::string out;
        for (const auto& part : parts) out += part;
        return out;
      });
  return rc::gen::oneOf(email_like, phone_like, text_of("0123456789.", 15), text_of("0123456789abcdef:", 39),
                        words, rc::gen::string<std::string>());
}

bool is_utf8(std::string_view text) {
  std::string quoted;
  base::append_json_string(quoted, text);
  return base::parse_json(quoted, {}).has_value();
}

bool only_dots(const std::string& value) { return without_dots(value).empty(); }

/// The share of a value that its mask may show, as numerator and denominator.
std::pair<std::size_t, std::size_t> share(Kind kind) {
  switch (kind) {
    case phone:
      return {3, 5};
    case name:
      return {1, 3};
    case user:
      return {1, 5};
    case fingerprint:
      return {1, 4};
    default:
      return {0, 1};
  }
}

void check(Kind kind, const std::string& value) {
  const auto mask = masked(kind, value);
  RC_ASSERT(mask.find(kDot) != std::string::npos);
  RC_ASSERT(is_mask(kind, mask));
  RC_ASSERT(is_utf8(mask));
  // Values come out of JSON, so they are UTF-8.
  if (kind != attribute && !only_dots(value) && is_utf8(value))
    RC_ASSERT(mask.find(value) == std::string::npos);
  const auto at = mask.rfind('@');
  if ((kind == email || kind == user) && at != std::string::npos) {
    const auto local = value.substr(0, value.rfind('@'));
    RC_ASSERT(shown(mask.substr(0, at)) * 3 <= characters(local));
    const auto domain = mask.substr(at + 1);
    RC_ASSERT(domain == "•••" || domain == value.substr(value.rfind('@') + 1));
  } else if (kind == ip) {
    RC_ASSERT(mask == "•••" || mask.substr(mask.size() - kDot.size()) == kDot);
  } else if (kind == attribute) {
    RC_ASSERT(mask == "\"•••\"");
  } else if (kind == name) {
    // The blanks between masks are not the value's.
    const auto blanks = static_cast<std::size_t>(std::count(mask.begin(), mask.end(), ' '));
    RC_ASSERT((shown(mask) - blanks) * 3 <= characters(value));
  } else {
    const auto [most, of] = share(kind);
    RC_ASSERT(shown(mask) * of <= characters(value) * most);
  }
}

RC_GTEST_PROP(Mask, NeverHoldsTheValueNorShowsMoreThanItsShare, ()) {
  for (const auto& value : *rc::gen::container<std::vector<std::string>>(30, values())) {
    for (unsigned kind = 0; kind <= static_cast<unsigned>(raw); ++kind) check(static_cast<Kind>(kind), value);
  }
}

TEST(IsMask, TellsAValueFromAMask) {
  for (const auto* text :
       {"+14155550112", "+1415•••••122", "+14155•••••12", "+1415•12", "", "••••", "+1415•••••1a"})
    EXPECT_FALSE(is_mask(phone, text)) << text;
  for (const auto* text : {"ana@example.com", "an•••@example.com", "a•••", "a•••@ana smith",
                           "•••ana@example.com", "•••@ana@example.com"})
    EXPECT_FALSE(is_mask(email, text)) << text;
  for (const auto* text :
       {"203.0.113.7", "203.0.113.7•", "203.0.113.7.•", "2001:db8::17:•", "300.0.0.•", "•", "2001:0db8:1:•"})
    EXPECT_FALSE(is_mask(ip, text)) << text;
  for (const auto* text : {"Ana", "An•••", "A••• E••• O••• U•••", "A•••  E•••", "A••• ", "王•••"})
    EXPECT_FALSE(is_mask(name, text)) << text;
  for (const auto* text : {"user-17", "use•••", "u•••"}) EXPECT_FALSE(is_mask(user, text)) << text;
  for (const auto* text : {"3f9a0", "3f9a0•••", "3•••"}) EXPECT_FALSE(is_mask(fingerprint, text)) << text;
  for (const auto kind : {session, user_agent, raw}) EXPECT_FALSE(is_mask(kind, "a•••"));
  for (const auto* text : {"•••", "\"pro •••\"", "\"•••\",\"pro\""})
    EXPECT_FALSE(is_mask(attribute, text)) << text;
}

}  // namespace
}  // namespace countersign::record
