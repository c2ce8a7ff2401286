#include "web/api/scim_routes.h"

#include "collector/endpoints/request.h"
#include "web/auth/scim_accounts.h"
#include "web/scim/message.h"
#include "web/scim/refusal.h"

#include <utility>
#include <variant>

namespace countersign::api {
namespace {

using endpoints::Reception;

http::Response response_of(scim::Answer answer) {
  http::Response out;
  out.status = answer.status;
  if (!answer.body.empty()) out.content_type = scim::kMediaType;
  out.headers = std::move(answer.headers);
  out.body = std::move(answer.body);
  return out;
}

http::Response refused(int status, std::string detail) {
  auto out = response_of(scim::answer_of({status, scim::ScimType::none, std::move(detail)}));
  if (status == 401) out.headers.emplace_back("WWW-Authenticate", "Bearer");
  return out;
}

/// An operator's name, or a source.
using Sender = std::variant<std::string, ingest::Admitted>;

tl::expected<Sender, http::Response> sender_of(const Reception& reception, const http::RequestHead& head) {
  const auto shown = endpoints::credentials_of(head);
  auto registry = reception.service.registry();
  if (const auto* who = registry->operator_of_token(shown.token, reception.clock())) {
    if (reception.used) reception.used(*who);
    if (who->role == ingest::Role::provisioner) return Sender(who->name);
    return tl::unexpected(refused(403, "only the role provisioner and sources may provision users"));
  }
  auto admitted = reception.service.admission().by_credentials(std::move(registry), shown);
  if (!admitted) return tl::unexpected(refused(admitted.error().status, admitted.error().detail));
  return Sender(std::move(*admitted));
}

scim::Request request_of(const http::Request& request) {
  return {request.method == "HEAD" ? std::string_view("GET") : std::string_view(request.method),
          std::string_view(request.path).substr(kScimPath.size()),
          request.query,
          request.header("If-Match"),
          request.header("If-None-Match"),
          request.body};
}

/// Whether a body is what it says: JSON, as clients of SCIM send it, and not compressed.
bool is_scim(const http::Request& request) {
  const auto type = request.header("Content-Type");
  auto media = type.substr(0, type.find(';'));
  while (media.ends_with(' ') || media.ends_with('\t')) media.remove_suffix(1);
  const auto coding = request.header("Content-Encoding");
  return request.body.empty() ||
         ((http::same_name(media, scim::kMediaType) || http::same_name(media, "application/json")) &&
          (coding.empty() || http::same_name(coding, "identity")));
}

http::Response provision_own(const Scim& scim, auth::Access& access, const std::string& name,
                             const http::Request& request) {
  boost::json::object members{{"actor", {{"id", name}, {"role", "operator"}}},
                              {"device", auth::device_of(peer_of(request))}};
  const auth::Administrator by{access.store, access.record, access.clock, access.entropy, std::move(members)};
  return response_of(
      auth::answer_scim(by, access.record_all, scim.service, scim.rights, request_of(request)));
}

void answer_to(const Reception& reception, const Scim& scim, const http::Request& request,
               const http::Respond& respond) {
  auto sender = sender_of(reception, request);
  if (!sender) return respond(std::move(sender.error()));
  if (!is_scim(request)) return respond(refused(415, "send application/scim+json, not compressed"));
  const auto kept = std::make_shared<const http::Request>(request);
  if (const auto* name = std::get_if<std::string>(&*sender))
    return scim.people.serve(
        [scim, kept, name = *name](auth::Access& access) { return provision_own(scim, access, name, *kept); },
        respond);
  scim.desk.post(
      [scim, kept, source = std::move(std::get<ingest::Admitted>(*sender))] {
        return response_of(scim.of_source(source, request_of(*kept)));
      },
      respond);
}

}  // namespace

void add_scim(http::Router& router, const Reception& reception, const Scim& scim) {
  const auto add = [&](std::string method, std::string_view pattern) {
    http::Route route;
    route.pattern = std::string(kScimPath) + std::string(pattern);
    if (method != "GET" && method != "DELETE") route.body_bytes_max = [] { return scim::kBodyBytesMax; };
    route.method = std::move(method);
    route.admit = [reception](const http::RequestHead& head) -> std::optional<http::Response> {
      auto sender = sender_of(reception, head);
      return sender ? std::nullopt : std::optional(std::move(sender.error()));
    };
    route.handle = [reception, scim](const http::Request& request, const http::Respond& respond) {
      answer_to(reception, scim, request, respond);
    };
    router.add(std::move(route));
  };
  for (const auto* resources : {"/Users", "/Groups"}) {
    const std::string all = resources;
    for (const auto* method : {"GET", "POST"}) add(method, all);
    add("POST", all + "/.search");
    for (const auto* method : {"GET", "PUT", "PATCH", "DELETE"}) add(method, all + "/{id}");
  }
  // What is not served, which SCIM answers in its own words.
  for (const auto* method : {"GET", "POST"}) add(method, "/{endpoint}");
  add("GET", "/ServiceProviderConfig");
  for (const auto* described : {"/Schemas", "/ResourceTypes"}) {
    add("GET", described);
    add("GET", std::string(described) + "/{id}");
  }
}

}  // namespace countersign::api
