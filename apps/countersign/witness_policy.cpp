#include "apps/countersign/witness_policy.h"

#include "ledger/base/file.h"

#include <algorithm>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;

constexpr std::uint64_t kPolicyBytesMax = 1 << 20;

}  // namespace

void add_witness_options(CLI::App& command, WitnessOptions& options) {
  command
      .add_option("--witness", options.witnesses,
                  "vkey of a witness that must have cosigned the checkpoint; may be given again")
      ->allow_extra_args(false);
  command.add_option("--quorum", options.quorum, "How many of the witnesses are enough (all of them)");
  command
      .add_option("--policy", options.policy,
                  "File that names logs, witnesses and the quorum (C2SP tlog-policy), instead")
      ->check(CLI::ExistingFile);
}

base::Result<std::optional<tree::WitnessPolicy>> read_policy(const WitnessOptions& options) {
  if (!options.given()) return std::optional<tree::WitnessPolicy>();
  if (!options.policy.empty()) {
    if (!options.witnesses.empty() || options.quorum)
      return fail(Code::invalid_argument,
                  "--policy names witnesses and quorum: leave out --witness and --quorum");
    TRY_ASSIGN(const auto text, base::read_file(options.policy, kPolicyBytesMax));
    TRY_ASSIGN(auto policy, tree::WitnessPolicy::parse(text));
    return std::optional(std::move(policy));
  }
  if (options.witnesses.empty())
    return fail(Code::invalid_argument, "--quorum is the number of witnesses: name them with --witness");
  std::vector<tree::NoteVerifier> keys;
  for (const auto& text : options.witnesses) {
    TRY_ASSIGN(auto key, tree::NoteVerifier::parse(text));
    keys.push_back(std::move(key));
  }
  const auto quorum = options.quorum.value_or(keys.size());
  TRY_ASSIGN(auto policy, tree::WitnessPolicy::any_of(std::move(keys), quorum));
  return std::optional(std::move(policy));
}

void add_log_keys(const tree::WitnessPolicy& policy, std::vector<tree::NoteVerifier>& keys) {
  for (const auto& key : policy.logs()) {
    const bool known = std::ranges::any_of(
        keys, [&](const auto& one) { return one.name() == key.name() && one.key_id() == key.key_id(); });
    if (!known) keys.push_back(key);
  }
}

}  // namespace countersign::apps
