#include "collector/protocols/attributes.h"
#include "collector/protocols/otlp_record.h"
#include "collector/protocols/trail.h"
#include "ledger/base/encoding.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>

/// The JSON encoding: proto3's JSON mapping with lowerCamelCase names, 64-bit integers as strings or numbers,
/// trace and span ids in hexadecimal, enum values as numbers, and unknown members ignored
/// (specification.md, "JSON Protobuf Encoding"). A null is a member that is not there.
namespace countersign::protocols {
namespace {

namespace json = boost::json;

constexpr std::size_t kFaultsMax = 16;

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }
std::string_view view(json::string_view text) { return {text.data(), text.size()}; }
json::string_view view(std::string_view text) { return {text.data(), text.size()}; }

/// The document has the wrong shape. Thrown within this file, caught in read_otlp_json.
struct Misshapen {
  std::string path;
  std::string reason;
};

/// A value and where it stands, to be named when it is not what it should be. Lives as long as the nodes that
/// it gives.
class Node {
 public:
  explicit Node(const json::value& root) : value_(&root) {}

  [[noreturn]] void reject(std::string reason) const { throw Misshapen{trail_.spelled(), std::move(reason)}; }

  const json::value& value() const { return *value_; }

  const json::object& object() const {
    if (!value_->is_object()) reject("must be a JSON object");
    return value_->get_object();
  }

  /// Absent where there is none, or null. `name` outlives the node.
  std::optional<Node> member(std::string_view name) const {
    const auto* found = object().if_contains(view(name));
    if (found == nullptr || found->is_null()) return std::nullopt;
    return Node(*found, Trail(trail_, name));
  }

  /// Calls `visit` with each element of a repeated field, which may be left out.
  template <class Visit>
  void each(std::string_view name, Visit visit) const {
    const auto field = member(name);
    if (!field) return;
    if (!field->value().is_array()) field->reject("must be an array");
    std::size_t index = 0;
    for (const auto& element : field->value().get_array())
      visit(Node(element, Trail(field->trail_, index++)));
  }

  std::string text(std::string_view name) const {
    const auto field = member(name);
    if (!field) return {};
    if (!field->value().is_string()) field->reject("must be a string");
    return std::string(view(field->value().get_string()));
  }

  template <class Integer>
  Integer integer(std::string_view name) const {
    const auto field = member(name);
    return field ? field->template as_integer<Integer>() : Integer{0};
  }

  template <class Integer>
  Integer as_integer() const {
    using Limits = std::numeric_limits<Integer>;
    if (value_->is_string()) {
      const auto digits = view(value_->get_string());
      Integer number = 0;
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
      if (!digits.empty() && error == std::errc() && end == digits.data() + digits.size()) return number;
    }
    if (value_->is_int64() && std::in_range<Integer>(value_->get_int64()))
      return static_cast<Integer>(value_->get_int64());
    if (value_->is_uint64() && std::in_range<Integer>(value_->get_uint64()))
      return static_cast<Integer>(value_->get_uint64());
    reject(fmt::format("must be a whole number from {} to {}, as a number or in a string", Limits::min(),
                       Limits::max()));
  }

  /// An id of `size` bytes in hexadecimal.
  std::string id(std::string_view name, std::size_t size) const {
    const auto bytes = base::from_hex(text(name));
    return bytes ? otlp_id(*bytes, size) : std::string();
  }

 private:
  Node(const json::value& value, const Trail& trail) : value_(&value), trail_(trail) {}

  const json::value* value_;
  Trail trail_;
};

/// Reads the values of one record, and collects what is wrong with them.
class ValueReader {
 public:
  ValueReader(std::size_t depth_max, record::Faults& faults) : depth_max_(depth_max), faults_(faults) {}

  json::object attributes(const Node& holder) {
    return key_values(holder, "attributes", Trail(kRoot, "attributes"), 1);
  }
  json::value body(const Node& node) { return any_value(node, Trail(kRoot, "body"), 1); }

 private:
  json::value any_value(const Node& node, const Trail& trail, std::size_t depth) {
    std::optional<json::value> out;
    for (const auto& member : node.object()) {
      if (member.value().is_null()) continue;
      const auto name = view(member.key());
      auto value = read(name, *node.member(name), trail, depth);
      if (!value) continue;
      if (out) node.reject("must hold one value");
      out = std::move(value);
    }
    return out ? *std::move(out) : json::value();
  }

  void fault(const Trail& trail, std::string reason) {
    if (faults_.size() < kFaultsMax) faults_.push_back({trail.spelled(), std::move(reason)});
  }

  /// Absent: a member that is not known.
  std::optional<json::value> read(std::string_view name, const Node& node, const Trail& trail,
                                  std::size_t depth) {
    if (name == "stringValue") {
      if (!node.value().is_string()) node.reject("must be a string");
      return node.value();
    }
    if (name == "boolValue") {
      if (!node.value().is_bool()) node.reject("must be true or false");
      return node.value();
    }
    if (name == "intValue") return json::value(node.as_integer<std::int64_t>());
    if (name == "doubleValue") return number(node);
    if (name == "bytesValue") return bytes(node);
    if (name != "arrayValue" && name != "kvlistValue") return std::nullopt;
    if (depth > depth_max_) {
      fault(trail, fmt::format("values nest at most {} deep", depth_max_));
      return json::value();
    }
    if (name == "kvlistValue") return json::value(key_values(node, "values", trail, depth + 1));
    json::array out;
    node.each("values", [&](const Node& element) {
      out.push_back(any_value(element, Trail(trail, out.size()), depth + 1));
    });
    return json::value(std::move(out));
  }

  static json::value number(const Node& node) {
    const auto& value = node.value();
    if (value.is_double()) return value;
    if (value.is_int64()) return static_cast<double>(value.get_int64());
    if (value.is_uint64()) return static_cast<double>(value.get_uint64());
    if (value.is_string()) {
      const auto text = view(value.get_string());
      if (text == "NaN" || text == "Infinity" || text == "-Infinity") return value;
      double parsed = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parsed);
      if (!text.empty() && error == std::errc() && end == text.data() + text.size())
        return otlp_number(parsed);
    }
    node.reject("must be a number, or \"NaN\", \"Infinity\" or \"-Infinity\"");
  }

  static json::value bytes(const Node& node) {
    if (!node.value().is_string()) node.reject("must be a string");
    const auto text = view(node.value().get_string());
    auto decoded = base::from_base64(text);
    if (!decoded) decoded = base::from_base64url(text);
    if (!decoded) node.reject("must be base64");
    return json::value(base::to_base64(*decoded));
  }

  json::object key_values(const Node& holder, std::string_view name, const Trail& trail, std::size_t depth) {
    json::object out;
    holder.each(name, [&](const Node& element) {
      const auto key = element.text("key");
      const Trail inner(trail, key);
      if (out.contains(key)) return fault(inner, "stands twice; which of them counts cannot be known");
      const auto value = element.member("value");
      out[key] = value ? any_value(*value, inner, depth) : json::value();
    });
    return out;
  }

  static inline const Trail kRoot;
  std::size_t depth_max_;
  record::Faults& faults_;
};

class RequestReader {
 public:
  explicit RequestReader(const ProtocolLimits& limits) : limits_(limits) {}

  std::vector<OtlpScopeLogs> read(const json::value& document) {
    Node(document).each("resourceLogs", [&](const Node& logs) { read_resource(logs); });
    return std::move(out_);
  }
  bool too_many() const { return count_ > limits_.events_max; }

 private:
  void read_resource(const Node& logs) {
    json::object attributes;
    record::Faults faults;
    if (const auto resource = logs.member("resource"))
      attributes = ValueReader(limits_.depth_max, faults).attributes(*resource);
    const auto resource = std::make_shared<const OtlpCommon>(resource_of(attributes, std::move(faults)));
    logs.each("scopeLogs", [&](const Node& scope_logs) { read_scope(scope_logs, resource); });
  }

  void read_scope(const Node& logs, const std::shared_ptr<const OtlpCommon>& resource) {
    OtlpScopeLogs out;
    out.resource = resource;
    json::object attributes;
    record::Faults faults;
    std::string name, version;
    if (const auto scope = logs.member("scope")) {
      name = scope->text("name");
      version = scope->text("version");
      attributes = ValueReader(limits_.depth_max, faults).attributes(*scope);
    }
    out.scope = scope_of(name, version, attributes, std::move(faults));
    logs.each("logRecords", [&](const Node& record) {
      if (++count_ <= limits_.events_max) out.records.push_back(read_record(record));
    });
    if (!out.records.empty()) out_.push_back(std::move(out));
  }

  OtlpRecord read_record(const Node& node) const {
    OtlpRecord out;
    ValueReader values(limits_.depth_max, out.faults);
    out.time_unix_nano = node.integer<std::uint64_t>("timeUnixNano");
    out.observed_time_unix_nano = node.integer<std::uint64_t>("observedTimeUnixNano");
    out.severity_number = node.integer<std::int32_t>("severityNumber");
    out.severity_text = node.text("severityText");
    out.event_name = node.text("eventName");
    out.trace_id = node.id("traceId", 16);
    out.span_id = node.id("spanId", 8);
    if (const auto body = node.member("body")) out.body = values.body(*body);
    out.attributes = values.attributes(node);
    return out;
  }

  const ProtocolLimits& limits_;
  std::vector<OtlpScopeLogs> out_;
  std::size_t count_ = 0;
};

tl::unexpected<base::Problem> refuse(int status, std::string detail) {
  return tl::unexpected(base::Problem{status, "about:blank", std::move(detail)});
}

}  // namespace

tl::expected<std::vector<OtlpScopeLogs>, base::Problem> read_otlp_json(std::string_view body,
                                                                       const ProtocolLimits& limits) {
  // A record's value begins ten levels deep, and each level of it takes four; one level too many is still
  // read, for it is a fault of its record only.
  auto parsed = base::parse_json(body, {.depth_max = 10 + 4 * (limits.depth_max + 1)});
  if (!parsed) return tl::unexpected(base::problem_of(parsed.error()));
  if (!parsed->duplicates.empty())
    return refuse(400, fmt::format("{}: stands twice; which of them counts cannot be known",
                                   shown_path(parsed->duplicates.front())));
  try {
    RequestReader reader(limits);
    auto out = reader.read(parsed->value);
    if (reader.too_many())
      return refuse(413, fmt::format("the request holds more than {} log records; send fewer at once",
                                     limits.events_max));
    return out;
  } catch (const Misshapen& wrong) {
    return refuse(400, wrong.path.empty() ? "the body " + wrong.reason
                                          : fmt::format("{}: {}", wrong.path, wrong.reason));
  }
}

}  // namespace countersign::protocols
