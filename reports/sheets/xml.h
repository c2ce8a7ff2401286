#pragma once

#include "ledger/base/result.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::sheets {

/// The names of elements that matter here. Transitional and strict names are one (ECMA-376 parts 1 and 4).
enum class Space : std::uint8_t { main, content_types, relations, x14, xm, other };

/// A start tag, or the end of its element. Views are valid during the call.
struct Tag {
  Space space = Space::other;
  std::string_view name;             ///< without its prefix
  std::string_view prefix;           ///< as the document spells it; empty where it has none
  std::uint64_t begin = 0, end = 0;  ///< bytes of the part; equal at the end of an element that is one tag
  const char* const* attributes = nullptr;

  bool is(std::string_view wanted) const { return space == Space::main && name == wanted; }
  /// An attribute that has no prefix.
  std::optional<std::string_view> attribute(std::string_view wanted) const;
  /// The `id` that names a relationship (r:id).
  std::optional<std::string_view> relation() const;
  /// Whether an attribute is there and is `1`, `true` or `on`.
  bool flag(std::string_view wanted) const;
};

class XmlHandler {
 public:
  virtual ~XmlHandler() = default;
  virtual base::Result<void> start(const Tag& tag) = 0;
  virtual base::Result<void> end(const Tag& tag) = 0;
  virtual base::Result<void> text(std::string_view) { return {}; }
};

/// Reads the XML of one part with expat, piece by piece. Refuses, naming the part: documents that declare a
/// type (and with it any entity), encodings other than UTF-8 and UTF-16, elements nested more than 64 deep, a
/// tag or comment of more than 1 MiB, and whatever is not well-formed. The handler's error ends the reading.
/// One thread.
class XmlReader {
 public:
  XmlReader(std::string_view part, XmlHandler& handler);
  ~XmlReader();
  XmlReader(const XmlReader&) = delete;
  XmlReader& operator=(const XmlReader&) = delete;

  base::Result<void> feed(std::string_view piece);
  base::Result<void> finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Whether a part is UTF-16, as expat tells it.
bool is_utf16(std::string_view part);

/// A text for a message: at most 100 characters, what is no printable ASCII as a question mark. It comes from
/// a file that nobody vouches for.
std::string shown(std::string_view text);

}  // namespace countersign::sheets
