#include "collector/endpoints/policy_review.h"

#include "collector/endpoints/answer.h"
#include "collector/protocols/utf8.h"
#include "ledger/base/json.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <utility>

namespace countersign::endpoints {
namespace {

namespace json = boost::json;

using base::Problem;

constexpr std::uint64_t kBodyBytesMax = 4u << 10;

auto refuse(int status, std::string detail) {
  return tl::unexpected(Problem{status, "about:blank", std::move(detail)});
}

std::optional<Problem> admins_only(const ingest::Operator& who) {
  if (who.role == ingest::Role::admin) return std::nullopt;
  return Problem{403, "about:blank", "only the role admin may review a change of a policy"};
}

void take(const ReviewPolicy& review, const Reception& reception, const Asker& asker,
          const http::Request& request, const http::Respond& respond) {
  const auto tenant = tenant_of(asker, request.parameter("tenant"));
  if (!tenant) return respond(answer(tenant.error()));
  if (!is_json(request))
    return respond(answer(Problem{415, "about:blank", "send application/json, not compressed"}));
  auto note = read_review(request.body);
  if (!note) return respond(answer(note.error()));
  if (!review) return respond(answer(Problem{503, "about:blank", "this process records no review"}));
  auto still_may = [reception, head = static_cast<const http::RequestHead&>(request), id = (*tenant)->id] {
    const auto again = ask(reception, head, admins_only);
    return again && again->who->may_act_for(id);
  };
  review({asker.who->name, std::move(still_may), **tenant, std::string(request.parameter("change")),
          std::move(*note)},
         respond);
}

}  // namespace

bool is_review_note(std::string_view text) {
  return !text.empty() && text.size() <= kReviewNoteBytesMax && protocols::is_utf8(text) &&
         !protocols::has_control(text);
}

tl::expected<std::string, Problem> read_review(std::string_view body) {
  const auto parsed = base::parse_json(body, {.depth_max = 2});
  if (!parsed || !parsed->value.is_object() || !parsed->duplicates.empty())
    return refuse(400, "the body must be one JSON object in which no member stands twice");
  const auto& members = parsed->value.get_object();
  const auto* note = members.if_contains("note");
  if (members.size() != (note == nullptr ? 0u : 1u))
    return refuse(422, "there is a member that is not known; there is note");
  const auto* text = note == nullptr ? nullptr : note->if_string();
  if (text == nullptr || !is_review_note({text->data(), text->size()}))
    return refuse(422, fmt::format("note must be a text of 1 to {} bytes without control characters",
                                   kReviewNoteBytesMax));
  return std::string(text->data(), text->size());
}

http::Response review_answer(const PolicyReview& review, base::Timestamp at) {
  return {201,
          "application/json",
          {},
          json::serialize(json::object{{"tenant", review.tenant.id.value()},
                                       {"change", review.change},
                                       {"at", base::format_rfc3339(at)},
                                       {"by", {{"role", "operator"}, {"id", review.operator_name}}},
                                       {"note", review.note}})};
}

void add_policy_review(http::Router& router, const Reception& reception, ReviewPolicy review) {
  auto route =
      operator_route("POST", "/v1/tenants/{tenant}/policy/history/{change}/review", reception, admins_only,
                     [review = std::move(review), reception](const Asker& asker, const http::Request& request,
                                                             const http::Respond& respond) {
                       take(review, reception, asker, request, respond);
                     });
  route.body_bytes_max = [] { return kBodyBytesMax; };
  router.add(std::move(route));
}

}  // namespace countersign::endpoints
