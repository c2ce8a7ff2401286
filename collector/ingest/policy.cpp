#include "collector/ingest/policy.h"

#include <boost/json/string.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace countersign::ingest {
namespace {

constexpr std::array<std::string_view, 7> kRoleNames{"auditor",     "analyst",     "privacy", "admin",
                                                     "application", "provisioner", "mirror"};
constexpr std::array<std::string_view, 5> kAllowanceNames{"none", "pseudonymous", "masked", "selective",
                                                          "full"};

template <class Word>
std::optional<Word> find_word(std::span<const std::string_view> names, std::string_view text) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) return std::nullopt;
  return static_cast<Word>(found - names.begin());
}

}  // namespace

std::string_view to_string(Role role) { return kRoleNames.at(static_cast<std::size_t>(role)); }
std::string_view to_string(Allowance allowance) {
  return kAllowanceNames.at(static_cast<std::size_t>(allowance));
}
std::optional<Role> parse_operator_role(std::string_view text) { return find_word<Role>(kRoleNames, text); }
std::optional<Role> parse_role(std::string_view text) {
  const auto role = parse_operator_role(text);
  return role && is_of_people(*role) ? role : std::nullopt;
}
bool is_of_people(Role role) { return std::find(kRoles.begin(), kRoles.end(), role) != kRoles.end(); }
std::optional<Allowance> parse_allowance(std::string_view text) {
  return find_word<Allowance>(kAllowanceNames, text);
}

Allowance needed_for(record::Profile profile, bool chosen) {
  switch (profile) {
    case record::Profile::none:
      return Allowance::none;
    case record::Profile::pseudonymous:
      return Allowance::pseudonymous;
    case record::Profile::masked:
      return Allowance::masked;
    case record::Profile::full:
      break;
  }
  return chosen ? Allowance::selective : Allowance::full;
}

record::Profile most_of(Allowance allowance, bool chosen) {
  using record::Profile;
  for (const auto profile : {Profile::full, Profile::masked, Profile::pseudonymous}) {
    if (needed_for(profile, chosen) <= allowance) return profile;
  }
  return Profile::none;
}

std::string SharingPolicy::to_text() const {
  std::string out = "{";
  for (const auto role : kRoles) {
    if (of(role) == SharingPolicy().of(role)) continue;
    if (out.size() > 1) out += ',';
    out += fmt::format("\"{}\":\"{}\"", to_string(role), to_string(of(role)));
  }
  return out + "}";
}

base::Result<SharingPolicy> SharingPolicy::parse(const boost::json::object& from) {
  SharingPolicy out;
  for (const auto& member : from) {
    const auto role = parse_role({member.key().data(), member.key().size()});
    const auto* word = member.value().if_string();
    const auto allowance = word == nullptr ? std::nullopt : parse_allowance({word->data(), word->size()});
    if (!role || !allowance)
      return base::fail(base::Code::invalid_argument,
                        "sharing must give a role one of none, pseudonymous, masked, selective, full");
    out.set(*role, *allowance);
  }
  return out;
}

}  // namespace countersign::ingest
