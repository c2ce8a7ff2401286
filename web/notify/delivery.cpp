#include "web/notify/delivery.h"

#include "ledger/base/encoding.h"
#include "ledger/base/json.h"
#include "ledger/crypto/digest.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace countersign::notify {
namespace {

namespace json = boost::json;

constexpr std::size_t kIdDigits = 32;
constexpr std::string_view kSuffix = ".json";

std::string text_of(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

unsigned number_of(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  std::error_code error;
  const auto number = found == nullptr ? 0 : found->to_number<unsigned>(error);
  return error ? 0 : number;
}

}  // namespace

std::string delivery_id(std::string_view system_log, std::uint64_t seq) {
  const auto digest = crypto::sha256(fmt::format("countersign/notify/v1\n{}\n{}", system_log, seq));
  return "msg_" + base::to_hex(digest.view()).substr(0, kIdDigits);
}

std::string delivery_name(std::uint64_t seq) { return fmt::format("{:020}{}", seq, kSuffix); }

std::string to_text(const Delivery& delivery) {
  return json::serialize(json::object{{"id", delivery.id},
                                      {"attempts", delivery.attempts},
                                      {"round", delivery.round},
                                      {"due", base::format_rfc3339(delivery.due)},
                                      {"error", delivery.error},
                                      {"body", delivery.body}}) +
         "\n";
}

base::Result<Delivery> parse_delivery(const std::string& name, std::string_view text) {
  const auto wrong = [&] {
    return base::fail(base::Code::data_loss, fmt::format("the delivery {} cannot be read", name));
  };
  const auto parsed = base::parse_json(text, {.depth_max = 2});
  if (!parsed || !parsed->value.is_object()) return wrong();
  const auto& from = parsed->value.get_object();
  Delivery out;
  out.name = name;
  out.id = text_of(from, "id");
  out.body = text_of(from, "body");
  out.error = text_of(from, "error");
  out.attempts = number_of(from, "attempts");
  out.round = number_of(from, "round");
  const auto due = base::parse_canonical_time(text_of(from, "due"));
  if (!due || out.id.empty() || out.body.empty()) return wrong();
  out.due = *due;
  return out;
}

}  // namespace countersign::notify
