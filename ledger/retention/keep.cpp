#include "ledger/retention/keep.h"

#include "ledger/retention/retire.h"
#include "ledger/retention/seal.h"
#include "ledger/store/ledger_call.h"
#include "ledger/store/ledger_reader.h"

#include <future>
#include <memory>

namespace countersign::retention {
namespace {

using base::Code;
using base::fail;

constexpr std::uint64_t kDroppedAtOnce = 2'000;

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
    for (const auto& log : logs) {
      const auto rules = options_.rules->of(base::tenant_of(log.name));
      TRY(seal(log, rules));
      TRY(retire(log, rules));
    }
    return {};
  }

 private:
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
      TRY_ASSIGN(auto parts, write_segments(reader_, log, *range, rules, now, options_.files.segments()));
      TRY(do_in_ledger(writer_, [&parts](store::Store& store) { return store.seal(parts); }));
      for (auto& part : parts) report_.sealed.push_back(std::move(part.statement));
      TRY(drop());
    }
    return {};
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

  base::Result<void> retire(const store::LogHead& log, const TenantRules& rules) {
    if (stopped()) return {};
    TRY_ASSIGN(const auto due, find_due(reader_, log, rules, *options_.holds, options_.clock()));
    report_.held.insert(report_.held.end(), due.held.begin(), due.held.end());
    if (due.parts.empty()) return {};
    TRY(erase(due));
    std::vector<store::RetirementStatement> parts;
    for (const auto& part : due.parts) parts.push_back(retirement_of(part, rules, options_.clock()));
    TRY(do_in_ledger(writer_, [&](store::Store& store) { return store.retire(log.number, parts); }));
    report_.retired.insert(report_.retired.end(), parts.begin(), parts.end());
    return clean();
  }

  base::Result<void> erase(const Due& due) {
    if (due.values.unless_shared.empty()) return {};
    privacy::Erasure erasure;
    erasure.id = options_.new_id();
    erasure.time = options_.clock();
    erasure.tenant = due.values.tenant;
    erasure.reason = "retention";
    for (const auto& part : due.parts) erasure.records += part.statement.records;
    const auto remember = [&](const std::vector<std::string>& tokens) {
      erasure.tokens = tokens;
      for (const auto& token : tokens) {
        const auto kind = due.kinds.find(token);
        if (kind != due.kinds.end()) ++erasure.kinds[std::string(record::to_string(kind->second))];
      }
      return options_.erasures->add(erasure);
    };
    auto promise = std::make_shared<std::promise<base::Result<store::ErasureResult>>>();
    auto future = promise->get_future();
    TRY(writer_.erase(due.values, remember,
                      [promise](auto result) { promise->set_value(std::move(result)); }));
    TRY_ASSIGN(const auto done, future.get());
    if (done.values > 0) report_.erased.push_back(std::move(erasure));
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
