#include "reports/findings/persons.h"

#include "ledger/base/types.h"

#include <map>
#include <string>

namespace countersign::findings {

base::Result<void> name_persons(std::span<Finding> findings, vault::VaultReader& vault) {
  const base::TenantId system{std::string(base::kSystemTenant)};
  std::map<std::string, std::string> known;
  const auto name = [&](Actor& actor) -> base::Result<void> {
    if (actor.token.empty() || actor.role == "account") return {};
    if (!known.contains(actor.token)) {
      TRY_ASSIGN(const auto found, vault.disclose(system, actor.token));
      known[actor.token] = found ? found->value : std::string();
    }
    actor.id = known[actor.token];
    return {};
  };
  for (auto& finding : findings) {
    if (finding.acknowledged) TRY(name(finding.acknowledged->by));
    if (finding.resolved) TRY(name(finding.resolved->by));
    for (auto& answer : finding.answers) TRY(name(answer.by));
  }
  return {};
}

}  // namespace countersign::findings
