#include "collector/protocols/otlp_logs.pb.h"
#include "collector/protocols/otlp_record.h"
#include "collector/protocols/protobuf_shape.h"
#include "collector/protocols/trail.h"
#include "ledger/base/encoding.h"

#include <fmt/format.h>

#include <google/protobuf/io/coded_stream.h>

#include <limits>

namespace countersign::protocols {
namespace {

namespace json = boost::json;

constexpr std::size_t kFaultsMax = 16;

/// A record of a full batch may have so many attributes and inner values, on average.
constexpr std::size_t kMessagesPerEvent = 100;
/// Messages around a record's value, and in each level of it.
constexpr std::size_t kOuterDepth = 8, kDepthPerLevel = 3;

json::string_view view(const std::string& text) { return {text.data(), text.size()}; }

/// Reads the values of one record, and collects what is wrong with them.
class ValueReader {
 public:
  ValueReader(std::size_t depth_max, record::Faults& faults) : depth_max_(depth_max), faults_(faults) {}

  template <class KeyValues>
  json::object attributes(const KeyValues& list) {
    return key_values(list, Trail(kRoot, "attributes"), 1);
  }
  json::value body(const otlp::AnyValue& value) { return any_value(value, Trail(kRoot, "body"), 1); }

 private:
  template <class KeyValues>
  json::object key_values(const KeyValues& list, const Trail& trail, std::size_t depth) {
    json::object out;
    for (const auto& element : list) {
      const Trail inner(trail, element.key());
      if (out.contains(view(element.key()))) {
        fault(inner, "stands twice; which of them counts cannot be known");
      } else {
        out[view(element.key())] = any_value(element.value(), inner, depth);
      }
    }
    return out;
  }

  json::value any_value(const otlp::AnyValue& value, const Trail& trail, std::size_t depth) {
    switch (value.value_case()) {
      case otlp::AnyValue::kStringValue:
        return view(value.string_value());
      case otlp::AnyValue::kBoolValue:
        return value.bool_value();
      case otlp::AnyValue::kIntValue:
        return value.int_value();
      case otlp::AnyValue::kDoubleValue:
        return otlp_number(value.double_value());
      case otlp::AnyValue::kBytesValue:
        return json::value(base::to_base64(base::bytes_of(value.bytes_value())));
      case otlp::AnyValue::kArrayValue:
      case otlp::AnyValue::kKvlistValue:
        return structured(value, trail, depth);
      case otlp::AnyValue::VALUE_NOT_SET:
        break;
    }
    return {};
  }

  void fault(const Trail& trail, std::string reason) {
    if (faults_.size() < kFaultsMax) faults_.push_back({trail.spelled(), std::move(reason)});
  }

  json::value structured(const otlp::AnyValue& value, const Trail& trail, std::size_t depth) {
    if (depth > depth_max_) {
      fault(trail, fmt::format("values nest at most {} deep", depth_max_));
      return {};
    }
    if (value.has_kvlist_value()) return key_values(value.kvlist_value().values(), trail, depth + 1);
    json::array out;
    for (const auto& element : value.array_value().values())
      out.push_back(any_value(element, Trail(trail, out.size()), depth + 1));
    return out;
  }

  static inline const Trail kRoot;
  std::size_t depth_max_;
  record::Faults& faults_;
};

OtlpRecord record_of(const otlp::LogRecord& from, std::size_t depth_max) {
  OtlpRecord out;
  ValueReader values(depth_max, out.faults);
  out.time_unix_nano = from.time_unix_nano();
  out.observed_time_unix_nano = from.observed_time_unix_nano();
  out.severity_number = from.severity_number();
  out.severity_text = from.severity_text();
  out.event_name = from.event_name();
  out.trace_id = otlp_id(base::bytes_of(from.trace_id()), 16);
  out.span_id = otlp_id(base::bytes_of(from.span_id()), 8);
  out.body = values.body(from.body());
  out.attributes = values.attributes(from.attributes());
  return out;
}

OtlpCommon read_resource(const otlp::Resource& from, std::size_t depth_max) {
  record::Faults faults;
  const auto attributes = ValueReader(depth_max, faults).attributes(from.attributes());
  return resource_of(attributes, std::move(faults));
}

OtlpCommon read_scope(const otlp::InstrumentationScope& from, std::size_t depth_max) {
  record::Faults faults;
  const auto attributes = ValueReader(depth_max, faults).attributes(from.attributes());
  return scope_of(from.name(), from.version(), attributes, std::move(faults));
}

tl::unexpected<base::Problem> refuse(int status, std::string detail) {
  return tl::unexpected(base::Problem{status, "about:blank", std::move(detail)});
}

}  // namespace

tl::expected<std::vector<OtlpScopeLogs>, base::Problem> read_otlp_protobuf(std::string_view body,
                                                                           const ProtocolLimits& limits) {
  if (body.size() > std::numeric_limits<int>::max()) return refuse(413, "the request is larger than 2 GiB");
  const std::size_t depth_max = kOuterDepth + kDepthPerLevel * limits.depth_max;
  const auto shape = check_otlp_shape(body, {depth_max, kMessagesPerEvent * limits.events_max + 1000});
  if (!shape) return tl::unexpected(base::problem_of(shape.error()));
  google::protobuf::io::CodedInputStream input(reinterpret_cast<const std::uint8_t*>(body.data()),
                                               static_cast<int>(body.size()));
  input.SetRecursionLimit(static_cast<int>(depth_max) + 1);
  otlp::ExportLogsServiceRequest request;
  if (!request.ParseFromCodedStream(&input) || !input.ConsumedEntireMessage())
    return refuse(400, "invalid protobuf: it is no ExportLogsServiceRequest");
  std::vector<OtlpScopeLogs> out;
  std::size_t count = 0;
  for (const auto& logs : request.resource_logs()) {
    std::shared_ptr<const OtlpCommon> resource;
    for (const auto& scope_logs : logs.scope_logs()) {
      if (scope_logs.log_records().empty()) continue;
      count += static_cast<std::size_t>(scope_logs.log_records_size());
      if (count > limits.events_max)
        return refuse(413, fmt::format("the request holds more than {} log records; send fewer at once",
                                       limits.events_max));
      auto& into = out.emplace_back();
      if (!resource)
        resource = std::make_shared<const OtlpCommon>(read_resource(logs.resource(), limits.depth_max));
      into.resource = resource;
      into.scope = read_scope(scope_logs.scope(), limits.depth_max);
      into.records.reserve(static_cast<std::size_t>(scope_logs.log_records_size()));
      for (const auto& record : scope_logs.log_records())
        into.records.push_back(record_of(record, limits.depth_max));
    }
  }
  return out;
}

}  // namespace countersign::protocols
