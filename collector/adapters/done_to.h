#pragma once

#include "collector/adapters/event_builder.h"

/// What is done to an account or to its factors is an event of that account, whoever does it: an account's
/// acts are joined to it by the actor. Pure functions, for adapters.
namespace countersign::adapters {

/// Somebody, as a payload tells of them; what it does not tell is empty. The views must outlive the party.
struct Party {
  std::string_view id;
  std::string_view login;  ///< the name by which the provider knows them, often an e-mail address

  bool is_told() const { return !id.empty() || !login.empty(); }
};

/// Whether events of this type are done to an account or to its factors (`user.*`, `factor.*`).
bool is_done_to(std::string_view type);

/// Of whom an event is whose payload does not tell to whom it was done.
enum class Untold {
  own,     ///< of who did it: people do that to their own account
  nobody,  ///< of nobody: administrators do that to others
};

/// Whether an event that is_done_to() an account is of another than the doer's: of `target`, or of nobody.
/// Then the client, the address and the session are not that account's either. Two are the same by their ids,
/// or by their logins where not both have an id; who is not told is nobody's same. Events of other types are
/// of the doer.
bool is_by_other(std::string_view type, const Party& target, const Party& doer, Untold untold = Untold::own);

/// Tells who did it, and from where, of an event that is_by_other: as `by_user_id`, `by_user_login` and
/// `by_ip`.
void set_doer(EventBuilder& event, const Party& doer, std::string_view ip);

}  // namespace countersign::adapters
