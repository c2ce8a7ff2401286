#include "ledger/record/prepare.h"

#include "ledger/base/encoding.h"
#include "ledger/base/json.h"
#include "ledger/base/time.h"
#include "ledger/record/characters.h"
#include "ledger/record/plain_value.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace countersign::record {
namespace {

namespace json = boost::json;

constexpr std::size_t kFaultsMax = 16;
constexpr std::string_view kContentName = "content_sha256";
constexpr std::string_view kPlaceholder = "-------------------------------------------";
static_assert(kPlaceholder.size() == base::kDigestBase64UrlSize);

bool is_decimal(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto point = text.find('.');
  const auto whole = text.substr(0, point);
  if (whole.empty() || !std::all_of(whole.begin(), whole.end(), digit)) return false;
  if (whole.size() > 1 && whole.front() == '0') return false;
  if (point == std::string_view::npos) return true;
  const auto part = text.substr(point + 1);
  return !part.empty() && std::all_of(part.begin(), part.end(), digit);
}

bool is_attribute_name(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto more = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '-'; };
  return !name.empty() && name.size() <= kAttributeNameMax && letter(name.front()) &&
         std::all_of(name.begin(), name.end(), more);
}

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }
std::string_view view(json::string_view text) { return {text.data(), text.size()}; }

/// Writes one event while checking it; one use.
class Preparer {
 public:
  Preparer(const json::object& event, Vocabulary vocabulary, std::optional<std::string> raw,
           std::span<const std::string> not_personal)
      : event_(event), vocabulary_(vocabulary), raw_(std::move(raw)), not_personal_(not_personal) {}

  tl::expected<PreparedEvent, Faults> run(const Sender& sender, std::vector<std::string> redacted) {
    out_.source = sender.source;
    out_.proof = sender.proof;
    out_.redacted = std::move(redacted);
    refuse_unknown_members();
    write_members();
    check_size();
    if (!faults_.empty()) return tl::unexpected(std::move(faults_));
    return std::move(out_);
  }

 private:
  void fault(std::string path, std::string reason) {
    if (faults_.size() < kFaultsMax) faults_.push_back({std::move(path), std::move(reason)});
  }

  void check_size() {
    std::size_t plain = out_.json.size();
    for (const auto& personal : out_.personal) {
      if (personal.kind != Kind::raw) plain = plain + personal.value.size() - kPlaceholder.size();
    }
    if (plain > kEventBytesMax)
      return fault("", fmt::format("the event is larger than {} bytes", kEventBytesMax));
    std::size_t record = out_.json.size() + kRecordHeadMax;
    for (const auto& path : out_.redacted) record += path.size() + 3;
    if (record > kRecordBytesMax)
      fault("",
            fmt::format("a record of the event would pass {} bytes; send fewer attributes", kRecordBytesMax));
  }

  static std::string path_of(const EventField& field) {
    return field.object.empty() ? std::string(field.name) : fmt::format("{}.{}", field.object, field.name);
  }

  void refuse_unknown_members() {
    const auto known = [](std::string_view object, std::string_view name) {
      return std::any_of(kEventFields.begin(), kEventFields.end(), [&](const EventField& field) {
        if (is_raw(field)) return false;
        return object.empty() ? (field.object.empty() ? field.name == name : field.object == name)
                              : (field.object == object && field.name == name);
      });
    };
    for (const auto& member : event_) {
      const auto name = view(member.key());
      if (name == "attributes") continue;
      if (!known("", name)) {
        fault(shown(name), "unknown member; put what is your own under attributes");
        continue;
      }
      if (!member.value().is_object()) continue;
      for (const auto& inner : member.value().get_object()) {
        if (!known(name, view(inner.key())))
          fault(fmt::format("{}.{}", name, shown(view(inner.key()))),
                "unknown member; put what is your own under attributes");
      }
    }
  }

  /// A member's name as it may be shown: a name is the sender's text, so it is cut and cleaned.
  static std::string shown(std::string_view name) {
    std::string out;
    for (const char c : name.substr(0, 64))
      out.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c);
    return out;
  }

  void write_members() {
    out_.json.reserve(768);
    out_.json.push_back('{');
    for (std::size_t i = 0; i < kEventFields.size();) {
      const auto object = kEventFields[i].object;
      if (object.empty()) {
        write_top(kEventFields[i++]);
        continue;
      }
      const std::size_t begin = i;
      while (i < kEventFields.size() && kEventFields[i].object == object) ++i;
      write_object(object, begin, i);
    }
    write_attributes();
    out_.json.push_back('}');
  }

  void write_top(const EventField& field) {
    const auto* value = event_.if_contains(json::string_view(field.name.data(), field.name.size()));
    if (value == nullptr) return fault(std::string(field.name), "is required");
    if (field.name == "id" && value->is_string() && view(value->get_string()).starts_with(kContentIdPrefix))
      return write_content_id(view(value->get_string()));
    write_name(field.name);
    write_value(field, *value);
    if (field.name == "id" && value->is_string()) out_.id = view(value->get_string());
    if (field.name == "tenant" && value->is_string())
      out_.tenant = base::TenantId(std::string(view(value->get_string())));
  }

  void write_content_id(std::string_view id) {
    const auto digest = base::digest_from_hex(id.substr(kContentIdPrefix.size()));
    if (!digest)
      return fault("id", "that begins with content: must go on with the 64 hexadecimal digits of a SHA-256");
    content_ = *digest;
    write_name("id");
    out_.json.push_back('"');
    out_.json.append(kContentIdPrefix);
    out_.content_id = {static_cast<std::uint32_t>(out_.json.size()), 0};
    out_.json.append(kPlaceholder);
    out_.json.push_back('"');
  }

  void write_object(std::string_view name, std::size_t begin, std::size_t end) {
    const auto* value = event_.if_contains(json::string_view(name.data(), name.size()));
    const bool adds = raw_ && std::any_of(kEventFields.begin() + static_cast<std::ptrdiff_t>(begin),
                                          kEventFields.begin() + static_cast<std::ptrdiff_t>(end), is_raw);
    if (value != nullptr && !value->is_object()) return fault(std::string(name), "must be an object");
    if ((value == nullptr || value->get_object().empty()) && !adds) return;
    static const json::object kEmpty;
    const auto& object = value == nullptr ? kEmpty : value->get_object();
    write_name(name);
    out_.json.push_back('{');
    for (std::size_t i = begin; i < end; ++i) {
      const auto& field = kEventFields[i];
      if (is_raw(field)) {
        write_raw(field);
        continue;
      }
      const auto* member = object.if_contains(json::string_view(field.name.data(), field.name.size()));
      if (member == nullptr) continue;
      write_name(field.name);
      write_value(field, *member);
    }
    out_.json.push_back('}');
  }

  static bool is_raw(const EventField& field) { return field.personal == Kind::raw; }

  void write_raw(const EventField& field) {
    if (!raw_) return;
    if (raw_->size() > field.max)
      return fault(path_of(field), fmt::format("the payload is larger than {} bytes", field.max));
    write_name(field.name);
    write_personal(Kind::raw, std::move(*raw_));
  }

  void write_name(std::string_view name) {
    if (out_.json.back() != '{') out_.json.push_back(',');
    out_.json.push_back('"');
    out_.json.append(name);
    out_.json.append("\":");
  }

  void write_value(const EventField& field, const json::value& value) {
    if (const auto reason = why_wrong(field, value); !reason.empty()) return fault(path_of(field), reason);
    if (field.personal) return write_personal(*field.personal, std::string(view(value.get_string())));
    if (value.is_string()) return base::append_json_string(out_.json, view(value.get_string()));
    if (value.is_bool()) {
      out_.json.append(value.get_bool() ? "true" : "false");
    } else {
      out_.json.append(fmt::format_int(*whole(value)).c_str());
    }
  }

  void write_personal(Kind kind, std::string value) {
    out_.json.push_back('"');
    out_.personal.push_back({static_cast<std::uint32_t>(out_.json.size()), kind, std::move(value)});
    out_.json.append(kPlaceholder);
    out_.json.push_back('"');
  }

  static std::optional<std::uint64_t> whole(const json::value& value) {
    if (value.is_uint64()) return value.get_uint64();
    if (value.is_int64() && value.get_int64() >= 0) return static_cast<std::uint64_t>(value.get_int64());
    return std::nullopt;
  }

  /// Why a value is wrong for a field, or an empty text.
  std::string why_wrong(const EventField& field, const json::value& value) const {
    if (field.type == FieldType::integer) {
      const auto number = whole(value);
      if (number && *number >= field.min && *number <= field.max) return {};
      return fmt::format("must be a whole number from {} to {}", field.min, field.max);
    }
    if (field.type == FieldType::boolean) return value.is_bool() ? "" : "must be true or false";
    if (!value.is_string()) return "must be a string; leave the member out where there is no value";
    const auto text = view(value.get_string());
    switch (field.type) {
      case FieldType::text: {
        const auto length = characters_of(text);
        if (length < field.min || length > field.max)
          return fmt::format("must have {} to {} characters", field.min, field.max);
        return has_control_character(text) ? "must not contain control characters" : "";
      }
      case FieldType::time: {
        const auto parsed = base::parse_rfc3339(text);
        return parsed ? std::string() : parsed.error().message;
      }
      case FieldType::event_type:
        return one_of(text, vocabulary_ == Vocabulary::source ? event_types() : system_types());
      case FieldType::tenant: {
        if (vocabulary_ == Vocabulary::system && text == base::kSystemTenant) return {};
        const auto parsed = base::parse_tenant(text);
        return parsed ? std::string() : parsed.error().message;
      }
      case FieldType::purpose:
        return one_of(text, purposes());
      case FieldType::factor:
        return one_of(text, factors());
      case FieldType::decimal:
        return is_decimal(text) && text.size() <= field.max
                   ? ""
                   : "must be a decimal number in a string, such as \"0.0075\"";
      case FieldType::currency:
        return text.size() == 3 &&
                       std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; })
                   ? ""
                   : "must be an ISO 4217 code of three capital letters, such as \"EUR\"";
      default:
        return {};
    }
  }

  static std::string one_of(std::string_view text, std::span<const std::string_view> allowed) {
    if (std::find(allowed.begin(), allowed.end(), text) != allowed.end()) return {};
    return fmt::format("must be one of: {}", fmt::join(allowed, ", "));
  }

  void write_attributes() {
    const auto* value = event_.if_contains("attributes");
    if (value == nullptr && !content_) return;
    if (value != nullptr && !value->is_object()) return fault("attributes", "must be an object");
    const std::size_t before = out_.json.size();
    write_name("attributes");
    out_.json.push_back('{');
    const std::size_t begin = out_.json.size();
    if (content_) write_content();
    if (value != nullptr) write_named_attributes("attributes", value->get_object(), 1);
    out_.json.push_back('}');
    if (out_.json.size() - begin == 1) out_.json.resize(before);  // nothing but {}
  }

  void write_content() {
    if (const auto* own = event_.if_contains("attributes");
        own != nullptr &&
        own->get_object().contains(json::string_view(kContentName.data(), kContentName.size())))
      return fault(
          fmt::format("attributes.{}", kContentName),
          "is made here, for an event that is known by its content; give the attribute another name");
    out_.content_id->personal = out_.personal.size();
    write_name(kContentName);
    write_personal(Kind::attribute, fmt::format("\"{}\"", base::to_hex(content_->view())));
  }

  void write_named_attributes(const std::string& path, const json::object& members, std::size_t depth) {
    for (const auto& member : members) write_named_attribute(path, member, depth);
  }

  /// Whether the tenant says that what stands there is not personal. What is in objects of a list has an
  /// index in its path, which no policy can name.
  bool is_listed(const std::string& path) const {
    if (not_personal_.empty()) return false;
    constexpr std::string_view kBefore = "attributes.";
    return std::binary_search(not_personal_.begin(), not_personal_.end(),
                              std::string_view(path).substr(kBefore.size()));
  }

  void write_attribute(const std::string& path, const json::value& value, std::size_t depth, bool plain) {
    if (depth > kAttributeDepthMax && value.is_structured())
      return fault(path, fmt::format("attributes nest at most {} deep", kAttributeDepthMax));
    if (value.is_object()) {
      out_.json.push_back('{');
      write_named_attributes(path, value.get_object(), depth);
      out_.json.push_back('}');
    } else if (value.is_array()) {
      out_.json.push_back('[');
      std::size_t index = 0;
      for (const auto& element : value.get_array()) {
        if (index > 0) out_.json.push_back(',');
        write_attribute(fmt::format("{}[{}]", path, index++), element, depth + 1, plain);
      }
      out_.json.push_back(']');
    } else {
      if (++attributes_ > kAttributesMax) {
        if (attributes_ == kAttributesMax + 1)
          fault("attributes", fmt::format("holds more than {} values", kAttributesMax));
        return;
      }
      if (plain && stands_plain(value)) return write_plain(value);
      write_personal(Kind::attribute, json::serialize(value));
    }
  }

  void write_plain(const json::value& value) {
    if (value.is_string()) return base::append_json_string(out_.json, view(value.get_string()));
    out_.json.append(json::serialize(value));
  }

  void write_named_attribute(const std::string& path, const json::key_value_pair& member, std::size_t depth) {
    const auto name = view(member.key());
    if (!is_attribute_name(name))
      return fault(
          fmt::format("{}.{}", path, shown(name)),
          fmt::format("a name under attributes has 1 to {} of A-Z, a-z, 0-9, '_', '.' and '-' and begins "
                      "with a letter or '_': names are kept in the clear",
                      kAttributeNameMax));
    const std::string inner = fmt::format("{}.{}", path, name);
    if (names_a_secret(name)) {
      out_.redacted.push_back(inner);
      return;
    }
    write_name(name);
    write_attribute(inner, member.value(), depth + 1, is_listed(inner));
  }

  const json::object& event_;
  Vocabulary vocabulary_;
  std::optional<std::string> raw_;
  const std::span<const std::string> not_personal_;
  std::optional<base::Digest> content_;
  PreparedEvent out_;
  Faults faults_;
  std::size_t attributes_ = 0;
};

}  // namespace

std::string content_id(const base::Digest& digest) {
  return fmt::format("{}{}", kContentIdPrefix, base::to_hex(digest.view()));
}

tl::expected<PreparedEvent, Faults> prepare_event(const boost::json::object& event, const Sender& sender,
                                                  Vocabulary vocabulary, Addition addition) {
  return Preparer(event, vocabulary, std::move(addition.raw), addition.not_personal)
      .run(sender, std::move(addition.redacted));
}

}  // namespace countersign::record
