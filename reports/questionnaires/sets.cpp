#include "reports/questionnaires/sets.h"

#include "reports/questionnaires/words.h"

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <span>

namespace countersign::questionnaires {
namespace {

#include "reports/questionnaires/set_ids.inc"

constexpr std::size_t kQuestionsMin = 5;  ///< fewer may have such numbers by chance

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// `IAM-13.1`, `A&A-01.1`: two or three letters, a number of two digits, one of one or two.
bool looks_like_caiq(std::string_view id) {
  const auto dash = id.find('-');
  if (dash == std::string_view::npos || dash < 2 || dash > 3) return false;
  const bool letters =
      std::ranges::all_of(id.substr(0, dash), [](char c) { return (c >= 'A' && c <= 'Z') || c == '&'; });
  const auto number = id.substr(dash + 1);
  return letters && number.size() >= 4 && number.size() <= 5 && number[2] == '.' && is_digit(number[0]) &&
         is_digit(number[1]) && std::ranges::all_of(number.substr(3), is_digit);
}

/// `ctl_2.7-mvsp`.
bool looks_like_mvsp(std::string_view id) { return id.starts_with("ctl_") && id.ends_with("-mvsp"); }

/// VSAQ's have no common form; these are the words in front of those of its four templates.
bool looks_like_vsaq(std::string_view id) {
  constexpr std::string_view kFronts[] = {"application_", "clients_", "dc_",       "feedback_", "network_",
                                          "office_",      "secprog_", "security_", "servers_",  "testing_"};
  return id.find('-') == std::string_view::npos &&
         std::ranges::any_of(kFronts, [&](std::string_view front) { return id.starts_with(front); });
}

std::size_t count(const std::vector<Question>& questions,
                  const std::function<bool(std::string_view)>& is_one) {
  return static_cast<std::size_t>(
      std::ranges::count_if(questions, [&](const Question& one) { return is_one(one.id); }));
}

bool is_in(std::span<const std::string_view> ids, std::string_view id) {
  return std::ranges::find(ids, id) != ids.end();
}

/// Whether a version stands in one of the texts, alone or behind a v: `4.1`, `v4.1.2`, and not `14.1` or
/// `4.11`.
bool names_version(const std::vector<std::string>& words, std::string_view version) {
  for (const auto& text : words) {
    for (auto at = text.find(version); at != std::string::npos; at = text.find(version, at + 1)) {
      const bool begins = at == 0 || (!is_digit(text[at - 1]) && text[at - 1] != '.');
      const auto end = at + version.size();
      if (begins && (end == text.size() || !is_digit(text[end]))) return true;
    }
  }
  return false;
}

/// Version 4.0 by its domains: IVS became I&S, which the set for AI has beside MDS; version 3 had no A&A,
/// CEK, DSP, LOG or UEM.
bool has_domains_of_caiq_4_0(const std::vector<Question>& questions) {
  const auto has = [&](std::initializer_list<std::string_view> domains) {
    return std::ranges::any_of(questions, [&](const Question& one) {
      return std::ranges::any_of(domains,
                                 [&](std::string_view domain) { return one.id.starts_with(domain); });
    });
  };
  return has({"IVS-"}) && has({"A&A-", "CEK-", "DSP-", "LOG-", "UEM-"}) &&
         !has({"I&S-", "MDS-", "AAC-", "EKM-", "GRM-", "DSI-", "MOS-"});
}

std::string caiq_version(const std::vector<Question>& questions, const std::vector<std::string>& words) {
  const bool names_new = names_version(words, "4.1"), names_old = names_version(words, "4.0");
  if (names_new != names_old) return names_new ? "4.1" : "4.0";
  const auto known = count(questions, [](std::string_view id) { return is_in(kCaiq41, id); });
  if (known == std::size(kCaiq41)) return "4.1";
  if (!names_new && !names_old && has_domains_of_caiq_4_0(questions)) return "4.0";
  return {};
}

}  // namespace

Set find_set(const std::vector<Question>& questions, const std::vector<std::string>& words) {
  const auto most = [&](std::size_t number, std::size_t percent) {
    return number >= kQuestionsMin && number * 100 >= questions.size() * percent;
  };
  // Other versions have some of the same numbers for other questions.
  if (most(count(questions, [](std::string_view id) { return is_in(kHecvat414, id); }), 95))
    return {"hecvat", "4.1.4"};
  if (most(count(questions, looks_like_mvsp), 80)) return {"mvsp", "3.0"};
  if (most(count(questions, looks_like_caiq), 80)) return {"caiq", caiq_version(questions, words)};
  // Many of its items have no id.
  if (const auto number = count(questions, looks_like_vsaq);
      number >= kQuestionsMin && number * 2 >= questions.size())
    return {"vsaq", {}};
  return {};
}

}  // namespace countersign::questionnaires
