#include "reports/documents/wishes.h"

#include "ledger/record/characters.h"
#include "reports/documents/plain_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace countersign::documents {
namespace {

using base::Code;
using base::fail;

constexpr std::size_t kTitleMax = 200, kOwnerMax = 128, kIssuerMax = 200, kReasonMax = 256;
constexpr std::size_t kRemindersMax = 10;
constexpr std::int64_t kRemindDaysMax = 730;

base::Result<void> check_text(std::string_view member, std::string_view text, std::size_t most,
                              bool may_be_empty = false) {
  if (text.empty() && may_be_empty) return {};
  if (text.empty() || !is_utf8(text) || record::has_control_character(text) ||
      record::characters_of(text) > most)
    return fail(Code::invalid_argument,
                fmt::format("{} has {} to {} characters, none of them a control character", member,
                            may_be_empty ? 0 : 1, most));
  return {};
}

base::Result<void> check_days(const std::vector<std::int64_t>& days) {
  const bool good = days.size() <= kRemindersMax && std::ranges::all_of(days, [](std::int64_t one) {
                      return one >= 1 && one <= kRemindDaysMax;
                    });
  if (good) return {};
  return fail(Code::invalid_argument, fmt::format("remind_days has at most {} numbers of days from 1 to {}",
                                                  kRemindersMax, kRemindDaysMax));
}

}  // namespace

base::Result<void> check(const NewDocument& wish) {
  if (!is_kind(wish.kind))
    return fail(Code::invalid_argument, fmt::format("kind is one of {}", fmt::join(kKinds, ", ")));
  TRY(check_text("title", wish.title, kTitleMax));
  TRY(check_text("owner", wish.owner, kOwnerMax));
  TRY(check_days(wish.remind_days));
  if (wish.is_nda && (wish.kind != "policy" || wish.confidentiality != Confidentiality::open))
    return fail(Code::invalid_argument, "an NDA is of the kind policy and public");
  return {};
}

base::Result<void> check(const DocumentChange& wish) {
  if (!wish.title && !wish.owner && !wish.confidentiality && !wish.remind_days)
    return fail(Code::invalid_argument,
                "there is nothing to change: title, owner, confidentiality and remind_days can be");
  if (wish.title) TRY(check_text("title", *wish.title, kTitleMax));
  if (wish.owner) TRY(check_text("owner", *wish.owner, kOwnerMax));
  if (wish.remind_days) TRY(check_days(*wish.remind_days));
  return {};
}

base::Result<void> check(const NewVersion& wish) {
  TRY(check_text("issuer", wish.issuer, kIssuerMax, true));
  if (wish.valid_from && wish.valid_until && *wish.valid_until < *wish.valid_from)
    return fail(Code::invalid_argument, "valid_until is before valid_from");
  return {};
}

base::Result<void> check_reason(std::string_view reason) { return check_text("reason", reason, kReasonMax); }

std::vector<std::int64_t> tidied(std::vector<std::int64_t> remind_days) {
  std::ranges::sort(remind_days, std::greater());
  remind_days.erase(std::unique(remind_days.begin(), remind_days.end()), remind_days.end());
  return remind_days;
}

}  // namespace countersign::documents
