#include "collector/endpoints/request.h"

#include "collector/endpoints/answer.h"
#include "collector/protocols/cloudevents.h"
#include "collector/signatures/form.h"

#include <fmt/format.h>

namespace countersign::endpoints {
namespace {

constexpr std::string_view kForm = "application/x-www-form-urlencoded";
constexpr std::size_t kFormPairsMax = 256;

bool is_form(std::string_view content_type) {
  const auto media_type = content_type.substr(0, content_type.find(';'));
  return http::same_name(media_type.substr(0, media_type.find_last_not_of(" \t") + 1), kForm);
}

/// A form's fields as an object of strings, which is how providers' adapters see it.
tl::expected<protocols::Items, base::Problem> read_form(std::string_view body) {
  const auto pairs = signatures::read_form(body, kFormPairsMax);
  if (!pairs)
    return tl::unexpected(
        base::Problem{400, "about:blank",
                      fmt::format("the form cannot be read: a bad percent-encoding, or more than {} fields",
                                  kFormPairsMax)});
  boost::json::object fields;
  record::Faults faults;
  for (const auto& [name, value] : *pairs) {
    if (!fields.emplace(name, value).second)
      faults.push_back({"", "a field stands twice; which of them counts cannot be known"});
  }
  protocols::Items messages;
  if (faults.empty()) {
    messages.push_back({std::move(fields), {}});
  } else {
    messages.push_back({std::move(faults), {}});
  }
  return messages;
}

std::vector<protocols::HeaderField> header_fields(const http::Request& request) {
  std::vector<protocols::HeaderField> fields;
  for (const auto& [name, value] : request.fields) fields.push_back({name, value});
  return fields;
}

/// The mode of a request that holds CloudEvents.
std::optional<protocols::CloudEventsMode> cloudevents_in(const http::Request& request) {
  const auto mode = protocols::cloudevents_mode(request.header("Content-Type"));
  if (mode != protocols::CloudEventsMode::binary) return mode;
  return protocols::has_cloudevents_fields(header_fields(request)) ? mode : std::nullopt;
}

tl::expected<protocols::Items, base::Problem> read_cloudevents(const http::Request& request,
                                                               protocols::CloudEventsMode mode,
                                                               const ingest::IngestLimits& limits) {
  std::string storage;
  std::string_view body;
  if (!request.body.empty() || mode != protocols::CloudEventsMode::binary) {
    const auto plain = ingest::plain_body(request.header("Content-Encoding"), request.body, limits, storage);
    if (!plain) return tl::unexpected(plain.error());
    body = *plain;
  }
  const auto within = protocol_limits(limits);
  switch (mode) {
    case protocols::CloudEventsMode::structured:
      return protocols::decode_structured(body, within);
    case protocols::CloudEventsMode::batch:
      return protocols::decode_batch(body, within);
    case protocols::CloudEventsMode::binary:
      break;
  }
  return protocols::decode_binary(header_fields(request), request.header("Content-Type"), body, within);
}

}  // namespace

std::string token_of(const http::RequestHead& head, std::string_view scheme) {
  const auto value = head.header("Authorization");
  if (value.size() <= scheme.size() || !http::same_name(value.substr(0, scheme.size()), scheme) ||
      value[scheme.size()] != ' ')
    return {};
  return std::string(value.substr(scheme.size() + 1));
}

std::optional<ingest::ShownCertificate> certificate_of(const http::RequestHead& head) {
  if (!head.certificate) return std::nullopt;
  const auto& shown = *head.certificate;
  return ingest::ShownCertificate{shown.sha256, shown.not_before, shown.not_after};
}

ingest::Credentials credentials_of(const http::RequestHead& head, std::string_view scheme) {
  return {token_of(head, scheme), certificate_of(head)};
}

signatures::SignedRequest signed_request(const http::Request& request) {
  signatures::SignedRequest out;
  out.method = request.method;
  out.path = request.path;
  out.query = request.query;
  out.body = request.body;
  out.header = [&request](std::string_view name) { return request.header(name); };
  const std::string host(request.header("Host"));
  out.urls = {"https://" + host, "http://" + host};
  return out;
}

protocols::ProtocolLimits protocol_limits(const ingest::IngestLimits& limits) {
  return {.events_max = limits.events_max, .depth_max = limits.depth_max};
}

tl::expected<protocols::Items, base::Problem> read_messages(const http::Request& request,
                                                            const ingest::IngestLimits& limits) {
  const auto type = request.header("Content-Type"), coding = request.header("Content-Encoding");
  if (const auto mode = cloudevents_in(request)) return read_cloudevents(request, *mode, limits);
  if (is_form(type)) {
    std::string storage;
    const auto plain = ingest::plain_body(coding, request.body, limits, storage);
    if (!plain) return tl::unexpected(plain.error());
    return read_form(*plain);
  }
  auto items = ingest::decode_body(type, coding, request.body, limits);
  if (!items) return tl::unexpected(items.error());
  protocols::Items messages;
  messages.reserve(items->size());
  for (auto& item : *items) messages.push_back({std::move(item), {}});
  return messages;
}

void take(ingest::IngestService& service, const ingest::Admitted& sender,
          tl::expected<protocols::Items, base::Problem> messages, const http::Respond& respond) {
  if (!messages) {
    service.count_refusal(sender, messages.error());
    return respond(answer(messages.error()));
  }
  service.take(sender, std::move(*messages),
               [respond](auto result) { respond(result ? answer(*result) : answer(result.error())); });
}

}  // namespace countersign::endpoints
