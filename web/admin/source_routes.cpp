#include "collector/endpoints/answer.h"
#include "web/admin/administration.h"
#include "web/admin/documents.h"
#include "web/admin/own_sources.h"
#include "web/admin/source_body.h"
#include "web/api/body.h"
#include "web/api/person_route.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace countersign::admin {

namespace json = boost::json;

using endpoints::Asker;

namespace {

constexpr Sayings kOfASource{
    .not_found = kNoSource,
    .already_exists =
        "there is a source of that name already, or was, or of that certificate: choose another",
    .failed_precondition = "the source was revoked already"};
constexpr Sayings kOfACertificate{
    .failed_precondition = "the appliance asks for no client certificates (client_certificates in [listen])"};

/// A command that sends a heartbeat, which claims nothing of anybody, with words in capitals where the
/// sender's own belong. Empty where the provider's requests alone are taken. Nothing of it needs to be
/// quoted: addresses and names are checked.
std::string example_of(const ingest::Source& source, const std::string& address) {
  if (!source.is_native() || !source.scheme.empty() || !source.pull_url.empty()) return {};
  const auto proof =
      source.token_sha256 ? "-H 'Authorization: Bearer TOKEN'" : "--cert CERTIFICATE --key KEY";
  const auto tenant = source.tenants.empty() ? std::string("TENANT") : source.tenants.front().value();
  const json::object event{{"id", "EVENT"},
                           {"time", base::format_rfc3339(source.created)},
                           {"type", "source.heartbeat"},
                           {"tenant", tenant}};
  return fmt::format("curl --fail-with-body {} -H 'Content-Type: application/json' -d '{}' '{}'", proof,
                     json::serialize(event), address);
}

/// Whether the asker may add a source to those of his tenants.
bool has_room(const Asker& asker, const ingest::Registry& registry) {
  if (asker.who->all_tenants) return true;
  const auto& all = registry.sources();
  return std::count_if(all.begin(), all.end(), [&](const auto& one) { return sees(asker, one); }) <
         static_cast<std::ptrdiff_t>(kOwnSourcesMax);
}

http::Response list(const Calls& calls, ingest::IngestService& service, const Asker& asker) {
  const auto pages = service.book().pages();
  json::array out;
  for (const auto& source : asker.registry->sources()) {
    if (!sees(asker, source)) continue;
    const auto page = pages.find(source.name.value());
    out.push_back(source_document(source, page == pages.end() ? nullptr : &page->second));
    out.back().as_object()["address"] = calls.address(source);
  }
  return api::document(200, {{"sources", std::move(out)}});
}

}  // namespace

bool sees(const Asker& asker, const ingest::Source& source) {
  if (asker.who->all_tenants) return true;
  return !source.tenants.empty() && std::all_of(source.tenants.begin(), source.tenants.end(),
                                                [&](const auto& one) { return asker.who->may_act_for(one); });
}

const ingest::Source* own_source(const Asker& asker, const http::Request& request) {
  const auto name = base::parse_source(request.parameter("source"));
  const auto* source = name ? asker.registry->source_by_name(*name) : nullptr;
  return source != nullptr && sees(asker, *source) ? source : nullptr;
}

void Administration::add_sources(http::Router& router, const endpoints::Reception& reception) {
  const std::string path = "/v1/admin/sources";
  auto& service = reception.service;
  router.add(reading(path, reception, admins,
                     [this, &service](const Asker& asker) { return list(calls_, service, asker); }));
  router.add(reading("/v1/admin/source-kinds", reception, admins,
                     [this](const Asker&) { return api::document(200, calls_.source_kinds()); }));

  const auto in_force_as = [this, &service](const base::SourceName& name, bool revoked) {
    return in_force(service, [&](const ingest::Registry& registry) {
      const auto* found = registry.source_by_name(name);
      return found != nullptr && found->revoked.has_value() == revoked;
    });
  };
  /// The source as it is in the registry that holds, or as `otherwise` says where that is not read yet.
  const auto shown = [this, &service](const base::SourceName& name, bool holds) {
    json::object out{{"source", name.value()}};
    const auto registry = service.registry();
    if (const auto* found = registry->source_by_name(name)) {
      const auto pages = service.book().pages();
      const auto page = pages.find(name.value());
      out = source_document(*found, page == pages.end() ? nullptr : &page->second);
      out["address"] = calls_.address(*found);
    }
    out["in_force"] = holds;
    return out;
  };

  const auto add = [this, &service, in_force_as, shown](const SourceWish& wish, const Act& act) {
    if (!has_room(act.asker, *service.registry()))
      return api::refusal(409,
                          fmt::format("your tenants have {} sources, revoked ones included; an administrator "
                                      "of all tenants can add more",
                                      kOwnSourcesMax));
    auto source = wish.source;
    for (const auto& one : wish.certificates) {
      const auto digest = calls_.certificate(one);
      if (!digest) return failure(digest.error(), kOfACertificate);
      source.certificates.push_back(*digest);
    }
    source.by = act.author;
    const auto secret = calls_.add_source(source);
    if (!secret) return failure(secret.error(), kOfASource);
    auto out = shown(source.name, in_force_as(source.name, false));
    const auto registry = service.registry();
    const auto* made = registry->source_by_name(source.name);
    if (!secret->empty()) out[secret->starts_with("cst_") ? "token" : "secret"] = *secret;
    if (made != nullptr) {
      if (const auto example = example_of(*made, calls_.address(*made)); !example.empty())
        out["example"] = example;
    }
    return api::document(201, out);
  };
  router.add(
      changing_route("POST", path, reception, people_, admins,
                     [this, add](Act act, const http::Request& request, const http::Respond& respond) {
                       const auto body = api::read_object(request);
                       if (!body) return respond(endpoints::answer(body.error()));
                       auto wish = read_source(*body, act.asker);
                       if (!wish) return respond(endpoints::answer(wish.error()));
                       change(std::move(act), respond,
                              [add, wish = std::move(*wish)](const Act& still) { return add(wish, still); });
                     }));
  router.add(changing_route(
      "DELETE", path + "/{source}", reception, people_, admins,
      [this, in_force_as, shown](Act act, const http::Request& request, const http::Respond& respond) {
        const auto* source = own_source(act.asker, request);
        if (source == nullptr) return respond(api::refusal(404, std::string(kNoSource)));
        change(std::move(act), respond, [this, in_force_as, shown, name = source->name](const Act& still) {
          if (const auto done = calls_.revoke_source(name, still.author); !done)
            return failure(done.error(), kOfASource);
          return api::document(200, shown(name, in_force_as(name, true)));
        });
      }));
}

}  // namespace countersign::admin
