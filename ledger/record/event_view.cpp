#include "ledger/record/event_view.h"

#include "ledger/base/encoding.h"
#include "ledger/record/spelling.h"

#include <fmt/format.h>

#include <cstring>

namespace countersign::record {
namespace {

using base::Code;

template <class Word>
Word word_at(const char* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// Whether two texts of `size` bytes, four or more, are the same. Names are short, and a call of memcmp costs
/// more than they do.
bool same(const char* a, const char* b, std::size_t size) {
  if (size < 8) {
    return word_at<std::uint32_t>(a) == word_at<std::uint32_t>(b) &&
           word_at<std::uint32_t>(a + size - 4) == word_at<std::uint32_t>(b + size - 4);
  }
  for (std::size_t i = 0; i + 8 < size; i += 8) {
    if (word_at<std::uint64_t>(a + i) != word_at<std::uint64_t>(b + i)) return false;
  }
  return word_at<std::uint64_t>(a + size - 8) == word_at<std::uint64_t>(b + size - 8);
}

/// Walks the compact JSON that prepare_event writes.
class Walker {
 public:
  explicit Walker(std::string_view text) : text_(text) {}

  /// A text of four bytes or more.
  bool literal(std::string_view expected) {
    if (text_.size() - at_ < expected.size() || !same(text_.data() + at_, expected.data(), expected.size()))
      return false;
    at_ += expected.size();
    return true;
  }
  bool literal(char expected) {
    if (at_ >= text_.size() || text_[at_] != expected) return false;
    ++at_;
    return true;
  }
  /// A value as prepare_event writes it for a member of that type.
  bool value(FieldType type, std::string_view& out) {
    const std::size_t begin = at_;
    const bool good = type == FieldType::integer   ? whole_number()
                      : type == FieldType::boolean ? literal("true") || literal("false")
                                                   : skip_json_string(text_, at_);
    out = text_.substr(begin, at_ - begin);
    return good;
  }
  std::size_t at() const { return at_; }
  bool done() const { return at_ == text_.size(); }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

 private:
  bool whole_number() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return at_ > begin && (text_[begin] != '0' || at_ == begin + 1);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

auto bad(const Walker& walker) {
  return base::fail(Code::data_loss,
                    fmt::format("not an event of a record: byte {} is not as it must be", walker.at()));
}

/// How a record spells the names of the members and objects of kEventFields: `"name":`.
struct Names {
  Names() {
    for (std::size_t i = 0; i < kEventFieldCount; ++i) {
      member[i] = fmt::format("\"{}\":", kEventFields[i].name);
      object[i] = fmt::format("\"{}\":", kEventFields[i].object);
    }
  }
  std::array<std::string, kEventFieldCount> member;
  std::array<std::string, kEventFieldCount> object;
};
const Names kNames;

std::size_t end_of_object(std::size_t i) {
  const auto object = kEventFields[i].object;
  while (i < kEventFieldCount && kEventFields[i].object == object) ++i;
  return i;
}

/// Members of one object in table order, `i` to `end` of kEventFields, up to its closing brace.
bool read_members(Walker& walker, std::size_t i, std::size_t end, EventView& view) {
  do {
    while (i < end && !walker.literal(kNames.member[i])) ++i;
    if (i == end || !walker.value(kEventFields[i].type, view.raw[i])) return false;
    ++i;
  } while (walker.literal(','));
  return walker.literal('}');
}

/// A value that is not personal, as prepare_event writes it where it is no string.
bool plain_value(Walker& walker) {
  std::string_view value;
  const bool negative = walker.literal('-');
  if (negative && walker.peek() == '0') return false;
  const bool number = negative || (walker.peek() >= '0' && walker.peek() <= '9');
  return walker.value(number ? FieldType::integer : FieldType::boolean, value);
}

/// Walks arrays, objects, tokens and plain values below `attributes`; `visit` gets each token. A string as
/// long as a token is one.
bool walk_attributes(Walker& walker, int depth, const std::function<void(const TokenAt&)>* visit) {
  if (depth > static_cast<int>(kAttributeDepthMax) + 2) return false;
  if (walker.peek() == '"') {
    std::string_view value;
    if (!walker.value(FieldType::text, value)) return false;
    if (visit != nullptr && value.size() == base::kDigestBase64UrlSize + 2)
      (*visit)({Kind::attribute, value.substr(1, base::kDigestBase64UrlSize)});
    return true;
  }
  if (walker.peek() != '{' && walker.peek() != '[') return plain_value(walker);
  const bool object = walker.peek() == '{';
  if (!walker.literal(object ? '{' : '[')) return false;
  const char close = object ? '}' : ']';
  if (walker.literal(close)) return true;
  do {
    std::string_view name;
    if (object && !(walker.value(FieldType::text, name) && walker.literal(':'))) return false;
    if (!walk_attributes(walker, depth + 1, visit)) return false;
  } while (walker.literal(','));
  return walker.literal(close);
}

void append_utf8(std::string& out, std::uint32_t point) {
  if (point < 0x80) {
    out.push_back(static_cast<char>(point));
  } else if (point < 0x800) {
    out.push_back(static_cast<char>(0xC0 | (point >> 6)));
    out.push_back(static_cast<char>(0x80 | (point & 0x3F)));
  } else if (point < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | (point >> 12)));
    out.push_back(static_cast<char>(0x80 | ((point >> 6) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (point & 0x3F)));
  } else {
    out.push_back(static_cast<char>(0xF0 | (point >> 18)));
    out.push_back(static_cast<char>(0x80 | ((point >> 12) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | ((point >> 6) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (point & 0x3F)));
  }
}

}  // namespace

std::string_view EventView::plain(Field field) const {
  const auto value = raw[field];
  return value.size() >= 2 && value.front() == '"' ? value.substr(1, value.size() - 2) : std::string_view{};
}

std::string EventView::text(Field field) const {
  const auto value = raw[field];
  if (value.empty() || value.front() != '"') return std::string(value);
  return unescape_json(value);
}

base::Result<EventView> read_event(std::string_view event) {
  EventView view;
  Walker walker(event);
  if (!walker.literal('{')) return bad(walker);
  std::size_t i = 0;
  for (; kEventFields[i].object.empty(); ++i) {
    if (i > 0 && !walker.literal(',')) return bad(walker);
    if (!walker.literal(kNames.member[i]) || !walker.value(kEventFields[i].type, view.raw[i]))
      return bad(walker);
  }
  while (walker.literal(',')) {
    if (walker.literal("\"attributes\":")) {
      const std::size_t begin = walker.at();
      if (walker.peek() != '{' || !walk_attributes(walker, 0, nullptr)) return bad(walker);
      view.attributes = event.substr(begin, walker.at() - begin);
      break;
    }
    while (i < kEventFieldCount && !walker.literal(kNames.object[i])) i = end_of_object(i);
    if (i == kEventFieldCount) return bad(walker);
    const std::size_t end = end_of_object(i);
    if (!walker.literal('{') || !read_members(walker, i, end, view)) return bad(walker);
    i = end;
  }
  if (!walker.literal('}') || !walker.done()) return bad(walker);
  return view;
}

base::Result<void> for_each_token(const EventView& event, const std::function<void(const TokenAt&)>& visit) {
  for (std::size_t i = 0; i < kEventFieldCount; ++i) {
    if (!kEventFields[i].personal || event.raw[i].empty()) continue;
    const auto token = event.plain(static_cast<Field>(i));
    if (token.size() != base::kDigestBase64UrlSize)
      return base::fail(Code::data_loss, fmt::format("no token stands in {}.{}", kEventFields[i].object,
                                                     kEventFields[i].name));
    visit({*kEventFields[i].personal, token});
  }
  if (event.attributes.empty()) return {};
  Walker walker(event.attributes);
  if (!walk_attributes(walker, 0, &visit)) return bad(walker);
  return {};
}

std::string unescape_json(std::string_view quoted) {
  std::string out;
  if (quoted.size() < 2) return out;
  const auto inside = quoted.substr(1, quoted.size() - 2);
  out.reserve(inside.size());
  const auto hex4 = [&](std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t k = at; k < at + 4 && k < inside.size(); ++k) {
      const char c = inside[k];
      value = value * 16 + static_cast<std::uint32_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return value;
  };
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] != '\\' || i + 1 >= inside.size()) {
      out.push_back(inside[i]);
      continue;
    }
    switch (inside[++i]) {
      case 'b':
        out.push_back('\b');
        break;
      case 'f':
        out.push_back('\f');
        break;
      case 'n':
        out.push_back('\n');
        break;
      case 'r':
        out.push_back('\r');
        break;
      case 't':
        out.push_back('\t');
        break;
      case 'u': {
        std::uint32_t point = hex4(i + 1);
        i += 4;
        if (point >= 0xD800 && point < 0xDC00 && inside.substr(i + 1, 2) == "\\u") {
          point = 0x10000 + ((point - 0xD800) << 10) + (hex4(i + 3) - 0xDC00);
          i += 6;
        }
        append_utf8(out, point);
        break;
      }
      default:
        out.push_back(inside[i]);
    }
  }
  return out;
}

}  // namespace countersign::record
