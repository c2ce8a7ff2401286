// What a witness is sent, and what a reader is given as a policy. What is read is written back byte by byte.

#include "ledger/tree/note.h"
#include "ledger/tree/witness_policy.h"
#include "ledger/witness/add_checkpoint.h"
#include "tests/fuzz/property.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace countersign;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto request = witness::parse_add_checkpoint(text)) {
    PROPERTY(request->proof.size() <= tree::kProofHashesMax);
    PROPERTY(witness::format_add_checkpoint(*request) == text);
    if (const auto note = tree::parse_note(request->checkpoint))
      PROPERTY(note->text + "\n" + tree::format_signatures(note->signatures) == request->checkpoint);
  }
  if (const auto policy = tree::WitnessPolicy::parse(text)) {
    PROPERTY(!policy->quorum_text().empty());
    // A note that nobody has cosigned meets a quorum only where none is asked for.
    const auto count = policy->count("nobody\n\n\u2014 nobody AAAAAAA=\n");
    PROPERTY(count && count->cosigned.empty() && count->enough == (policy->quorum_text() == "none"));
  }
  return 0;
}
