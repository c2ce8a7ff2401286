#pragma once

#include "ledger/base/types.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace countersign::webauthn {

/// Reads CBOR (RFC 8949) in the form that authenticators must write (CTAP 2.1 section 8, "message encoding"):
/// shortest heads, definite lengths, no tags, at most four levels. Copies nothing; views last as long as the
/// bytes. Each function reads the next item, or gives nothing where that is another kind, is cut off or is
/// not in this form; the reader must not be used after that. The order of a map's members is not checked:
/// nothing hangs on it, and some passkey providers write their own. For one thread.
class CborReader {
 public:
  explicit CborReader(base::Bytes bytes) : bytes_(bytes) {}

  std::optional<std::int64_t> integer();  ///< those that do not fit are refused
  std::optional<base::Bytes> byte_string();
  std::optional<std::string_view> text();  ///< not checked to be UTF-8
  std::optional<std::size_t> map();        ///< count of its members: a key and a value each follow

  /// Passes over one item, whatever it is.
  bool skip() { return skip_at(1); }

  bool next_is_integer() const;
  bool next_is_false() const;
  bool at_end() const { return position_ == bytes_.size(); }
  std::size_t position() const { return position_; }

 private:
  struct Head {
    unsigned major = 0;
    std::uint64_t argument = 0;
  };
  std::optional<Head> head();
  std::optional<base::Bytes> string(unsigned major);
  bool skip_at(unsigned level);

  base::Bytes bytes_;
  std::size_t position_ = 0;
};

}  // namespace countersign::webauthn
