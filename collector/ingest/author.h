#pragma once

#include "ledger/base/result.h"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace countersign::ingest {

/// Who changed the registry. It stands there, so that the record of the change, which is made of the registry
/// (and made again where a system log lacks it), says it each time in the same words. No name of a person who
/// signs in: her account's id.
struct Author {
  std::string id;         ///< of an account over HTTP, or the account of the machine; empty: not known
  std::string role;       ///< over HTTP the person's, else `account`
  std::string challenge;  ///< id of the one whose answer allowed it; empty: none was asked for
  std::string factor;     ///< that answered it

  bool operator==(const Author&) const = default;
  bool is_known() const { return !id.empty(); }
};

inline constexpr std::string_view kMachineAccount = "account";  ///< role of who runs commands

/// Its object in the registry's file, and back; `where` is its path for messages. invalid_argument for a
/// member that is unknown, or no text of at most 128 bytes.
std::string to_text(const Author& author);
base::Result<Author> parse_author(const boost::json::value& from, const std::string& where);

/// Names who did it in an event: `actor`, and `challenge` with the purpose admin_action. Nothing where it is
/// not known.
void name_author(const Author& author, boost::json::object& event);

}  // namespace countersign::ingest
