#include "web/api/finding_routes.h"

#include "collector/endpoints/answer.h"
#include "collector/endpoints/query.h"
#include "reports/findings/document.h"
#include "reports/findings/findings.h"
#include "reports/findings/persons.h"
#include "web/api/body.h"
#include "web/api/person_route.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <utility>

namespace countersign::api {
namespace {

namespace json = boost::json;

using base::Code;
using base::Problem;
using endpoints::Asker;
using endpoints::query_value;
using findings::Finding;
using findings::Saying;
using findings::Step;

constexpr std::string_view kPath = "/v1/tenants/{tenant}/findings";
constexpr std::string_view kNone = "there is no such finding";

http::Response failure(const base::Error& error) {
  if (error.code == Code::not_found) return refusal(404, error.message);
  if (error.code == Code::invalid_argument) return refusal(422, error.message);
  if (error.code == Code::already_exists) return refusal(409, error.message);
  if (error.code == Code::unavailable)
    return refusal(503, "findings cannot be read or changed just now; ask again in a moment");
  spdlog::error("a finding was not shown or changed: {}", error.message);
  if (error.code == Code::resource_exhausted)
    return refusal(507, "the disk is full, so nothing can be recorded; ask again when there is room");
  return refusal(503, "the appliance could not do that just now; its log says why");
}

template <std::size_t kCount>
std::optional<Problem> only(const std::array<ingest::Role, kCount>& roles, const ingest::Operator& who,
                            std::string_view what) {
  if (std::find(roles.begin(), roles.end(), who.role) != roles.end()) return std::nullopt;
  return Problem{403, "about:blank", fmt::format("your role may not {} findings", what)};
}

std::optional<Problem> who_sees(const ingest::Operator& who) {
  return only(std::array{ingest::Role::auditor, ingest::Role::analyst, ingest::Role::admin}, who, "see");
}

std::optional<Problem> who_says(const ingest::Operator& who) {
  return only(std::array{ingest::Role::analyst, ingest::Role::admin}, who, "acknowledge, answer and resolve");
}

/// The view of a tenant; the system log is nobody's, and has no findings.
tl::expected<View, Problem> tenant_view(const EvidenceAccess& access, const Asker& asker,
                                        const http::Request& request) {
  const auto tenant = endpoints::tenant_of(asker, request.parameter("tenant"));
  if (!tenant) return tl::unexpected(tenant.error());
  return view_of(access, asker, request);
}

findings::Received received(const View& view) {
  if (!view.period) return {};
  return {view.period->from, view.period->before};
}

tl::expected<findings::Wanted, Problem> read_wanted(const http::Request& request, const View& view) {
  const auto bad = [](std::string detail) {
    return tl::unexpected(Problem{422, "about:blank", std::move(detail)});
  };
  findings::Wanted out;
  out.tenant = view.tenant;
  out.received = received(view);
  out.most = Findings::kMostDefault;
  if (const auto state = query_value(request, "state")) {
    out.state = findings::parse_state(*state);
    if (!out.state) return bad("state is one of opened, acknowledged and resolved");
  }
  out.control = query_value(request, "control").value_or("");
  if (const auto limit = query_value(request, "limit")) {
    const auto number = read_number(*limit);
    if (!number || *number < 1 || *number > Findings::kMost)
      return bad(fmt::format("limit is a number from 1 to {}", Findings::kMost));
    out.most = *number;
  }
  if (const auto cursor = query_value(request, "cursor")) {
    out.earlier = read_number(*cursor);
    if (!out.earlier || *out.earlier >= store::kLogSizeMax)
      return bad("cursor is what `next` of an answer was");
  }
  return out;
}

/// The member of a body that a step's text stands in.
std::string_view member_of(Step step) {
  constexpr std::array<std::string_view, 3> kMembers{"note", "text", "reason"};
  return kMembers[static_cast<std::size_t>(step)];
}

tl::expected<Saying, Problem> read_saying(const http::Request& request, const View& view, Step step) {
  const auto bad = [](std::string detail) {
    return tl::unexpected(Problem{422, "about:blank", std::move(detail)});
  };
  Saying out{step, view.tenant.value(), std::string(request.parameter("finding")), {}, {}, {}};
  // Who acknowledges may have nothing to say.
  if (request.body.empty() && step == Step::acknowledge) return out;
  const auto body = read_object(request);
  if (!body) return tl::unexpected(body.error());
  const auto wanted = member_of(step);
  for (const auto& member : *body) {
    const std::string_view name(member.key().data(), member.key().size());
    const auto& value = member.value();
    const bool about = step == Step::answer && (name == "control" || name == "item");
    if (name != wanted && !about)
      return bad(fmt::format("there is a member that is not known; it takes {}{}", wanted,
                             step == Step::answer ? " and, where wanted, control and item" : ""));
    if (name == "item" && value.is_int64()) {
      out.item = std::to_string(value.get_int64());
      continue;
    }
    if (!value.is_string())
      return bad(fmt::format("{} must be a text{}", name, name == "item" ? " or a whole number" : ""));
    auto& into = name == "control" ? out.control : name == "item" ? out.item : out.text;
    into = std::string(value.get_string());
  }
  if (const auto checked = findings::check_saying(out); !checked) return bad(checked.error().message);
  return out;
}

}  // namespace

Findings::Findings(EvidenceAccess access, FindingAppend append, base::Clock clock)
    : access_(std::move(access)), append_(std::move(append)), clock_(std::move(clock)) {}

void Findings::name(const Asker& asker, const View& view, std::span<Finding> found) const {
  if (who_says(*asker.who)) return;
  const auto named = [&]() -> base::Result<void> {
    TRY_ASSIGN(const auto keys, access_.vault_keys(view.region));
    TRY_ASSIGN(auto vault, vault::VaultReader::open(view.files.vault(), keys));
    return findings::name_persons(found, vault);
  }();
  // Tokens say it, too.
  if (!named) spdlog::error("who spoke of findings was not read: {}", named.error().message);
}

http::Response Findings::document_of(const Asker& asker, const View& view, Finding finding) const {
  name(asker, view, {&finding, 1});
  return document(200, findings::to_document(finding, view.tenant.value()));
}

http::Response Findings::list(const Asker& asker, const http::Request& request) {
  const auto view = tenant_view(access_, asker, request);
  if (!view) return endpoints::answer(view.error());
  const auto wanted = read_wanted(request, *view);
  if (!wanted) return endpoints::answer(wanted.error());
  auto page = [&]() -> base::Result<findings::Page> {
    TRY_ASSIGN(auto reader, findings::FindingReader::open(view->files));
    return reader.list(*wanted);
  }();
  if (!page) return failure(page.error());
  name(asker, *view, page->findings);
  json::array list;
  for (const auto& one : page->findings) list.push_back(findings::to_document(one, view->tenant.value()));
  json::object out{{"tenant", view->tenant.value()}, {"region", view->region.value()}};
  out["findings"] = std::move(list);
  if (page->next) out["next"] = std::to_string(*page->next);
  return document(200, out);
}

http::Response Findings::show(const Asker& asker, const http::Request& request) {
  const auto view = tenant_view(access_, asker, request);
  if (!view) return endpoints::answer(view.error());
  auto found = [&]() -> base::Result<std::optional<Finding>> {
    TRY_ASSIGN(auto reader, findings::FindingReader::open(view->files));
    return reader.find(view->tenant, request.parameter("finding"), received(*view));
  }();
  if (!found) return failure(found.error());
  if (!*found) return refusal(404, std::string(kNone));
  return document_of(asker, *view, std::move(**found));
}

http::Response Findings::say(const Asker& asker, const http::Request& request, Step step) {
  const auto view = tenant_view(access_, asker, request);
  if (!view) return endpoints::answer(view.error());
  if (!findings::is_finding_id(request.parameter("finding"))) return refusal(404, std::string(kNone));
  const auto saying = read_saying(request, *view, step);
  if (!saying) return endpoints::answer(saying.error());
  const auto read = [&]() -> base::Result<std::optional<Finding>> {
    TRY_ASSIGN(auto reader, findings::FindingReader::open(view->files));
    return reader.find(view->tenant, saying->finding);
  };
  const auto known = read();
  if (!known) return failure(known.error());
  auto members = look_members(asker, request, findings::action_name(step), {}, {}, nullptr);
  const auto events =
      findings::events_of(*saying, *known ? &**known : nullptr, members, clock_(), crypto::system_entropy());
  if (!events) return failure(events.error());
  if (const auto appended = append_(view->region, *events); !appended) return failure(appended.error());
  auto now = read();
  if (!now) return failure(now.error());
  if (!*now) return failure({Code::internal, "what was said of a finding is not in the system log"});
  return document_of(asker, *view, std::move(**now));
}

void Findings::add_routes(http::Router& router, const endpoints::Reception& reception) {
  using Answer = std::function<http::Response(const Asker&, const http::Request&)>;
  const auto add = [&](std::string method, std::string pattern, endpoints::Permit permit, Answer answer) {
    const bool takes_body = method == "POST";
    auto route = endpoints::operator_route(
        std::move(method), std::move(pattern), reception, std::move(permit),
        [this, answer = std::move(answer)](const Asker& asker, const http::Request& request,
                                           const http::Respond& respond) {
          desk_.post([answer, asker, request] { return answer(asker, request); }, respond);
        });
    if (takes_body) route.body_bytes_max = [] { return kBodyBytesMax; };
    router.add(std::move(route));
  };
  const auto one = std::string(kPath) + "/{finding}";
  add("GET", std::string(kPath), who_sees,
      [this](const Asker& asker, const http::Request& request) { return list(asker, request); });
  add("GET", one, who_sees,
      [this](const Asker& asker, const http::Request& request) { return show(asker, request); });
  for (const auto step : {Step::acknowledge, Step::answer, Step::resolve})
    add("POST", fmt::format("{}/{}", one, to_string(step)), who_says,
        [this, step](const Asker& asker, const http::Request& request) { return say(asker, request, step); });
}

}  // namespace countersign::api
