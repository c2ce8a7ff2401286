#include "apps/sharing.h"

#include "collector/ingest/registry.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;
using record::Profile;

struct Policies {
  ingest::SharingPolicy sharing;
  ingest::AccessPolicy access;
};

base::Result<Policies> policies_of(const Config& config, const std::string& tenant) {
  const auto registry = ingest::Registry::load(config.registry());
  if (!registry && registry.error().code == Code::not_found) return Policies();
  if (!registry) return fail(registry.error());
  const auto* known = registry->tenant(base::TenantId(tenant));
  return known == nullptr ? Policies() : Policies{known->sharing, known->access};
}

/// What was asked for; empty: what the policy says.
base::Result<std::optional<Profile>> asked_profile(const ExportOptions& options) {
  if (options.redact && !options.profile.empty() && options.profile != "pseudonymous")
    return fail(Code::invalid_argument,
                "--redact is another word for --profile pseudonymous; give one of the two");
  if (options.redact) return std::optional(Profile::pseudonymous);
  if (options.profile.empty()) return std::optional<Profile>();
  const auto profile = record::parse_profile(options.profile);
  if (!profile) return fail(Code::invalid_argument, "profiles are none, pseudonymous, masked and full");
  return profile;
}

bool is_chosen(const ExportOptions& options) {
  return !options.disclose_kinds.empty() || !options.disclose_records.empty();
}

}  // namespace

base::Result<Profile> choose_profile(const Config& config, const ExportOptions& options) {
  // A person who is given what is known of him is no reader of the tenant's log.
  if (options.only_tokens) return Profile::full;
  TRY_ASSIGN(const auto asked, asked_profile(options));
  const auto role = ingest::parse_role(options.role);
  if (!role) return fail(Code::invalid_argument, "roles are auditor, analyst, privacy and admin");
  TRY_ASSIGN(const auto policies, policies_of(config, options.tenant));
  const auto allowance = policies.sharing.of(*role);
  const bool chosen = is_chosen(options);
  const auto profile = asked.value_or(ingest::most_of(allowance, chosen));
  if (chosen && profile < Profile::masked) {
    if (!asked)
      return fail(Code::permission_denied,
                  fmt::format("the policy of {} allows the role {} {} at most, so no value can be chosen; to "
                              "change that: countersign tenant policy set {} {} selective",
                              options.tenant, to_string(*role), to_string(allowance), options.tenant,
                              to_string(*role)));
    return fail(Code::invalid_argument,
                fmt::format("the profile {} shows no value: --disclose-kinds and --disclose-records go with "
                            "masked and full",
                            to_string(profile)));
  }
  const auto needed = ingest::needed_for(profile, chosen);
  if (needed > allowance)
    return fail(Code::permission_denied,
                fmt::format("the policy of {} allows the role {} {} at most, and this export needs {}; to "
                            "change that: countersign tenant policy set {} {} {}",
                            options.tenant, to_string(*role), to_string(allowance), to_string(needed),
                            options.tenant, to_string(*role), to_string(needed)));
  if (profile == Profile::full && policies.access.four_eyes() && options.approved_by.empty())
    return fail(
        Code::permission_denied,
        fmt::format("the policy of {} asks for a second person's approval of exports of full personal "
                    "values: ask for the bundle over HTTP, where another person approves it (docs/api.md)",
                    options.tenant));
  return profile;
}

base::Result<jsonl::DisclosureScope> choose_scope(const ExportOptions& options) {
  constexpr std::size_t kRecipientMax = 128;
  const auto& recipient = options.recipient;
  if (recipient.size() > kRecipientMax || std::any_of(recipient.begin(), recipient.end(), [](char c) {
        return (c >= 0 && c < 0x20) || c == 0x7F;
      }))
    return fail(Code::invalid_argument,
                fmt::format("--recipient is one line of at most {} bytes", kRecipientMax));
  if (is_chosen(options) && recipient.empty())
    return fail(Code::invalid_argument,
                "--disclose-kinds and --disclose-records need --recipient: for whom the values are shown");
  jsonl::DisclosureScope scope;
  TRY_ASSIGN(scope.kinds, jsonl::parse_kinds(options.disclose_kinds));
  TRY_ASSIGN(scope.records, jsonl::SeqRanges::parse(options.disclose_records));
  scope.tokens = options.only_tokens;
  return scope;
}

std::string sharing_note(const ExportOptions& options, Profile profile, const jsonl::DisclosureScope& scope) {
  constexpr std::size_t kListMax = 256;
  std::string out = fmt::format("profile {}", to_string(profile));
  if (options.only_tokens) return out + ", personal values of one person disclosed";
  out += fmt::format(", for the role {}", options.role);
  if (!scope.kinds.empty()) out += ", kinds " + jsonl::to_text(scope.kinds);
  if (!scope.records.empty()) {
    const auto list = scope.records.to_text();
    out += list.size() <= kListMax
               ? ", records " + list
               : fmt::format(", records {} and more", list.substr(0, list.rfind(',', kListMax)));
  }
  return out;
}

}  // namespace countersign::apps
