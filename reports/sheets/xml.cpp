#include "reports/sheets/xml.h"

#include <fmt/format.h>

#include <expat.h>

#include <cctype>
#include <cstring>
#include <new>

namespace countersign::sheets {
namespace {

using base::Code;
using base::fail;

constexpr std::size_t kDepthMax = 64;
constexpr std::uint64_t kTokenBytesMax = 1 << 20;
constexpr std::size_t kFeedBytesMax = 256 << 10;
// What expat puts between the parts of a name. It refuses names that have one of themselves.
constexpr char kBetween = '\n';

constexpr std::string_view kRelationIds[] = {
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships"};

Space space_of(std::string_view uri) {
  if (uri == "http://schemas.openxmlformats.org/spreadsheetml/2006/main" ||
      uri == "http://purl.oclc.org/ooxml/spreadsheetml/main")
    return Space::main;
  if (uri == "http://schemas.openxmlformats.org/package/2006/content-types") return Space::content_types;
  if (uri == "http://schemas.openxmlformats.org/package/2006/relationships") return Space::relations;
  if (uri == "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main") return Space::x14;
  if (uri == "http://schemas.microsoft.com/office/excel/2006/main") return Space::xm;
  return Space::other;
}

/// Takes `uri\nlocal\nprefix` apart.
Tag tag_of(const char* name) {
  Tag tag;
  const std::string_view whole(name);
  const auto first = whole.find(kBetween);
  if (first == std::string_view::npos) {
    tag.name = whole;
    return tag;
  }
  const auto second = whole.find(kBetween, first + 1);
  tag.space = space_of(whole.substr(0, first));
  tag.name = whole.substr(first + 1, second == std::string_view::npos ? second : second - first - 1);
  if (second != std::string_view::npos) tag.prefix = whole.substr(second + 1);
  return tag;
}

bool is_known_encoding(std::string_view name) {
  std::string upper;
  for (const char c : name) upper.push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
  return upper == "UTF-8" || upper == "UTF-16" || upper == "UTF8";
}

}  // namespace

std::string shown(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 100)) out.push_back(c < 0x20 || c > 0x7E ? '?' : c);
  return out;
}

std::optional<std::string_view> Tag::attribute(std::string_view wanted) const {
  for (auto at = attributes; at != nullptr && *at != nullptr; at += 2) {
    if (wanted == *at) return std::string_view(at[1]);
  }
  return std::nullopt;
}

std::optional<std::string_view> Tag::relation() const {
  for (auto at = attributes; at != nullptr && *at != nullptr; at += 2) {
    const std::string_view whole(*at);
    const auto cut = whole.find(kBetween);
    if (cut == std::string_view::npos ||
        (whole.substr(cut + 1) != "id" && !whole.substr(cut + 1).starts_with("id\n")))
      continue;
    for (const auto uri : kRelationIds) {
      if (whole.substr(0, cut) == uri) return std::string_view(at[1]);
    }
  }
  return std::nullopt;
}

bool Tag::flag(std::string_view wanted) const {
  const auto value = attribute(wanted);
  return value && (*value == "1" || *value == "true" || *value == "on");
}

struct XmlReader::Impl {
  Impl(std::string_view name, XmlHandler& wanted) : part(shown(name)), handler(wanted) {
    parser = XML_ParserCreateNS(nullptr, kBetween);
    if (parser == nullptr) throw std::bad_alloc();
    XML_SetReturnNSTriplet(parser, 1);
    XML_SetUserData(parser, this);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    XML_SetXmlDeclHandler(parser, on_declaration);
    XML_SetStartDoctypeDeclHandler(parser, on_doctype);
  }
  ~Impl() { XML_ParserFree(parser); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void stop(base::Error error) {
    if (result) result = base::fail(std::move(error));
    XML_StopParser(parser, XML_FALSE);
  }
  void take(base::Result<void> done) {
    if (!done) stop(std::move(done).error());
  }
  void place(Tag& tag) const {
    tag.begin = static_cast<std::uint64_t>(XML_GetCurrentByteIndex(parser));
    tag.end = tag.begin + static_cast<std::uint64_t>(XML_GetCurrentByteCount(parser));
  }

  static void on_start(void* self, const char* name, const char** attributes) {
    auto* impl = static_cast<Impl*>(self);
    if (!impl->result) return;
    if (++impl->depth > kDepthMax)
      return impl->stop({Code::invalid_argument,
                         fmt::format("{}: elements are nested more than {} deep", impl->part, kDepthMax)});
    auto tag = tag_of(name);
    tag.attributes = attributes;
    impl->place(tag);
    impl->take(impl->handler.start(tag));
  }
  static void on_end(void* self, const char* name) {
    auto* impl = static_cast<Impl*>(self);
    if (!impl->result) return;
    --impl->depth;
    auto tag = tag_of(name);
    impl->place(tag);
    impl->take(impl->handler.end(tag));
  }
  static void on_text(void* self, const char* text, int size) {
    auto* impl = static_cast<Impl*>(self);
    if (impl->result) impl->take(impl->handler.text({text, static_cast<std::size_t>(size)}));
  }
  static void on_declaration(void* self, const char*, const char* encoding, int) {
    auto* impl = static_cast<Impl*>(self);
    if (encoding == nullptr || is_known_encoding(encoding)) return;
    impl->stop({Code::invalid_argument,
                fmt::format("{}: its encoding is neither UTF-8 nor UTF-16; save the file anew", impl->part)});
  }
  static void on_doctype(void* self, const char*, const char*, const char*, int) {
    auto* impl = static_cast<Impl*>(self);
    impl->stop(
        {Code::invalid_argument,
         fmt::format("{}: it declares a document type, which no spreadsheet writes; save the file anew",
                     impl->part)});
  }

  base::Result<void> parse(std::string_view piece, bool last) {
    if (!result) return result;
    fed += piece.size();
    const auto status = XML_Parse(parser, piece.data(), static_cast<int>(piece.size()), last ? 1 : 0);
    if (!result) return result;
    if (status != XML_STATUS_OK) {
      result = fail(
          Code::invalid_argument,
          fmt::format("{}, line {}: the XML is damaged ({}); open the file in a spreadsheet and save it anew",
                      part, XML_GetCurrentLineNumber(parser), XML_ErrorString(XML_GetErrorCode(parser))));
      return result;
    }
    // Expat looks at an unfinished tag again with each piece.
    const auto reached = std::max<XML_Index>(XML_GetCurrentByteIndex(parser), 0);
    if (!last && fed - static_cast<std::uint64_t>(reached) > kTokenBytesMax)
      result = fail(Code::resource_exhausted, fmt::format("{}: a tag or comment is larger than 1 MiB", part));
    return result;
  }

  const std::string part;
  XmlHandler& handler;
  XML_Parser parser = nullptr;
  base::Result<void> result;
  std::size_t depth = 0;
  std::uint64_t fed = 0;
};

XmlReader::XmlReader(std::string_view part, XmlHandler& handler)
    : impl_(std::make_unique<Impl>(part, handler)) {}
XmlReader::~XmlReader() = default;

base::Result<void> XmlReader::feed(std::string_view piece) {
  for (; piece.size() > kFeedBytesMax; piece.remove_prefix(kFeedBytesMax))
    TRY(impl_->parse(piece.substr(0, kFeedBytesMax), false));
  return impl_->parse(piece, false);
}

base::Result<void> XmlReader::finish() { return impl_->parse({}, true); }

bool is_utf16(std::string_view part) {
  const auto first = part.substr(0, 4);
  return first.starts_with("\xFF\xFE") || first.starts_with("\xFE\xFF") ||
         first.find('\0') != std::string_view::npos;
}

}  // namespace countersign::sheets
