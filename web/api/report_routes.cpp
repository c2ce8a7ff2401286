#include "web/api/report_routes.h"

#include "collector/endpoints/answer.h"
#include "reports/engine/definition.h"
#include "reports/engine/sample.h"
#include "web/api/body.h"
#include "web/api/controls_document.h"
#include "web/api/person_route.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
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

struct Format {
  std::string_view name, content_type, ending;
};
constexpr std::array<Format, 4> kFormats{{{"json", "application/json", "json"},
                                          {"html", "text/html; charset=utf-8", "html"},
                                          {"pdf", "application/pdf", "pdf"},
                                          {"oscal", "application/json", "oscal.json"}}};
constexpr std::array<std::string_view, 3> kOscalVersions{"1.1.2", "1.1.3", "1.2.1"};

auto bad(int status, std::string detail) {
  return tl::unexpected(Problem{status, "about:blank", std::move(detail)});
}

template <typename List>
bool is_in(const List& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

const Format& format_of(std::string_view name) {
  return *std::find_if(kFormats.begin(), kFormats.end(), [&](const Format& one) { return one.name == name; });
}

tl::expected<std::vector<std::string>, Problem> texts_of(std::string_view name, const json::value& value) {
  std::vector<std::string> out;
  const auto* list = value.if_array();
  if (list == nullptr) return bad(422, fmt::format("{} is a list of texts", name));
  for (const auto& one : *list) {
    if (!one.is_string()) return bad(422, fmt::format("{} is a list of texts", name));
    out.emplace_back(one.get_string());
  }
  return out;
}

tl::expected<ReportOrder, Problem> read_members(const json::object& body) {
  ReportOrder out;
  for (const auto& member : body) {
    const std::string_view name(member.key().data(), member.key().size());
    if (name == "criteria" || name == "samples") {
      auto texts = texts_of(name, member.value());
      if (!texts) return tl::unexpected(texts.error());
      (name == "criteria" ? out.criteria : out.samples) = std::move(*texts);
      continue;
    }
    auto* into = name == "framework"       ? &out.framework
                 : name == "from"          ? &out.from
                 : name == "to"            ? &out.to
                 : name == "format"        ? &out.format
                 : name == "oscal_version" ? &out.oscal_version
                 : name == "seed"          ? &out.seed
                                           : nullptr;
    if (into == nullptr)
      return bad(422,
                 "there is a member that is not known; there are framework, criteria, from, to, format, "
                 "oscal_version, samples and seed");
    if (!member.value().is_string()) return bad(422, fmt::format("{} must be a text", name));
    *into = std::string(member.value().get_string());
  }
  return out;
}

/// What can be seen to be wrong before the records are looked at, and before a second factor is used up.
std::optional<Problem> check_order(const ReportOrder& order, const View& view) {
  const auto wrong = [](std::string detail) { return Problem{422, "about:blank", std::move(detail)}; };
  const auto from = base::parse_rfc3339(order.from), to = base::parse_rfc3339(order.to);
  if (!from) return wrong("from: " + from.error().message);
  if (!to) return wrong("to: " + to.error().message);
  if (*to <= *from) return wrong("the period ends before it begins");
  if (view.period && (*from < view.period->from || *to > view.period->before))
    return Problem{
        403, "about:blank",
        fmt::format("your access covers records from {} before {}: ask for a period within it",
                    base::format_rfc3339(view.period->from), base::format_rfc3339(view.period->before))};
  if (!is_in(reports::frameworks(), order.framework))
    return wrong(fmt::format("framework is one of {}", fmt::join(reports::frameworks(), ", ")));
  if (std::none_of(kFormats.begin(), kFormats.end(),
                   [&](const Format& one) { return one.name == order.format; }))
    return wrong("format is one of json, html, pdf and oscal");
  if (!order.oscal_version.empty() && !is_in(kOscalVersions, order.oscal_version))
    return wrong(fmt::format("oscal_version is one of {}", fmt::join(kOscalVersions, ", ")));
  if (!order.samples.empty() && order.seed.empty())
    return wrong("samples need a seed, which the auditor chooses");
  for (const auto& sample : order.samples) {
    const auto equals = sample.find('=');
    const auto how = equals == std::string::npos ? sample : sample.substr(equals + 1);
    if (const auto parsed = reports::parse_sample(how, order.seed); !parsed)
      return wrong("samples: " + parsed.error().message);
  }
  return std::nullopt;
}

tl::expected<ReportOrder, Problem> read_order(const http::Request& request, const Asker& asker,
                                              const View& view) {
  const auto body = read_object(request);
  if (!body) return tl::unexpected(body.error());
  auto out = read_members(*body);
  if (!out) return out;
  out->tenant = view.tenant.value();
  out->asked_by = asker.who->name;
  if (auto problem = check_order(*out, view)) return tl::unexpected(std::move(*problem));
  return out;
}

http::Response failure(const base::Error& error) {
  if (error.code == Code::not_found) return refusal(404, error.message);
  if (error.code == Code::invalid_argument) return refusal(422, error.message);
  if (error.code == Code::unavailable)
    return refusal(503, "the records cannot be read just now; ask again in a moment");
  spdlog::error("a report was not given out: {}", error.message);
  if (error.code == Code::resource_exhausted)
    return refusal(507, "the disk is full, so the report cannot be recorded, and is not given out");
  return refusal(503, "the appliance could not make the report just now; its log says why");
}

http::Response make(const ReportMaker& maker, const View& view, const ReportOrder& order,
                    const json::object& members) {
  auto made = maker(view.region, order, members);
  if (!made) return failure(made.error());
  const auto& format = format_of(order.format);
  http::Response response{200, std::string(format.content_type), {}, std::move(*made)};
  response.headers.emplace_back("Content-Disposition",
                                fmt::format("attachment; filename=\"countersign-{}-{}-{}.{}\"", order.tenant,
                                            order.from.substr(0, 10), order.to.substr(0, 10), format.ending));
  return response;
}

}  // namespace

Reports::Reports(People& people, EvidenceAccess access, ReportMaker maker)
    : people_(people),
      access_(std::move(access)),
      maker_(std::move(maker)),
      controls_(
          json::serialize(json::object{{"controls", controls_document(reports::Catalogue::built_in())}})) {}

void Reports::begin(const Asker& asker, const http::Request& request, const http::Respond& respond) {
  const auto tenant = endpoints::tenant_of(asker, request.parameter("tenant"));
  if (!tenant) return respond(endpoints::answer(tenant.error()));
  auto view = view_of(access_, asker, request);
  if (!view) return respond(endpoints::answer(view.error()));
  if (!asker.person)
    return respond(
        refusal(403, "a token shows no second factor; sign in to be given reports", kSecondFactorProblem));
  auto order = read_order(request, asker, *view);
  if (!order) return respond(endpoints::answer(order.error()));
  const auto proof = prove_look(people_, asker, *view);
  if (!proof) return respond(endpoints::answer(proof.error()));
  auto members = look_members(asker, request, "report", order->tenant, {}, &*proof);
  desk_.post([this, view = std::move(*view), order = std::move(*order),
              members = std::move(members)] { return make(maker_, view, order, members); },
             respond);
}

void Reports::add_routes(http::Router& router, const endpoints::Reception& reception) {
  auto making =
      endpoints::operator_route("POST", "/v1/tenants/{tenant}/reports", reception, readers_only,
                                [this](const Asker& asker, const http::Request& request,
                                       const http::Respond& respond) { begin(asker, request, respond); });
  making.body_bytes_max = [] { return kBodyBytesMax; };
  router.add(std::move(making));
  router.add(
      endpoints::operator_route("GET", "/v1/controls", reception, readers_only,
                                [this](const Asker&, const http::Request&, const http::Respond& respond) {
                                  respond({200, "application/json", {}, controls_});
                                }));
}

}  // namespace countersign::api
