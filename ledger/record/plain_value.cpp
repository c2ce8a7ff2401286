#include "ledger/record/plain_value.h"

#include "ledger/base/encoding.h"
#include "ledger/base/json.h"
#include "ledger/record/characters.h"

#include <boost/json/string.hpp>

#include <cstddef>
#include <string_view>

namespace countersign::record {

bool stands_plain(const boost::json::value& value) {
  constexpr std::size_t kCharactersMax = 128;
  if (value.is_bool() || value.is_int64() || value.is_uint64()) return true;
  if (!value.is_string()) return false;
  const std::string_view text(value.get_string().data(), value.get_string().size());
  if (characters_of(text) > kCharactersMax || has_control_character(text) || text.find('@') != text.npos)
    return false;
  return base::json_string(text).size() != base::kDigestBase64UrlSize + 2;
}

}  // namespace countersign::record
