#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace countersign::record {

/// How much of the personal values a bundle shows; each shows more than the one before.
enum class Profile : std::uint8_t {
  none,          ///< not even records: each stands as its number and hash
  pseudonymous,  ///< records with their tokens
  masked,        ///< and beside each token a mask of its value (see mask.h)
  full,          ///< and the values themselves, each with the salt that proves it
};

std::string_view to_string(Profile profile);
std::optional<Profile> parse_profile(std::string_view text);

}  // namespace countersign::record
