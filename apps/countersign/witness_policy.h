#pragma once

#include "ledger/base/result.h"
#include "ledger/tree/witness_policy.h"

#include <CLI/CLI.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace countersign::apps {

/// `--witness`, `--quorum` and `--policy` of commands that check a checkpoint.
struct WitnessOptions {
  std::vector<std::string> witnesses;
  std::optional<std::size_t> quorum;
  std::string policy;

  bool given() const { return !witnesses.empty() || quorum || !policy.empty(); }
};
void add_witness_options(CLI::App& command, WitnessOptions& options);

/// The policy that the options state; nothing where none is given. Without --quorum every witness that is
/// named must have cosigned. Errors of reading the file and the keys.
base::Result<std::optional<tree::WitnessPolicy>> read_policy(const WitnessOptions& options);

/// Adds the log keys that the policy names and that are not among `keys` yet.
void add_log_keys(const tree::WitnessPolicy& policy, std::vector<tree::NoteVerifier>& keys);

}  // namespace countersign::apps
