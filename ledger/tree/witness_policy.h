#pragma once

#include "ledger/base/result.h"
#include "ledger/tree/note.h"
#include "ledger/tree/note_key.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::tree {

/// Whom one believes of a log (C2SP tlog-policy): its keys, the witnesses that one knows, and which of them
/// must have cosigned a checkpoint. A value; const calls are thread-safe.
class WitnessPolicy {
 public:
  /// Reads a tlog-policy file. invalid_argument names the line that is wrong: among others a key of a type
  /// that is not known here, a name that no earlier line defines, a key or a member that stands twice, and
  /// more or fewer than one `quorum`. At most 1,000 logs, witnesses and groups.
  static base::Result<WitnessPolicy> parse(std::string_view text);

  /// Any `quorum` of these witnesses. invalid_argument where one is no cosigner's key or stands twice, or
  /// where there are fewer than `quorum`.
  static base::Result<WitnessPolicy> any_of(std::vector<NoteVerifier> witnesses, std::size_t quorum);

  struct Witness {
    std::string name;  ///< in the policy; the key has a name of its own
    NoteVerifier key;
    std::string url;  ///< submission prefix; may be empty
  };
  /// Keys of type 0x01, each under the origin of its log.
  const std::vector<NoteVerifier>& logs() const { return logs_; }
  const std::vector<Witness>& witnesses() const { return witnesses_; }

  /// What a note's cosignatures come to.
  struct Count {
    std::vector<VerifiedSignature> cosigned;  ///< one for each known witness that signed
    bool enough = false;                      ///< the quorum is met
  };
  /// Looks for cosignatures of the known witnesses; whatever else stands there is passed over. data_loss
  /// where the line of a known witness does not verify; as parse_note.
  base::Result<Count> count(std::string_view note) const;

  /// The quorum for people: `2 of alpha, beta, gamma`.
  std::string quorum_text() const;

 private:
  /// A witness (no members) or a group of what was defined before.
  struct Member {
    std::string name;
    std::size_t witness = 0;  ///< number in witnesses_
    std::size_t least = 0;    ///< of the members; 0: this is a witness
    std::vector<std::size_t> members = {};
    bool taken = false;  ///< it is a member of a group
  };
  friend class PolicyReader;
  WitnessPolicy() = default;
  base::Result<void> add_witness(std::string name, NoteVerifier key, std::string url);

  std::vector<NoteVerifier> logs_;
  std::vector<Witness> witnesses_;
  std::vector<Member> members_;
  std::size_t quorum_ = kNone;  ///< number in members_
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
};

}  // namespace countersign::tree
