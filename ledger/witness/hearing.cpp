#include "ledger/witness/hearing.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::witness {
namespace {

using base::Code;
using base::fail;

/// How often the log may have grown while the witness answered.
constexpr int kTries = 3;

/// The log as it is now; of size 0 where it is not there.
base::Result<store::LogHead> head_of(store::LedgerReader& ledger, const base::LogName& log) {
  auto head = ledger.log(base::tenant_of(log));
  if (!head && head.error().code == Code::not_found) return store::LogHead{-1, log, 0};
  return head;
}

/// Of size 0 where none was signed.
base::Result<store::CheckpointRow> newest_of(store::LedgerReader& ledger, const store::LogHead& head) {
  if (head.size == 0) return store::CheckpointRow{};
  TRY_ASSIGN(auto newest, ledger.newest_checkpoint(head));
  return newest ? std::move(*newest) : store::CheckpointRow{};
}

/// The word of a witness that does not show what it has cosigned.
alarm::Alarm unproven(const base::LogName& log, const store::CheckpointRow& newest, std::uint64_t told) {
  alarm::Alarm out;
  out.kind = told > newest.size ? alarm::Kind::rollback : alarm::Kind::split_view;
  out.origin = log.text;
  out.ours = newest.note;
  out.what = fmt::format(
      "{} was signed up to {} records here, and the witness says that it has cosigned {}, which {}, without "
      "showing that checkpoint; ask its operator for it",
      log.text, newest.size, told,
      told > newest.size ? "are more" : "are not the beginning of what it was shown");
  return out;
}

}  // namespace

base::Result<Heard> hear(store::LedgerReader& ledger, const base::LogName& log,
                         const std::vector<tree::NoteVerifier>& keys, const KnownWitness& witness,
                         const Exchange& exchange, std::uint64_t told) {
  Heard out;
  auto shown = newest_witnessed(log, keys, witness, exchange);
  // What it named before may be enough without.
  if (!shown && shown.error().code == Code::unavailable && told == 0) return fail(shown.error());
  // The log may have grown while the witness was asked, and somebody else may have shown it the newest.
  TRY_ASSIGN(auto head, head_of(ledger, log));
  if (shown && *shown) {
    out.shown = std::move(**shown);
    out.told = out.shown->size;
    TRY_ASSIGN(out.contradiction, compare(ledger, head, *out.shown));
    if (out.contradiction || told <= out.told) return out;
  }
  for (int tries = 0; tries < kTries; ++tries) {
    TRY_ASSIGN(head, head_of(ledger, log));
    TRY_ASSIGN(const auto newest, newest_of(ledger, head));
    out.told = std::max(out.told, told);
    if (told > newest.size && told <= head.size)
      return fail(Code::failed_precondition,
                  fmt::format("it has cosigned {} records, which are here, and no checkpoint here covers "
                              "them yet; it is asked again once one does",
                              told));
    if (told > newest.size) {
      out.contradiction = unproven(log, newest, told);
      return out;
    }
    if (newest.size == 0) {
      if (!shown && shown.error().code != Code::unavailable)
        return fail(Code::failed_precondition, shown.error().message);
      if (!shown) return fail(shown.error());
      out.unknown = true;
      return out;
    }
    TRY_ASSIGN(auto asked, ask_for_cosignature(ledger, head, newest, told, witness, exchange));
    if (asked.kind == Asked::Kind::refused)
      return fail(Code::failed_precondition,
                  out.shown ? asked.why : "it does not show what it has cosigned, and " + asked.why);
    told = asked.theirs;
    out.told = std::max(out.told, told);
    if (asked.kind == Asked::Kind::cosigned) {
      out.cosigned = std::move(asked);
      out.cosigned_size = newest.size;
      return out;
    }
    if (told > newest.size) continue;
    out.contradiction = unproven(log, newest, told);
    return out;
  }
  return fail(Code::failed_precondition, "the log grew while it answered; it is asked again");
}

}  // namespace countersign::witness
