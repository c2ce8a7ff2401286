#pragma once

#include "tests/reports/controls/moments.h"
#include "tests/reports/engine/tale.h"

#include <cstdint>
#include <string>
#include <string_view>

/// What people do with their second factors, in short words, for tests of controls.
namespace countersign::testing {

/// A tale with a first record half a year before January: so far back it is known what was.
Tale begin_tale();
/// A last record on the fifth of February: until then it is known what followed.
void end_tale(Tale& tale);

/// What else a record says.
struct Told {
  std::string challenge = {};  ///< its id; none where empty, as of all of these
  std::string_view factor = "sms", source = "shop";
  std::string_view session = {}, device = {}, role = {}, reason = {}, phone = {}, purpose = {};
};

/// A record of a person; who is empty is not named. Returns its number.
std::uint64_t tell(Tale& tale, std::string_view time, std::string_view type, std::string_view who,
                   const Told& more = {});
std::uint64_t act(Tale& tale, std::string_view time, std::string_view who, std::string_view action,
                  const Told& more = {});

/// A control's findings from kFrom to kUntil, which is January.
reports::ControlResult in_january(
    const Tale& tale, std::string_view control,
    std::initializer_list<std::pair<std::string_view, reports::Cell>> parameters = {});

/// A record's number, as items have it.
inline std::string item(std::uint64_t seq) { return std::to_string(seq); }

}  // namespace countersign::testing
