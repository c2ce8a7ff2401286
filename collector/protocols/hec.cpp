#include "collector/protocols/hec.h"

#include "collector/protocols/attributes.h"
#include "collector/protocols/epoch_time.h"
#include "collector/protocols/json_cutter.h"
#include "collector/protocols/text_line.h"
#include "ledger/base/json.h"
#include "ledger/crypto/digest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace countersign::protocols {
namespace {

namespace json = boost::json;

struct Answer {
  HecCode code;
  int status;
  std::string_view text;
};

constexpr std::array<Answer, 10> kAnswers{{
    {HecCode::success, 200, "Success"},
    {HecCode::token_required, 401, "Token is required"},
    {HecCode::invalid_authorization, 401, "Invalid authorization"},
    {HecCode::invalid_token, 403, "Invalid token"},
    {HecCode::no_data, 400, "No data"},
    {HecCode::invalid_data_format, 400, "Invalid data format"},
    {HecCode::internal_error, 500, "Internal server error"},
    {HecCode::server_busy, 503, "Server is busy"},
    {HecCode::event_required, 400, "Event field is required"},
    {HecCode::event_blank, 400, "Event field cannot be blank"},
}};

const Answer& answer_of(HecCode code) {
  const auto* found = std::find_if(kAnswers.begin(), kAnswers.end(),
                                   [code](const Answer& answer) { return answer.code == code; });
  return found == kAnswers.end() ? answer_of(HecCode::internal_error) : *found;
}

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }
std::string_view view(json::string_view text) { return {text.data(), text.size()}; }

std::string_view text_of(const json::object& object, json::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? view(value->get_string()) : std::string_view();
}

/// Reads one element of a body; `number` is its place.
class EventReader {
 public:
  EventReader(std::size_t number, std::size_t depth_max) : number_(number), depth_max_(depth_max) {}

  tl::expected<Message, HecRefusal> read(std::string_view text) {
    // One level more than an event may have: the element itself.
    auto parsed = base::parse_json(text, {.depth_max = depth_max_ + 1});
    if (!parsed) return refuse(HecCode::invalid_data_format, parsed.error().message);
    auto item = item_of(std::move(*parsed));
    if (auto* faults = std::get_if<record::Faults>(&item)) return Message{std::move(*faults), {}};
    auto& value = std::get<json::value>(item);
    if (!value.is_object()) return refuse(HecCode::invalid_data_format, "must be a JSON object");
    auto& element = value.get_object();
    auto envelope = read_envelope(element, text);
    if (!envelope) return tl::unexpected(std::move(envelope.error()));
    auto payload = read_payload(element, *envelope);
    if (!payload) return tl::unexpected(std::move(payload.error()));
    return Message{std::move(*payload), std::move(*envelope)};
  }

 private:
  tl::unexpected<HecRefusal> refuse(HecCode code, std::string_view why) const {
    return tl::unexpected(
        HecRefusal{code,
                   number_,
                   {protocols::http_status(code), "about:blank", fmt::format("event {}: {}", number_, why)}});
  }

  tl::expected<Envelope, HecRefusal> read_envelope(const json::object& element, std::string_view text) const {
    Envelope out;
    out.id = record::content_id(crypto::sha256(text));
    if (const auto* time = element.if_contains("time"); time != nullptr && !time->is_null()) {
      out.time = time_of_epoch(*time);
      if (!out.time)
        return refuse(HecCode::invalid_data_format, "time: must be seconds or milliseconds since 1970");
    }
    if (const auto* fields = element.if_contains("fields"); fields != nullptr && !fields->is_null()) {
      if (!fields->is_object()) return refuse(HecCode::invalid_data_format, "fields: must be a JSON object");
      for (const auto& field : fields->get_object())
        add_attribute(out.attributes, view(field.key()), field.value());
    }
    return out;
  }

  tl::expected<Item, HecRefusal> read_payload(json::object& element, const Envelope& envelope) const {
    auto* event = element.if_contains("event");
    if (event == nullptr || event->is_null())
      return refuse(HecCode::event_required, "the member \"event\" is required");
    if (event->is_object()) return Item(std::move(*event));
    if (!event->is_string())
      return refuse(HecCode::invalid_data_format, "event: must be a JSON object or a string");
    const auto line = view(event->get_string());
    if (line.find_first_not_of(" \t\r\n") == std::string_view::npos)
      return refuse(HecCode::event_blank, "the member \"event\" must not be blank");
    const auto source = text_of(element, "source");
    return item_of_text(line,
                        {envelope.id.value_or(""), envelope.time.value_or(""), text_of(element, "host"),
                         source.empty() ? text_of(element, "sourcetype") : source},
                        depth_max_);
  }

  std::size_t number_;
  std::size_t depth_max_;
};

tl::unexpected<HecRefusal> refuse_body(HecCode code, int status, std::optional<std::size_t> number,
                                       std::string detail) {
  return tl::unexpected(HecRefusal{code, number, {status, "about:blank", std::move(detail)}});
}

}  // namespace

tl::expected<Items, HecRefusal> decode_hec(std::string_view body, const ProtocolLimits& limits) {
  Items items;
  JsonCutter cutter(body, JsonCutter::Form::sequence);
  while (true) {
    const auto text = cutter.next();
    if (!text) return refuse_body(HecCode::invalid_data_format, 400, items.size(), text.error().message);
    if (!*text) break;
    if (items.size() == limits.events_max)
      return refuse_body(
          HecCode::invalid_data_format, 413, std::nullopt,
          fmt::format("the body holds more than {} events; send fewer at once", limits.events_max));
    auto message = EventReader(items.size(), limits.depth_max).read(**text);
    if (!message) return tl::unexpected(std::move(message.error()));
    items.push_back(std::move(*message));
  }
  if (items.empty()) return refuse_body(HecCode::no_data, 400, std::nullopt, "the body holds no event");
  return items;
}

int http_status(HecCode code) { return answer_of(code).status; }

std::string encode_hec_answer(HecCode code, std::optional<std::size_t> event_number) {
  const auto& answer = answer_of(code);
  const auto number = event_number ? fmt::format(",\"invalid-event-number\":{}", *event_number) : "";
  return fmt::format("{{\"text\":\"{}\",\"code\":{}{}}}", answer.text, static_cast<int>(answer.code), number);
}

std::string encode_hec_refusal(std::string_view text) {
  std::string out = "{\"text\":";
  base::append_json_string(out, text);
  return out + fmt::format(",\"code\":{}}}", static_cast<int>(HecCode::invalid_data_format));
}

}  // namespace countersign::protocols
