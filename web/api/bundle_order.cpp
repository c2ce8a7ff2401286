#include "web/api/bundle_order.h"

#include "reports/engine/catalogue.h"
#include "web/api/body.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

namespace countersign::api {
namespace {

using base::Problem;
using endpoints::Asker;

/// What is wrong with the report that is asked for.
std::optional<std::string> fault_of_report(const ShelvedBundle& order, record::Profile profile) {
  if (order.report.empty())
    return order.framework.empty() ? std::nullopt
                                   : std::optional<std::string>("framework is of a report: give report, too");
  if (!order.filter.empty() || profile == record::Profile::none)
    return "a report is made of all records of the period: leave out the filter, and take another profile "
           "than none";
  const auto framework = order.framework.empty() ? std::string("soc2") : order.framework;
  if (reports::framework_title(framework).empty())
    return fmt::format("framework is one of {}", fmt::join(reports::frameworks(), ", "));
  if (order.report == std::vector<std::string>{"all"}) return std::nullopt;
  const auto& known = reports::Catalogue::built_in().definitions();
  for (const auto& clause : order.report) {
    const bool supported = std::any_of(known.begin(), known.end(),
                                       [&](const auto& one) { return one.supports(framework, clause); });
    if (!supported)
      return fmt::format("report: no control supports '{}' of {}", clause,
                         reports::framework_title(framework));
  }
  return std::nullopt;
}

}  // namespace

tl::expected<ShelvedBundle, base::Problem> read_order(const http::Request& request, const Asker& asker,
                                                      const View& view, base::Timestamp now, std::string id) {
  const auto bad = [](std::string detail) {
    return tl::unexpected(Problem{422, "about:blank", std::move(detail)});
  };
  auto body = read_object(request);
  if (!body) return tl::unexpected(body.error());
  ShelvedBundle out;
  for (const auto& member : *body) {
    const std::string_view name(member.key().data(), member.key().size());
    if (name == "filter" || name == "report" || name == "documents") {
      auto& texts = name == "filter" ? out.filter : name == "report" ? out.report : out.documents;
      const auto wrong = name == "filter" ? "filter is a list of member=value"
                         : name == "report"
                             ? "report is a list of clauses such as CC6.1, or of the word all"
                             : "documents is a list of ids, each with @ and a version or without";
      if (!member.value().is_array()) return bad(wrong);
      for (const auto& one : member.value().get_array()) {
        if (!one.is_string()) return bad(wrong);
        texts.emplace_back(one.get_string());
      }
      continue;
    }
    const bool known = name == "from" || name == "to" || name == "profile" || name == "query" ||
                       name == "recipient" || name == "destination" || name == "framework" ||
                       name == "questionnaire";
    if (!known)
      return bad(
          "there is a member that is not known; there are from, to, filter, profile, query, report, "
          "framework, documents, questionnaire, recipient and destination");
    if (!member.value().is_string()) return bad(fmt::format("{} must be a text", name));
  }
  const auto from = base::parse_rfc3339(text_of(*body, "from")),
             to = base::parse_rfc3339(text_of(*body, "to"));
  if (!from) return bad("from: " + from.error().message);
  if (!to) return bad("to: " + to.error().message);
  if (*to <= *from) return bad("the period ends before it begins");
  if (view.period && (*from < view.period->from || *to > view.period->before))
    return tl::unexpected(Problem{
        403, "about:blank",
        fmt::format("your access covers records from {} before {}: ask for a period within it",
                    base::format_rfc3339(view.period->from), base::format_rfc3339(view.period->before))});
  const auto profile = text_of(*body, "profile");
  const auto chosen =
      profile.empty() ? ingest::most_of(view.allowance, false) : record::parse_profile(profile);
  if (!chosen) return bad("profile is one of none, pseudonymous, masked and full");
  if (ingest::needed_for(*chosen, false) > view.allowance)
    return tl::unexpected(
        Problem{403, "about:blank",
                fmt::format("the tenant's policy gives your role {} at most", to_string(view.allowance))});
  out.questionnaire = text_of(*body, "questionnaire");
  if (!out.questionnaire.empty() && !may_have_questionnaires(*asker.who))
    return tl::unexpected(Problem{
        403, "about:blank", "questionnaires are for analysts and administrators who act for all tenants"});
  out.id = std::move(id);
  out.tenant = view.tenant.value();
  out.from = text_of(*body, "from");
  out.to = text_of(*body, "to");
  out.query = text_of(*body, "query");
  out.framework = text_of(*body, "framework");
  if (auto wrong = fault_of_report(out, *chosen)) return bad(std::move(*wrong));
  out.recipient = text_of(*body, "recipient");
  out.destination = text_of(*body, "destination");
  out.profile = *chosen;
  out.role = to_string(asker.who->role);
  out.asked_by = asker.who->name;
  out.asked = now;
  return out;
}

bool may_have_questionnaires(const ingest::Operator& who) {
  return (who.role == ingest::Role::analyst || who.role == ingest::Role::admin) && who.all_tenants;
}

}  // namespace countersign::api
