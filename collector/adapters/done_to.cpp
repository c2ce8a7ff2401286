#include "collector/adapters/done_to.h"

namespace countersign::adapters {

bool is_done_to(std::string_view type) { return type.starts_with("user.") || type.starts_with("factor."); }

bool is_by_other(std::string_view type, const Party& target, const Party& doer, Untold untold) {
  if (!is_done_to(type)) return false;
  if (!target.is_told()) return untold == Untold::nobody;
  if (!target.id.empty() && !doer.id.empty()) return target.id != doer.id;
  return target.login.empty() || target.login != doer.login;
}

void set_doer(EventBuilder& event, const Party& doer, std::string_view ip) {
  event.attribute("by_user_id", doer.id).attribute("by_user_login", doer.login).attribute("by_ip", ip);
}

}  // namespace countersign::adapters
