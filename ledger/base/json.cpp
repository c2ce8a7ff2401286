#include "ledger/base/json.h"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_stack.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_set>

namespace countersign::base {
namespace {

namespace json = boost::json;

/// Builds the value and, beside it, remembers the names met in each open object, which the value cannot tell
/// afterwards: Boost.JSON keeps the last of two members of one name.
class Handler {
 public:
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  // One arena for the whole document: it is read once and dropped as a whole.
  Handler() { stack_.reset(json::make_shared_resource<json::monotonic_resource>()); }

  json::value release() { return stack_.release(); }
  std::vector<std::string> take_duplicates() { return std::move(duplicates_); }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) { return open(Level::object); }
  bool on_array_begin(json::error_code&) { return open(Level::array); }
  bool on_object_end(std::size_t n, json::error_code&) {
    stack_.push_object(n);
    return close();
  }
  bool on_array_end(std::size_t n, json::error_code&) {
    stack_.push_array(n);
    return close();
  }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    key_.append(part.data(), part.size());
    stack_.push_chars(part);
    return true;
  }
  bool on_key(json::string_view part, std::size_t, json::error_code&) {
    key_.append(part.data(), part.size());
    stack_.push_key(part);
    Level& level = levels_.back();
    level.name = std::move(key_);
    key_.clear();
    if (!level.names.insert(level.name) && duplicates_.size() < 16) duplicates_.push_back(path());
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(json::string_view part, std::size_t, json::error_code&) {
    stack_.push_string(part);
    return element();
  }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t number, json::string_view, json::error_code&) {
    stack_.push_int64(number);
    return element();
  }
  bool on_uint64(std::uint64_t number, json::string_view, json::error_code&) {
    stack_.push_uint64(number);
    return element();
  }
  bool on_double(double number, json::string_view, json::error_code& error) {
    // 1e999 is well-formed, but what would be kept is an infinity, which JSON cannot spell.
    if (!std::isfinite(number)) {
      error = json::error::exponent_overflow;
      return false;
    }
    stack_.push_double(number);
    return element();
  }
  bool on_bool(bool flag, json::error_code&) {
    stack_.push_bool(flag);
    return element();
  }
  bool on_null(json::error_code&) {
    stack_.push_null();
    return element();
  }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  /// The names met in one object. Few are compared one by one, which is quickest; many are hashed, so that an
  /// object made to be slow is not.
  class Names {
   public:
    /// False where the name was there.
    bool insert(const std::string& name) {
      if (few_.size() < kFewMax) {
        if (std::find(few_.begin(), few_.end(), name) != few_.end()) return false;
        few_.push_back(name);
        return true;
      }
      if (many_.empty()) many_.insert(few_.begin(), few_.end());
      return many_.insert(name).second;
    }

   private:
    static constexpr std::size_t kFewMax = 24;
    std::vector<std::string> few_;
    std::unordered_set<std::string> many_;
  };

  struct Level {
    enum Kind { object, array } kind;
    Names names;
    std::string name;
    std::size_t index = 0;
  };

  bool open(Level::Kind kind) {
    levels_.push_back(Level{kind, {}, {}, 0});
    return true;
  }
  bool close() {
    levels_.pop_back();
    return element();
  }
  bool element() {
    if (!levels_.empty() && levels_.back().kind == Level::array) ++levels_.back().index;
    return true;
  }
  std::string path() const {
    std::string out;
    for (const auto& level : levels_) {
      if (level.kind == Level::array) {
        out += fmt::format("[{}]", level.index);
      } else {
        if (!out.empty()) out += '.';
        out += level.name;
      }
    }
    return out;
  }

  json::value_stack stack_;
  std::vector<Level> levels_;
  std::string key_;
  std::vector<std::string> duplicates_;
};

}  // namespace

Result<ParsedJson> parse_json(std::string_view text, const JsonLimits& limits) {
  json::parse_options options;
  options.max_depth = limits.depth_max;
  json::basic_parser<Handler> parser(options);
  json::error_code error;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
  if (!error && used < text.size()) error = json::error::extra_data;
  if (error) {
    return fail(Code::invalid_argument,
                fmt::format("not valid JSON at byte {}: {}", used,
                            error == json::error::too_deep ? "nested too deep" : error.message()));
  }
  ParsedJson parsed;
  parsed.value = parser.handler().release();
  parsed.duplicates = parser.handler().take_duplicates();
  return parsed;
}

void append_json_string(std::string& out, std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  out.push_back('"');
  std::size_t clean = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, clean, i - clean);
    clean = i + 1;
    out.push_back('\\');
    switch (c) {
      case '"':
        out.push_back('"');
        break;
      case '\\':
        out.push_back('\\');
        break;
      case '\b':
        out.push_back('b');
        break;
      case '\f':
        out.push_back('f');
        break;
      case '\n':
        out.push_back('n');
        break;
      case '\r':
        out.push_back('r');
        break;
      case '\t':
        out.push_back('t');
        break;
      default:
        out.append("u00");
        out.push_back(kDigits[c >> 4]);
        out.push_back(kDigits[c & 15]);
    }
  }
  out.append(text, clean, std::string::npos);
  out.push_back('"');
}

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

namespace {

void append_indented(std::string& out, const json::value& value, std::size_t depth) {
  const auto line = [&](std::size_t level) { out.append("\n").append(2 * level, ' '); };
  if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
    char before = '{';
    for (const auto& member : *object) {
      out.push_back(before);
      before = ',';
      line(depth + 1);
      append_json_string(out, {member.key().data(), member.key().size()});
      out.append(": ");
      append_indented(out, member.value(), depth + 1);
    }
    line(depth);
    out.push_back('}');
  } else if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
    char before = '[';
    for (const auto& one : *array) {
      out.push_back(before);
      before = ',';
      line(depth + 1);
      append_indented(out, one, depth + 1);
    }
    line(depth);
    out.push_back(']');
  } else if (const auto* text = value.if_string()) {
    append_json_string(out, {text->data(), text->size()});
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

std::string to_indented(const json::value& value) {
  std::string out;
  append_indented(out, value, 0);
  out.push_back('\n');
  return out;
}

}  // namespace countersign::base
