#include "ledger/retention/keep.h"

#include "ledger/base/file.h"
#include "ledger/retention/retire.h"
#include "ledger/retention/seal.h"
#include "ledger/store/ledger_call.h"
#include "ledger/store/ledger_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace countersign::retention {
namespace {

using base::Code;
using base::fail;

constexpr std::uint64_t kDroppedAtOnce = 2'000;
constexpr int kTriesMax = 600;
constexpr std::chrono::seconds kBetweenTries{1};

/// Has the ledger's thread do it, and waits.
base::Result<void> do_in_ledger(store::Writer& writer,
                                const std::function<base::Result<void>(store::Store&)>& change) {
  return store::call_on_ledger(writer, [&change](store::LedgerThread& here) { return change(here.store); });
}

class Round {
 public:
  Round(store::Writer& writer, const KeepOptions& options, store::LedgerReader reader, KeepReport& report)
      : writer_(writer), options_(options), reader_(std::move(reader)), report_(report) {}

  base::Result<void> run() {
    TRY(clean());
    TRY_ASSIGN(const auto logs, reader_.logs());
    base::Result<void> first;
    for (const auto& log : logs) {
      // One log that is damaged does not keep the others from their rules.
      auto done = keep(log, options_.rules->of(base::tenant_of(log.name)));
      if (!done && first) first = fail(log.name.text, done.error());
      if (!done && done.error().code == Code::unavailable) break;
    }
    return first;
  }

 private:
  base::Result<void> keep(const store::LogHead& log, const TenantRules& rules) {
    const auto sealed = seal(log, rules);
    // What goes makes room.
    if (!sealed && sealed.error().code != Code::resource_exhausted) return sealed;
    for (bool more = true; more && !stopped();) {
      TRY_ASSIGN(more, retire(log, rules));
    }
    return sealed;
  }

  bool stopped() const { return options_.stop && options_.stop(); }

  base::Result<void> clean() {
    TRY_ASSIGN(report_.undeletable, remove_files(reader_, options_.files.segments()));
    return {};
  }

  base::Result<void> seal(const store::LogHead& log, const TenantRules& rules) {
    TRY(drop());  // what a crash left
    while (!stopped()) {
      const auto now = options_.clock();
      TRY_ASSIGN(const auto range, next_to_seal(reader_, log, rules, now));
      if (!range) break;
      TRY(check_disk());
      TRY_ASSIGN(auto parts, write_segments(reader_, log, *range, rules, now, options_.files.segments()));
      TRY(do_in_ledger(writer_, [&parts](store::Store& store) { return store.seal(parts); }));
      for (auto& part : parts) report_.sealed.push_back(std::move(part.statement));
      TRY(drop());
    }
    return {};
  }

  /// A file is made before its rows go; the room for events is not sealing's.
  base::Result<void> check_disk() const {
    std::error_code ignored;
    const auto folder = options_.files.segments();
    TRY_ASSIGN(const auto free,
               base::free_bytes(std::filesystem::exists(folder, ignored) ? folder : options_.files.folder));
    if (free > options_.disk_reserve_bytes) return {};
    return fail(Code::resource_exhausted, "there is no room on the disk to seal records");
  }

  /// Takes out of the hot table what is sealed, a little at a time, so that ingest does not wait for it.
  base::Result<void> drop() {
    for (std::uint64_t dropped = 1; dropped > 0;) {
      TRY(do_in_ledger(writer_, [&dropped](store::Store& store) -> base::Result<void> {
        TRY_ASSIGN(dropped, store.drop_sealed(kDroppedAtOnce));
        return {};
      }));
    }
    return {};
  }

  /// Whether there may be more.
  base::Result<bool> retire(const store::LogHead& log, const TenantRules& rules) {
    TRY_ASSIGN(const auto before, hold_names());
    TRY_ASSIGN(const auto due,
               find_due(reader_, log, rules, *options_.holds, options_.clock(), options_.stop));
    for (const auto& name : due.held) {
      if (std::find(report_.held.begin(), report_.held.end(), name) == report_.held.end())
        report_.held.push_back(name);
    }
    if (due.parts.empty()) return false;
    // Finding takes a while: what is held since then is looked at anew.
    TRY_ASSIGN(const auto since, hold_names());
    if (since != before) return true;
    TRY(erase(due));
    std::vector<store::RetirementStatement> parts;
    for (const auto& part : due.parts) parts.push_back(retirement_of(part, rules, options_.clock()));
    {
      // Erasing may have waited, too.
      TRY_ASSIGN(const auto alone, options_.holds->lock());
      TRY_ASSIGN(const auto now, hold_names());
      if (now != before) return true;
      TRY(do_in_ledger(writer_, [&](store::Store& store) { return store.retire(log.number, parts); }));
    }
    report_.retired.insert(report_.retired.end(), parts.begin(), parts.end());
    TRY(clean());
    return true;
  }

  base::Result<std::vector<std::string>> hold_names() const {
    TRY_ASSIGN(const auto holds, options_.holds->list());
    std::vector<std::string> names;
    for (const auto& hold : holds) names.push_back(hold.name);
    return names;
  }

  base::Result<void> erase(const Due& due) {
    if (due.values.unless_shared.empty()) return {};
    privacy::Erasure erasure;
    erasure.id = options_.new_id();
    erasure.time = options_.clock();
    erasure.tenant = due.values.tenant;
    erasure.reason = "retention";
    for (const auto& part : due.parts) erasure.records += part.statement.records;
    bool remembered = false;
    const auto remember = [&](const std::vector<std::string>& tokens) -> base::Result<void> {
      if (remembered || tokens.empty()) return {};
      TRY_ASSIGN(const auto alone, options_.holds->lock());
      TRY_ASSIGN(const auto hold, options_.holds->covering({due.values.tenant, tokens, {}, 0}));
      if (hold) return fail(Code::aborted, fmt::format("the hold {} was placed meanwhile", hold->name));
      erasure.tokens = tokens;
      for (const auto& token : tokens) {
        const auto kind = due.kinds.find(token);
        if (kind != due.kinds.end()) ++erasure.kinds[std::string(record::to_string(kind->second))];
      }
      TRY(options_.erasures->add(erasure));
      remembered = true;
      return {};
    };
    auto done = store::erase_and_wait(writer_, due.values, remember);
    // A reader of the vault, such as a backup, keeps older pages: it is waited for.
    for (int tries = 0; !done && done.error().code == Code::unavailable && tries < kTriesMax && !stopped();
         ++tries) {
      std::this_thread::sleep_for(kBetweenTries);
      done = store::erase_and_wait(writer_, due.values, remember);
    }
    if (remembered) report_.erased.push_back(std::move(erasure));
    if (!done) return fail(done.error());
    return {};
  }

  store::Writer& writer_;
  const KeepOptions& options_;
  store::LedgerReader reader_;
  KeepReport& report_;
};

}  // namespace

base::Result<void> keep_to_rules(store::Writer& writer, const KeepOptions& options, KeepReport& report) {
  TRY_ASSIGN(auto reader, store::LedgerReader::open(options.files.ledger()));
  return Round(writer, options, std::move(reader), report).run();
}

}  // namespace countersign::retention
