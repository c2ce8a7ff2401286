#include "reports/answers/fact_names.h"

#include "reports/answers/facts.h"
#include "reports/engine/catalogue.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace countersign::answers {
namespace {

constexpr std::array<std::string_view, 6> kOfControl{"state", "items", "exceptions",
                                                     "from",  "until", "tested"};
constexpr std::array<std::string_view, 7> kOfDocument{"state",      "title",       "issuer", "version",
                                                      "valid_from", "valid_until", "sha256"};
constexpr std::array<std::string_view, 12> kKinds{
    "soc2-type2", "soc2-type1",     "iso27001",         "hipaa-baa", "pci-aoc",     "gdpr-dpa",
    "other",      "sub-processors", "penetration-test", "insurance", "attestation", "policy"};
constexpr std::array<std::string_view, 18> kPolicy{"access.factors",
                                                   "access.step_up.actions",
                                                   "access.step_up.window_s",
                                                   "access.audit_access.window_s",
                                                   "access.audit_access.single_records",
                                                   "access.audit_access.four_eyes",
                                                   "access.lockout.attempts",
                                                   "sharing.auditor",
                                                   "sharing.analyst",
                                                   "sharing.privacy",
                                                   "sharing.admin",
                                                   "attributes.not_personal",
                                                   "monitoring.parameters",
                                                   "retention.rule",
                                                   "retention.keep",
                                                   "retention.at_hand",
                                                   "retention.types",
                                                   "region"};
constexpr std::array<std::string_view, 17> kFigures{
    "region",     "regions_kept", "records",  "first_record",   "last_record",   "sources",
    "challenges", "factors_used", "verified", "verified_at",    "checkpoint_at", "witnesses",
    "backup_at",  "timestamps",   "streams",  "single_sign_on", "provisioning"};

constexpr std::array<std::string_view, 7> kOfReport{"sha256",    "from",     "until",     "made",
                                                    "framework", "controls", "exceptions"};

template <class All>
std::string unless_in(const All& all, std::string_view name, std::string_view what) {
  if (std::find(all.begin(), all.end(), name) != all.end()) return {};
  return fmt::format("'{}' is no {}; known are {}", name, what, fmt::join(all, ", "));
}

}  // namespace

const FactNames& FactNames::built_in() {
  static const FactNames kBuiltIn = [] {
    std::set<std::string, std::less<>> ids;
    for (const auto& one : reports::Catalogue::built_in().definitions()) {
      if (one.kind == reports::Kind::control) ids.insert(one.id);
    }
    return FactNames(std::move(ids));
  }();
  return kBuiltIn;
}

std::string FactNames::why_not(std::string_view name) const {
  if (!is_fact_name(name))
    return "it is no fact's name: control., document., policy., figure. or report. begins one";
  const auto kind = name.substr(0, name.find('.'));
  const auto rest = name.substr(kind.size() + 1);
  if (kind == "policy") return unless_in(kPolicy, rest, "member of a policy");
  if (kind == "figure") return unless_in(kFigures, rest, "figure");
  if (kind == "report") return unless_in(kOfReport, rest, "member of a report");
  const auto dot = rest.find('.');
  const auto what = rest.substr(0, dot);
  const auto member = rest.substr(dot + 1);
  if (kind == "document") {
    const auto no_kind = unless_in(kKinds, what, "kind of document");
    return no_kind.empty() ? unless_in(kOfDocument, member, "member of a document") : no_kind;
  }
  if (!controls_.contains(what)) return fmt::format("'{}' is no control that is known here", what);
  return unless_in(kOfControl, member, "member of a control");
}

}  // namespace countersign::answers
