#include "web/senders/batch/answers.h"

#include "ledger/base/json.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <string>

namespace countersign::senders {
namespace {

namespace json = boost::json;
using Kind = BatchOutcome::Kind;

constexpr long kBadRequest = 400, kForbidden = 403, kNotAcceptable = 406, kConflict = 409, kTooLarge = 413,
               kUnsupportedType = 415, kUnprocessable = 422, kServerError = 500;

bool is_taken(long status) { return status >= 200 && status < 300; }
bool is_refused(long status) {
  return status == kBadRequest || status == kTooLarge || status == kUnprocessable;
}
/// What filters and faulty programs answer to a text that they do not get on with, and others to everything.
bool may_be_about_content(long status) {
  return status == kForbidden || status == kNotAcceptable || status == kUnsupportedType ||
         status == kServerError;
}

std::optional<json::object> object_of(std::string_view body) {
  auto parsed = base::parse_json(body, {.depth_max = 32});
  if (!parsed || !parsed->value.is_object()) return std::nullopt;
  return std::move(parsed->value.get_object());
}

/// The status of `{"create":{"status":201,…}}`; 0 where there is none.
long status_of(const json::value& item) {
  const auto* object = item.if_object();
  if (object == nullptr || object->size() != 1) return 0;
  const auto* inner = object->begin()->value().if_object();
  const auto* status = inner == nullptr ? nullptr : inner->if_contains("status");
  return status != nullptr && status->is_int64() ? static_cast<long>(status->get_int64()) : 0;
}

}  // namespace

BatchOutcome read_status(long status, std::int64_t wait_s) {
  if (is_taken(status)) return {};
  const bool refused = is_refused(status) && wait_s <= 0;
  const bool about_content = may_be_about_content(status) && wait_s <= 0;
  return {refused ? Kind::refused : Kind::failed,
          fmt::format("it answered {}", status),
          wait_s,
          {},
          about_content};
}

BatchOutcome read_bulk_answer(std::string_view body, std::size_t items) {
  const auto answer = object_of(body);
  const auto* list = answer ? answer->if_contains("items") : nullptr;
  if (list == nullptr || !list->is_array() || list->get_array().size() != items)
    return {Kind::failed, "its answer does not tell of each document as _bulk does", 0, {}};
  BatchOutcome out, failed{Kind::failed, {}, 0, {}, true};
  for (std::size_t i = 0; i < items; ++i) {
    const auto status = status_of(list->get_array()[i]);
    if (is_taken(status) || status == kConflict) continue;
    if (!is_refused(status)) {
      if (failed.why.empty()) failed.why = fmt::format("it answered {} to one of the documents", status);
      // 403 is said of a document where its index takes none.
      failed.about_content = failed.about_content && status == kServerError;
      continue;
    }
    out.why = fmt::format("it answered {} to a document", status);
    out.refused.push_back(i);
  }
  return failed.why.empty() ? out : failed;
}

HecAnswer read_hec_answer(std::string_view body) {
  HecAnswer out;
  const auto answer = object_of(body);
  const auto* code = answer ? answer->if_contains("code") : nullptr;
  out.taken = code != nullptr && code->is_int64() && code->get_int64() == 0;
  if (!out.taken) return out;
  const auto* ack = answer->if_contains("ackId");
  if (ack != nullptr && ack->is_int64()) out.ack = ack->get_int64();
  return out;
}

bool is_acknowledged(std::string_view body, std::int64_t ack) {
  const auto answer = object_of(body);
  const auto* all = answer ? answer->if_contains("acks") : nullptr;
  const auto* one =
      all != nullptr && all->is_object() ? all->get_object().if_contains(std::to_string(ack)) : nullptr;
  return one != nullptr && one->is_bool() && one->get_bool();
}

}  // namespace countersign::senders
