#include "exporters/verify/residency.h"

#include "ledger/record/event_view.h"
#include "ledger/record/record.h"

#include <fmt/format.h>

#include <utility>

namespace countersign::verify {
namespace {

using base::Code;
using base::fail;
using What = SystemRecord::What;

constexpr std::string_view kDestination = "; destination=";

/// The word behind `name` in `from=eu-1 to=us-1 address=…`.
std::string_view word_behind(std::string_view text, std::string_view name) {
  const auto at = text.find(name);
  if (at == std::string_view::npos || (at > 0 && text[at - 1] != ' ')) return {};
  text.remove_prefix(at + name.size());
  return text.substr(0, text.find(' '));
}

base::Result<void> read_move(const record::EventView& event, SystemRecord& out) {
  const auto context = event.text(record::kActionContext);
  const auto from = base::parse_region(word_behind(context, "from="));
  const auto to = base::parse_region(word_behind(context, "to="));
  if (!from || !to || *from == *to)
    return fail(Code::data_loss, "a move in the system log does not say from where to where");
  out.from = *from;
  out.to = *to;
  out.reason = event.text(record::kOutcomeReason);
  return {};
}

/// The pins that follow from the records of moves, in their order.
class PinBook {
 public:
  explicit PinBook(base::RegionId here) : here_(std::move(here)) {}

  void add(const SystemRecord& record) {
    if (record.what == What::added) {
      gaps_ += pins_.empty() ? 0 : 1;
      pins_.push_back({here_, record.received, {}});
    } else if (record.what == What::moved) {
      record.from == here_ ? leave(record) : come(record);
      pins_.push_back({record.to, record.received, {}});
    }
  }

  const std::vector<Pin>& pins() const { return pins_; }
  std::uint64_t gaps() const { return gaps_; }

 private:
  bool pinned_to(const base::RegionId& region) const {
    return !pins_.empty() && pins_.back().region == region;
  }

  void leave(const SystemRecord& record) {
    if (pinned_to(here_)) {
      pins_.back().until = record.received;
      return;
    }
    ++gaps_;
    pins_.push_back({here_, {}, record.received});
  }

  void come(const SystemRecord& record) {
    if (record.to != here_ || pinned_to(here_)) ++gaps_;
    if (pinned_to(record.from)) {
      pins_.back().until = record.received;
    } else {
      // Moves between other regions are not recorded here.
      pins_.push_back({record.from, {}, record.received});
    }
  }

  const base::RegionId here_;
  std::vector<Pin> pins_;
  std::uint64_t gaps_ = 0;
};

bool touches(const Pin& pin, const jsonl::Period& period) {
  return (!pin.from || *pin.from < period.to) && (!pin.until || period.from < *pin.until);
}

}  // namespace

std::string destination_note(const base::RegionId& destination) {
  return std::string(kDestination) + destination.value();
}

std::optional<base::RegionId> destination_in(std::string_view context) {
  const auto at = context.rfind(kDestination);
  if (at == std::string_view::npos) return std::nullopt;
  const auto name = context.substr(at + kDestination.size());
  auto parsed = base::parse_region(name.substr(0, name.find(';')));
  return parsed ? std::optional(std::move(*parsed)) : std::nullopt;
}

base::Result<std::optional<SystemRecord>> read_system_record(std::string_view bytes,
                                                             const base::LogName& system_log,
                                                             const base::TenantId& tenant) {
  TRY_ASSIGN(const auto record, record::read_record(bytes));
  if (record.log != system_log.text) return fail(Code::data_loss, "it is of another log");
  TRY_ASSIGN(const auto event, record::read_event(record.event));
  const auto type = event.plain(record::kType);
  SystemRecord out;
  out.seq = base::index_of(record.seq);
  out.received = record.received;
  if (type == "tenant.moved") {
    out.what = What::moved;
  } else if (type == "export.performed") {
    out.what = What::exported;
  } else if (type == "records.retired") {
    out.what = What::retired;
  } else if (type != "tenant.added") {
    return std::optional<SystemRecord>();
  }
  if (event.text(record::kActionResource) != tenant.value()) return std::optional<SystemRecord>();
  if (out.what == What::moved) TRY(read_move(event, out));
  if (out.what == What::exported) out.destination = destination_in(event.text(record::kActionContext));
  if (out.what == What::retired) {
    out.id = event.text(record::kId);
    out.context = event.text(record::kActionContext);
    TRY_ASSIGN(out.time, base::parse_rfc3339(event.plain(record::kTime)));
  }
  return std::optional(std::move(out));
}

Residency residency_of(ResidencyFacts facts, const std::vector<SystemRecord>& records) {
  Residency out;
  out.facts = std::move(facts);
  const auto& period = out.facts.period;
  PinBook book(out.facts.region);
  for (const auto& record : records) {
    book.add(record);
    if (!period.contains(record.received)) continue;
    if (record.what == What::moved) out.moves.push_back(record);
    if (record.what != What::exported) continue;
    ++out.exports;
    if (!record.destination) ++out.without_destination;
    if (record.destination && *record.destination != out.facts.region) out.crossed.push_back(record);
  }
  for (const auto& pin : book.pins()) {
    if (touches(pin, period)) out.pins.push_back(pin);
  }
  out.gaps = book.gaps();
  return out;
}

}  // namespace countersign::verify
