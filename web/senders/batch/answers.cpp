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

constexpr long kBadRequest = 400, kConflict = 409, kTooLarge = 413, kUnprocessable = 422;

bool is_taken(long status) { return status >= 200 && status < 300; }
bool is_refused(long status) {
  return status == kBadRequest || status == kTooLarge || status == kUnprocessable;
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

BatchOutcome read_status(long status) {
  if (is_taken(status)) return {};
  return {is_refused(status) ? Kind::refused : Kind::failed, fmt::format("it answered {}", status), 0, {}};
}

BatchOutcome read_bulk_answer(std::string_view body, std::size_t items) {
  const auto answer = object_of(body);
  const auto* list = answer ? answer->if_contains("items") : nullptr;
  if (list == nullptr || !list->is_array() || list->get_array().size() != items)
    return {Kind::failed, "its answer does not tell of each document as _bulk does", 0, {}};
  BatchOutcome out;
  for (std::size_t i = 0; i < items; ++i) {
    const auto status = status_of(list->get_array()[i]);
    if (is_taken(status) || status == kConflict) continue;
    if (!is_refused(status))
      return {Kind::failed, fmt::format("it answered {} to one of the documents", status), 0, {}};
    out.why = fmt::format("it answered {} to a document", status);
    out.refused.push_back(i);
  }
  return out;
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
