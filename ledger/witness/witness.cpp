#include "ledger/witness/witness.h"

#include "ledger/tree/note.h"
#include "ledger/tree/proof.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace countersign::witness {
namespace {

using base::Code;
using Answer = Witness::Answer;
using Cosigned = WitnessState::Cosigned;

constexpr int kMalformed = 400, kForbidden = 403, kUnknown = 404, kConflict = 409, kUnprocessable = 422,
              kUnavailable = 503, kNoRoom = 507;

/// The signature lines of a note.
std::string_view lines_of(std::string_view note) { return note.substr(note.rfind("\n\n") + 2); }

/// A checkpoint of an empty tree with a root that is not that of an empty tree, made right: its signatures
/// are to be checked before it is refused.
std::optional<std::string> with_empty_root(std::string_view note) {
  const auto end = note.rfind("\n\n");
  const auto size = note.find("\n0\n");
  if (end == std::string_view::npos || size == std::string_view::npos || size >= end) return std::nullopt;
  const auto text =
      tree::format_checkpoint({base::LogName{std::string(note.substr(0, size))}, 0, tree::empty_root()});
  return text + std::string(note.substr(end + 1));
}

Answer not_kept(const base::Error& error) {
  return error.code == Code::resource_exhausted
             ? Answer{kNoRoom, "the disk of the witness is full; nothing was signed"}
             : Answer{kUnavailable, "the witness cannot keep that just now; nothing was signed"};
}

}  // namespace

/// A request of which the form and the log are known.
struct Witness::Request {
  AddCheckpoint body;
  tree::Checkpoint checkpoint;
  std::vector<tree::NoteVerifier> keys;
  bool wrong_empty_root = false;
};

const WitnessedLogs* Witness::find(std::string_view origin) const {
  // An entry for the one log says more than one for its region, wherever it stands.
  auto found = std::ranges::find(options_.logs, origin, &WitnessedLogs::origin);
  if (found == options_.logs.end() || origin.ends_with('/'))
    found = std::ranges::find_if(options_.logs, [&](const WitnessedLogs& one) {
      return one.origin.ends_with('/') && origin.starts_with(one.origin) &&
             base::parse_log_owner(origin.substr(one.origin.size()));
    });
  return found == options_.logs.end() ? nullptr : &*found;
}

Answer Witness::add_checkpoint(std::string_view body) {
  Request request;
  auto parsed = parse_add_checkpoint(body);
  if (!parsed) return {kMalformed, parsed.error().message};
  request.body = std::move(*parsed);
  auto checkpoint = tree::read_checkpoint_body(request.body.checkpoint);
  if (!checkpoint) {
    const auto mended = with_empty_root(request.body.checkpoint);
    checkpoint = mended ? tree::read_checkpoint_body(*mended) : std::move(checkpoint);
    request.wrong_empty_root = checkpoint.has_value();
  }
  if (!checkpoint) return {kMalformed, checkpoint.error().message};
  request.checkpoint = std::move(*checkpoint);
  const auto& origin = request.checkpoint.origin.text;
  const auto* logs = find(origin);
  if (logs == nullptr) return {kUnknown, "this witness does not know the log"};
  const auto add = [&](const auto& keys, tree::NoteKeyType type) {
    for (const auto& key : keys) {
      auto verifier = tree::NoteVerifier::make(origin, type, key);
      if (verifier) request.keys.push_back(std::move(*verifier));
    }
  };
  add(logs->log_keys, tree::NoteKeyType::ed25519);
  add(logs->clock_keys, tree::NoteKeyType::cosignature);
  const auto opened = tree::open_note(request.body.checkpoint, request.keys);
  const bool by_log = opened && std::ranges::any_of(opened->verified, [](const auto& one) {
                        return one.type == tree::NoteKeyType::ed25519;
                      });
  if (!by_log)
    return {kForbidden, "the checkpoint is not signed by a key of the log that this witness knows"};
  if (request.body.old_size > request.checkpoint.size)
    return {kMalformed, "the old size is larger than the size of the checkpoint"};
  const auto last = state_.find(monitoring_name(origin));
  if (!last) return not_kept(last.error());
  return decide(request, *last);
}

Answer Witness::decide(const Request& request, const std::optional<Cosigned>& last) {
  const auto& body = request.body;
  const auto& checkpoint = request.checkpoint;
  const auto known = last ? last->size : 0;
  if (body.old_size != known) return {kConflict, fmt::format("{}\n", known)};
  if (request.wrong_empty_root) return {kUnprocessable, "an empty log has the root of an empty tree"};
  if (known == 0 || known == checkpoint.size) {
    if (!body.proof.empty()) return {kUnprocessable, "a consistency proof from there has no hashes"};
    if (last && known == checkpoint.size && last->root != checkpoint.root) {
      if (options_.on_split_view)
        options_.on_split_view(
            {options_.clock(), alarm::Kind::split_view, checkpoint.origin.text, "the log itself", last->note,
             body.checkpoint,
             fmt::format("{} has signed two roots for {} records; whoever runs it must explain both "
                         "checkpoints, and nothing that it says since is to be relied on",
                         checkpoint.origin.text, checkpoint.size)});
      return {kUnprocessable, "another root was cosigned for this size"};
    }
  } else if (const auto right =
                 tree::verify_consistency(known, checkpoint.size, last->root, checkpoint.root, body.proof);
             !right) {
    return {kUnprocessable, "the consistency proof does not lead from what was cosigned to the checkpoint"};
  }
  return cosign(request, last);
}

Answer Witness::cosign(const Request& request, const std::optional<Cosigned>& last) {
  const auto& origin = request.checkpoint.origin.text;
  const auto now = options_.clock().micros / 1'000'000;
  Cosigned fresh;
  fresh.size = request.checkpoint.size;
  fresh.root = request.checkpoint.root;
  // What is signed is the time that the clock shows now: one jump of it must not be in all that comes after.
  const auto time = std::max(std::int64_t{1}, now);
  fresh.time = std::max(time, last ? last->time : 0);
  const std::array signers{tree::NoteSigner::cosigner(options_.name, *options_.key, time)};
  const auto text = tree::format_checkpoint(request.checkpoint);
  const auto cosigned = tree::sign_note(text, signers);
  auto note = tree::parse_note(request.body.checkpoint);
  if (!cosigned || !note) return {kMalformed, "the checkpoint cannot be cosigned"};
  // Lines of keys that are not known prove nothing and are not kept.
  std::erase_if(note->signatures, [&](const tree::NoteSignature& one) {
    return std::ranges::none_of(request.keys, [&](const tree::NoteVerifier& key) {
      return key.key_id() == one.key_id && key.name() == one.name;
    });
  });
  const std::string mine(lines_of(*cosigned));
  fresh.note = text + "\n" + tree::format_signatures(note->signatures) + mine;
  const auto kept = state_.replace(monitoring_name(origin), last, fresh);
  if (kept) return {200, mine};
  if (kept.error().code != Code::aborted) return not_kept(kept.error());
  const auto faster = state_.find(monitoring_name(origin));
  if (!faster) return not_kept(faster.error());
  return {kConflict, fmt::format("{}\n", *faster ? (*faster)->size : 0)};
}

base::Result<std::optional<std::string>> Witness::newest(std::string_view name) {
  TRY_ASSIGN(auto found, state_.find(name));
  if (!found) return std::optional<std::string>();
  return std::optional(std::move(found->note));
}

}  // namespace countersign::witness
