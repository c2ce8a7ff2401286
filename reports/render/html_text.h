#pragma once

#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "reports/engine/definition.h"
#include "reports/engine/grouped.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// How single values are written in a page: text that nobody vouches for, numbers, times, digests.
namespace countersign::render {

/// What becomes of line feeds and tabs: in prose they are as suspect as other control characters.
enum class Lines { shown, kept };

/// For the content of an element or a quoted attribute: `<`, `>`, `&` and quotes become references; control
/// characters, direction overrides and whatever else has no shape become visible, as `[U+202E]`; what
/// is no UTF-8 becomes U+FFFD.
std::string escaped(std::string_view text, Lines lines = Lines::shown);

/// As escaped; behind `bytes_max` bytes the text is cut, between two characters, and the page says how much
/// more there is.
std::string escaped_start(std::string_view text, std::size_t bytes_max, Lines lines = Lines::shown);

/// A string of CSS with its quotes. Nothing in it can end the string or the style sheet.
std::string css_string(std::string_view text);

using reports::grouped;

/// `2026-01-31 09:30:00 UTC`; parts of a second are left out.
std::string shown(base::Timestamp time);

/// How long something took: `45 s`, `3 h 28 min`, `2 d 18 h`.
std::string duration(base::Timestamp from, base::Timestamp until);

/// The share of a whole to a tenth of a per cent, `8.0 %`; empty where the whole is 0.
std::string share(std::uint64_t part, std::uint64_t whole);

/// A digest in hexadecimal, in an element that may break anywhere.
std::string shown(const base::Digest& digest);

/// How numbers in cells are meant: `figure` has thousands separators, `name` is the number of a thing.
enum class Number { figure, name };

/// A cell's content: `–` for nothing, "empty" for a text of length 0.
std::string shown(const reports::Cell& cell, Number number);

/// What can stand in an id and a link: letters, digits, `-`, `_`, `.`; other bytes become `_`.
std::string anchor(std::string_view text);

}  // namespace countersign::render
