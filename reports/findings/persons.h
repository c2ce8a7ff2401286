#pragma once

#include "ledger/base/result.h"
#include "ledger/vault/vault_reader.h"
#include "reports/findings/finding.h"

#include <span>

namespace countersign::findings {

/// Puts an id to each actor: an operator's name, or an account's id, which the appliance gives. Whoever ran a
/// command is an account of the machine, and is not named; nor is who was erased. Errors as of reading a
/// vault.
base::Result<void> name_persons(std::span<Finding> findings, vault::VaultReader& vault);

}  // namespace countersign::findings
