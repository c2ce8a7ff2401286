#include "exporters/verify/known_checkpoints.h"

#include <fmt/format.h>

namespace countersign::verify {
namespace {

using base::Code;
using base::fail;

auto contradiction(std::uint64_t size) {
  return fail(
      Code::data_loss,
      fmt::format("the log is not the one whose checkpoint of size {} you kept: its history was rewritten "
                  "or an older copy was restored",
                  size));
}

}  // namespace

KnownCheckpoints::KnownCheckpoints(const Verification& run) {
  for (const auto& note : run.options.known_checkpoints) {
    auto added = add(run, note);
    if (!added && result_) result_ = std::move(added);
  }
}

base::Result<void> KnownCheckpoints::add(const Verification& run, const std::string& note) {
  const auto opened = run.bundle_keys->open(note);
  if (!opened) return fail("a checkpoint that you kept is not of this log", opened.error());
  const auto& known = opened->checkpoint;
  const auto& own = run.checkpoint->checkpoint;
  if (known.size == 0) return {};
  if (known.size == own.size) {
    if (known.root == own.root) return {};
    return contradiction(known.size);
  }
  if (const auto& previous = run.proofs->previous) {
    TRY_ASSIGN(const auto older, tree::read_checkpoint_body(previous->note));
    if (older.size == known.size) {
      if (older.root == known.root) return {};
      return contradiction(known.size);
    }
  }
  waiting_.emplace(known.size, known.root);
  return {};
}

void KnownCheckpoints::compare(const RunTree& tree) {
  if (waiting_.empty()) return;
  const auto [begin, end] = waiting_.equal_range(tree.size());
  for (auto known = begin; known != end; ++known) {
    if (known->second != tree.root() && result_) result_ = contradiction(tree.size());
  }
  waiting_.erase(begin, end);
}

base::Result<void> KnownCheckpoints::finish() const {
  TRY(result_);
  if (waiting_.empty()) return {};
  return fail(
      Code::data_loss,
      fmt::format("a checkpoint of size {} that you kept cannot be compared: the bundle has no proof that "
                  "leads to that size",
                  waiting_.begin()->first));
}

}  // namespace countersign::verify
