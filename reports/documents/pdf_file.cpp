#include "reports/documents/pdf_file.h"

#include "reports/documents/inflate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace countersign::documents {
namespace {

using base::Code;
using base::fail;

constexpr std::size_t kStreamBytesMax = 32u << 20;    ///< of one stream, unpacked
constexpr std::size_t kStreamsBytesMax = 256u << 20;  ///< of all
constexpr std::size_t kBehindEndMax = 1024;

struct Active {
  std::string_view name, what;
};
/// Names that make a PDF do something or carry something (ISO 32000-1, sections 7.11.4, 12.6.4, 13.2).
constexpr Active kActive[] = {
    {"JavaScript", "a script"},
    {"Launch", "an action that starts a program"},
    {"ImportData", "an action that reads a file"},
    {"Rendition", "a rendition, which can run a script"},
    {"RichMedia", "rich media"},
    {"FileAttachment", "a file within it, which nobody has looked at"},
    {"EmbeddedFile", "a file within it, which nobody has looked at"},
    {"EmbeddedFiles", "files within it, which nobody has looked at"},
};

bool is_space(char c) { return c == '\0' || c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' '; }
bool is_delimiter(char c) { return std::string_view("()<>[]{}/%").find(c) != std::string_view::npos; }
bool is_regular(char c) { return !is_space(c) && !is_delimiter(c); }

int hex_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The name whose slash stands at `at`, with `#xx` undone (section 7.3.5); `end` is put behind it.
std::string name_at(std::string_view text, std::size_t at, std::size_t& end) {
  std::string out;
  for (end = at + 1; end < text.size() && is_regular(text[end]); ++end) {
    const bool escaped =
        text[end] == '#' && end + 2 < text.size() && hex_of(text[end + 1]) >= 0 && hex_of(text[end + 2]) >= 0;
    if (escaped) {
      out += static_cast<char>(hex_of(text[end + 1]) * 16 + hex_of(text[end + 2]));
      end += 2;
    } else {
      out += text[end];
    }
  }
  return out;
}

/// Whether a slash begins a name: in a link such as `Web/JavaScript` it does not.
bool is_name_place(std::string_view text, std::size_t slash, bool behind_name) {
  if (slash == 0 || behind_name) return true;
  return !is_regular(text[slash - 1]) || text.substr(0, slash).ends_with("obj");
}

/// What of kActive a piece of PDF names; `encrypted` is set where it says that it is.
std::optional<std::string_view> find_active(std::string_view text, bool& encrypted) {
  std::size_t behind = std::string_view::npos;  // the end of the name before
  bool type_before = false;
  for (std::size_t at = text.find('/'); at != std::string_view::npos; at = text.find('/', at)) {
    std::size_t end = at;
    const auto name = name_at(text, at, end);
    const auto* const found =
        std::ranges::find_if(kActive, [&](const Active& one) { return one.name == name; });
    if (found != std::end(kActive) && is_name_place(text, at, at == behind && type_before))
      return found->what;
    encrypted = encrypted || name == "Encrypt";
    type_before = name == "S" || name == "Type" || name == "Subtype";
    behind = end;
    at = std::max(end, at + 1);
  }
  return std::nullopt;
}

/// Whether unpacked bytes can be those of an object stream, which begin with two numbers (section 7.5.7).
/// What the stream says of itself is not relied on.
bool begins_with_numbers(std::string_view objects) {
  const auto skip = [&](const auto& is_one_of_them) {
    const auto* const end = std::ranges::find_if_not(objects, is_one_of_them);
    const auto count = static_cast<std::size_t>(end - objects.begin());
    objects.remove_prefix(count);
    return count > 0;
  };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  skip(is_space);
  return skip(is_digit) && skip(is_space) && skip(is_digit);
}

/// What the dictionary of a stream says of it, read on piece by piece.
struct Dictionary {
  bool object_stream = false, filter = false;

  void read_on(std::string_view piece) {
    if (const auto begin = piece.rfind("obj"); begin != std::string_view::npos) {
      *this = {};
      piece.remove_prefix(begin);
    }
    for (auto at = piece.find('/'); at != std::string_view::npos; at = piece.find('/', at)) {
      std::size_t end = at;
      const auto name = name_at(piece, at, end);
      object_stream = object_stream || name == "ObjStm";
      filter = filter || name == "Filter";
      at = std::max(end, at + 1);
    }
  }
};

struct Seen {
  std::optional<std::string_view> active;
  bool encrypted = false;
  bool hidden = false;  ///< an object stream could not be read, or what may be one
};

Seen look_through(std::string_view bytes) {
  constexpr std::string_view kStream = "stream", kEndStream = "endstream";
  Seen out;
  out.active = find_active(bytes, out.encrypted);
  Dictionary dictionary;
  std::size_t inflated = 0, read_to = 0;
  for (auto at = bytes.find(kStream); at != std::string_view::npos && !out.active;
       at = bytes.find(kStream, at + kStream.size())) {
    dictionary.read_on(bytes.substr(read_to, at - read_to));
    read_to = at;
    if (bytes.substr(0, at + kStream.size()).ends_with(kEndStream)) continue;
    auto data = bytes.substr(at + kStream.size());
    if (data.starts_with("\r\n")) {
      data.remove_prefix(2);
    } else if (data.starts_with('\n') || data.starts_with('\r')) {
      data.remove_prefix(1);
    }
    if (inflated > kStreamsBytesMax) {
      out.hidden = true;
      break;
    }
    const auto objects = inflate(data, kStreamBytesMax);
    inflated += objects.bytes.size();
    if (objects.whole && begins_with_numbers(objects.bytes))
      out.active = find_active(objects.bytes, out.encrypted);
    const bool too_large = objects.bytes.size() > kStreamBytesMax && begins_with_numbers(objects.bytes);
    if (!objects.whole && (too_large || (dictionary.object_stream && dictionary.filter))) out.hidden = true;
  }
  return out;
}

/// That nothing stands behind the last end mark, such as another file.
bool ends_well(std::string_view bytes) {
  constexpr std::string_view kEnd = "%%EOF";
  const auto last = bytes.rfind(kEnd);
  if (last == std::string_view::npos) return false;
  const auto behind = bytes.substr(last + kEnd.size());
  return behind.size() <= kBehindEndMax && std::ranges::all_of(behind, is_space);
}

/// Whether an archive ends with the file: what unpacks it would see that one.
bool ends_as_archive(std::string_view bytes) {
  constexpr std::size_t kRecord = 22, kCommentMax = 65'535;
  const auto tail = bytes.substr(bytes.size() - std::min(bytes.size(), kRecord + kCommentMax));
  for (auto at = tail.find("PK\x05\x06"); at != std::string_view::npos;
       at = tail.find("PK\x05\x06", at + 1)) {
    if (at + kRecord > tail.size()) break;
    const auto comment = static_cast<std::size_t>(static_cast<unsigned char>(tail[at + 20])) |
                         static_cast<std::size_t>(static_cast<unsigned char>(tail[at + 21])) << 8;
    if (at + kRecord + comment == tail.size()) return true;
  }
  return false;
}

}  // namespace

base::Result<Contents> look_at_pdf(std::string_view bytes) {
  if (!ends_well(bytes))
    return fail(Code::invalid_argument,
                "the PDF has no end, or something stands behind it: save it as PDF anew");
  if (ends_as_archive(bytes))
    return fail(Code::invalid_argument, "the PDF is an archive (ZIP), too: save it as PDF anew");
  const auto seen = look_through(bytes);
  if (seen.active)
    return fail(
        Code::invalid_argument,
        fmt::format("the PDF holds {}: save it without, such as by printing it to a PDF", *seen.active));
  if (seen.hidden && !seen.encrypted)
    return fail(Code::invalid_argument,
                "objects of the PDF are packed in a way that cannot be looked into, or unfold to too much: "
                "save it as "
                "PDF anew");
  Contents out{"application/pdf", ".pdf", {}};
  if (seen.encrypted) out.notes.emplace_back("the PDF is encrypted: not all of it could be looked into");
  return out;
}

}  // namespace countersign::documents
