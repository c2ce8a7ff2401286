#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace countersign::tree {

/// The rules that the texts of C2SP (signed-note, tlog-checkpoint, tlog-proof, tlog-tiles) have in common.
/// Pure and thread-safe; results view the text that was given.

/// Whether `text` is UTF-8 (RFC 3629: shortest form, no surrogates) without control characters below 0x20
/// other than the line feed.
bool is_note_text(std::string_view text);

/// Whether `name` may name a key: not empty, UTF-8, no '+', no white space of Unicode, no control character.
bool is_key_name(std::string_view name);

/// A decimal number without sign, leading zero or anything else, at most `max`; empty otherwise.
std::optional<std::uint64_t> parse_decimal(std::string_view text, std::uint64_t max);

/// Takes the next line off the front of `text`, without its line feed. Empty where no line feed is left.
std::optional<std::string_view> take_line(std::string_view& text);

}  // namespace countersign::tree
