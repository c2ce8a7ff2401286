#pragma once

#include "ledger/record/event_schema.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::projection {

// What stands in the full-text index of a record, under its place: the word of its stretch, its source, its
// members that are searched, and for tokens that are looked for a word each, so that FTS5 finds them together
// with others. Words of ours begin with a character for private use, which no keyboard types.

/// Characters that belong to words beside letters and digits.
inline constexpr std::string_view kWordCharacters = "_";

/// Places that share a word of their own. FTS5 looks for records that have several words until it meets one,
/// however far away that is; with the stretch's word among them it stops where the stretch ends.
inline constexpr int kStretchBits = 18;
inline constexpr std::int64_t kStretch = std::int64_t{1} << kStretchBits;
std::string stretch_word(std::int64_t place);

/// Whether a member is a token that has a word: what has no index of its own and is looked for all the same.
bool has_token_word(const record::EventField& field);
/// The word of a token in that member; of the token's first 36 bits, so others may have it, too.
std::string token_word(const record::EventField& field, std::string_view token);

/// The words of a row of `events` in SQL, as RecordRows writes them; FTS5 has to be told them to forget them.
std::string words_sql();

/// A text as an FTS5 string: quoted, so that nothing in it is an operator.
std::string fts_phrase(std::string_view text);

/// Words that stand behind one another.
struct Phrase {
  std::vector<std::string> words;
  bool prefix = false;  ///< the last one only has to begin so
  bool is_in(const std::vector<std::string>& text) const;
};

}  // namespace countersign::projection
