#include "collector/ingest/service.h"

#include "collector/adapters/adapter.h"
#include "collector/protocols/cloudevents.h"

#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <span>

namespace countersign::ingest {
namespace {

namespace json = boost::json;

/// An event of the native shape that is yet to be checked, or what became of it already.
struct Candidate {
  json::object event;
  std::vector<std::string> redacted;
  std::optional<std::string> raw = {};
};
using Step = std::variant<Candidate, EventAnswer>;

EventAnswer rejected(record::Faults faults, std::string id = {}) {
  EventAnswer out;
  out.id = std::move(id);
  out.faults = std::move(faults);
  return out;
}

EventAnswer failed(int status, std::string reason) {
  EventAnswer out;
  out.status = EventStatus::failed;
  out.failure = status;
  out.faults = {{"", std::move(reason)}};
  return out;
}

/// The event's id, where it is fit to be shown back.
std::string id_of(const json::object& event) {
  constexpr std::size_t kIdBytesMax = 512;
  const auto* id = event.if_contains("id");
  if (id == nullptr || !id->is_string() || id->get_string().size() > kIdBytesMax) return {};
  const std::string text(id->get_string().data(), id->get_string().size());
  const bool clean =
      std::none_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; });
  return clean ? text : std::string();
}

Candidate native_event(json::object event, const protocols::Envelope& envelope) {
  if (event.contains("specversion")) event = protocols::native_of_cloudevent(event);
  protocols::apply_envelope(event, envelope);
  return {std::move(event), {}, {}};
}

Step step_of(adapters::Outcome outcome) {
  if (auto* adapted = std::get_if<adapters::Adapted>(&outcome))
    return Candidate{std::move(adapted->event), std::move(adapted->redacted), std::move(adapted->raw)};
  if (auto* refused = std::get_if<adapters::Refused>(&outcome)) return rejected(std::move(refused->faults));
  EventAnswer unmapped;
  unmapped.status = EventStatus::unmapped;
  auto& from = std::get<adapters::Unmapped>(outcome);
  unmapped.type = std::move(from.type);
  unmapped.why = from.reason;
  return unmapped;
}

template <class Kind>
bool any_is(const adapters::Outcomes& outcomes) {
  return std::any_of(outcomes.begin(), outcomes.end(),
                     [](const auto& outcome) { return std::holds_alternative<Kind>(outcome); });
}

/// The adapter's outcomes for a payload. In a CloudEvent the provider's event is the data, but where the
/// provider sends CloudEvents itself it is the whole: what the adapter can use decides.
adapters::Outcomes adapt(const adapters::Adapter& adapter, const json::value& payload,
                         const adapters::AdapterContext& context) {
  const auto* object = payload.if_object();
  const auto* data =
      object != nullptr && object->contains("specversion") ? object->if_contains("data") : nullptr;
  if (data == nullptr) return adapter.adapt(payload, context);
  auto inner = adapter.adapt(*data, context);
  if (any_is<adapters::Adapted>(inner)) return inner;
  auto outer = adapter.adapt(payload, context);
  return any_is<adapters::Adapted>(outer) || !any_is<adapters::Unmapped>(inner) ? outer : inner;
}

/// The events of the messages, in order: of a provider's message there may be several.
std::vector<Step> steps_of(protocols::Items messages, const Admitted& sender, base::Timestamp now) {
  const Source& source = *sender.source;
  std::vector<Step> out;
  out.reserve(messages.size());
  const auto* adapter = sender.native ? nullptr : adapters::find_adapter(source.adapter);
  for (auto& message : messages) {
    if (auto* faults = std::get_if<record::Faults>(&message.payload)) {
      out.emplace_back(rejected(std::move(*faults)));
      continue;
    }
    auto& value = std::get<json::value>(message.payload);
    if (sender.native) {
      if (value.is_object()) {
        out.emplace_back(native_event(std::move(value.get_object()), message.envelope));
      } else {
        out.emplace_back(rejected({{"", "must be a JSON object"}}));
      }
    } else if (adapter == nullptr || source.tenants.size() != 1) {
      out.emplace_back(rejected({{"", "the source is registered with an adapter that is not known here"}}));
    } else {
      for (auto& outcome : adapt(*adapter, value, {source.tenants.front(), source.keep_raw, now}))
        out.push_back(step_of(std::move(outcome)));
    }
  }
  return out;
}

/// The events of one region, and where their answers go.
struct Group {
  store::Appender* appender = nullptr;
  std::vector<record::PreparedEvent> events;
  std::vector<std::size_t> indexes;
};

/// Which tenants are pinned to regions that are served elsewhere, and what their senders are told.
class Pins {
 public:
  Pins(const Admitted& sender, const AppenderLookup& appender_of, const Elsewhere& elsewhere)
      : source_(*sender.source),
        registry_(*sender.registry),
        appender_of_(appender_of),
        elsewhere_(elsewhere) {}

  /// The answer to an event of a tenant that is pinned elsewhere; nothing where the event is to be looked at.
  std::optional<EventAnswer> misdirected(const base::TenantId& id) const {
    const auto* tenant = registry_.tenant(id);
    if (tenant == nullptr || !source_.may_send_for(id) || appender_of(*tenant) != nullptr)
      return std::nullopt;
    auto address = tenant->moved_to.value_or("");
    if (const auto known = elsewhere_.find(tenant->region); address.empty() && known != elsewhere_.end())
      address = known->second;
    std::string reason =
        fmt::format("misdirected: the tenant is pinned to the region {}, which is served elsewhere",
                    tenant->region.value());
    if (!address.empty()) reason += fmt::format("; send it to {}", address);
    auto out = rejected({{"tenant", std::move(reason)}});
    out.status = EventStatus::misdirected;
    out.region = tenant->region.value();
    out.address = std::move(address);
    return out;
  }

  std::optional<EventAnswer> misdirected(const json::object& event) const {
    const auto* tenant = event.if_contains("tenant");
    if (tenant == nullptr || !tenant->is_string()) return std::nullopt;
    return misdirected(base::TenantId(std::string(tenant->get_string())));
  }

  store::Appender* appender_of(const Tenant& tenant) const {
    return tenant.moved_to ? nullptr : appender_of_(tenant.region);
  }

 private:
  const Source& source_;
  const Registry& registry_;
  const AppenderLookup& appender_of_;
  const Elsewhere& elsewhere_;
};

/// The same for each message of a provider whose source's tenant is pinned elsewhere: what a message says is
/// not looked at, so that not even its type is counted.
std::optional<std::vector<Step>> misdirected_steps(const protocols::Items& messages, const Admitted& sender,
                                                   const Pins& pins) {
  if (sender.native || sender.source->tenants.size() != 1) return std::nullopt;
  const auto away = pins.misdirected(sender.source->tenants.front());
  if (!away) return std::nullopt;
  return std::vector<Step>(messages.size(), Step(*away));
}

/// Finds the region of each event and sorts the events by it.
class Sorter {
 public:
  Sorter(const Admitted& sender, const Pins& pins)
      : source_(*sender.source), proof_(sender.proof), registry_(*sender.registry), pins_(pins) {}

  /// Puts the event into its group, or says why not.
  std::optional<EventAnswer> sort(Candidate candidate, std::size_t index) {
    std::string id = id_of(candidate.event);
    if (auto away = pins_.misdirected(candidate.event)) {
      away->id = std::move(id);
      return away;
    }
    auto prepared = record::prepare_event(
        candidate.event, {source_.name, proof_}, record::Vocabulary::source,
        {std::move(candidate.redacted), std::move(candidate.raw), not_personal(candidate.event)});
    if (!prepared) return rejected(std::move(prepared.error()), std::move(id));
    if (!source_.may_send_for(prepared->tenant))
      return rejected({{"tenant", "this source may not send events of that tenant"}}, std::move(id));
    const auto* tenant = registry_.tenant(prepared->tenant);
    if (tenant == nullptr) return rejected({{"tenant", "no such tenant is registered here"}}, std::move(id));
    auto& group = groups_[tenant->region];
    group.appender = pins_.appender_of(*tenant);
    group.events.push_back(std::move(*prepared));
    group.indexes.push_back(index);
    return std::nullopt;
  }

  std::map<base::RegionId, Group> take_groups() { return std::move(groups_); }

 private:
  /// What its tenant lists; nothing where there is none, and the event is refused.
  std::span<const std::string> not_personal(const json::object& event) const {
    const auto* name = event.if_contains("tenant");
    if (name == nullptr || !name->is_string()) return {};
    const auto* tenant = registry_.tenant(base::TenantId(std::string(name->get_string())));
    if (tenant == nullptr) return {};
    return tenant->attributes.not_personal();
  }

  const Source& source_;
  const record::Proof proof_;
  const Registry& registry_;
  const Pins& pins_;
  std::map<base::RegionId, Group> groups_;
};

EventAnswer failure_of(const base::Error& error, base::Exhausted exhausted) {
  switch (error.code) {
    case base::Code::unavailable:
      return failed(503, "the ledger cannot take the event now; send it again");
    case base::Code::resource_exhausted:
      return exhausted == base::Exhausted::disk
                 ? failed(507, "the disk is full; send the event again when there is room")
                 : failed(413,
                          "the events of the request are more than the ledger takes at once; send fewer");
    default:
      return failed(base::http_status(error.code),
                    "whether the event was stored is not known; send it again");
  }
}

/// A request under way. Each region writes the answers of its own events; the last one sends them all.
struct Pending {
  std::vector<EventAnswer> answers;
  std::atomic<std::size_t> waiting{1};  ///< regions, and one for the caller, who may not be overtaken
  Admitted sender;
  std::shared_ptr<IngestMetrics> metrics;
  Answered answered;

  void done_one() {
    if (waiting.fetch_sub(1) != 1) return;
    metrics->count(answers, sender.source->name.value(), sender.source->adapter);
    const bool failed = std::any_of(answers.begin(), answers.end(),
                                    [](const auto& a) { return a.status == EventStatus::failed; });
    if (sender.ticket && !failed) sender.ticket->keep();
    answered(std::move(answers));
  }
  void fail(const std::vector<std::size_t>& indexes, const EventAnswer& failure) {
    for (const auto index : indexes) answers[index] = failure;
  }
  void complete(const std::vector<std::size_t>& indexes, store::AppendResult result) {
    if (!result) return fail(indexes, failure_of(result.error(), base::Exhausted::disk));
    if (result->size() != indexes.size()) return fail(indexes, failure_of({}, base::Exhausted::disk));
    for (std::size_t i = 0; i < indexes.size(); ++i) {
      auto& out = answers[indexes[i]];
      const auto& outcome = (*result)[i];
      out.status = outcome.status == store::AppendStatus::appended    ? EventStatus::appended
                   : outcome.status == store::AppendStatus::duplicate ? EventStatus::duplicate
                                                                      : EventStatus::differing;
      out.receipt = outcome.receipt;
    }
  }
};

void submit(Group group, const std::shared_ptr<Pending>& pending) {
  const auto indexes = std::make_shared<const std::vector<std::size_t>>(std::move(group.indexes));
  pending->waiting.fetch_add(1);
  const auto taken =
      group.appender->submit(std::move(group.events), [pending, indexes](store::AppendResult result) {
        pending->complete(*indexes, std::move(result));
        pending->done_one();
      });
  if (taken) return;
  pending->fail(*indexes, failure_of(taken.error(), base::Exhausted::request));
  pending->done_one();
}

}  // namespace

IngestService::IngestService(AppenderLookup appender_of, IngestLimits limits, base::Metrics& metrics,
                             std::shared_ptr<const Registry> registry, base::Clock clock, Elsewhere elsewhere)
    : appender_of_(std::move(appender_of)),
      elsewhere_(std::move(elsewhere)),
      metrics_(std::make_shared<IngestMetrics>(metrics, clock)),
      clock_(std::move(clock)),
      admission_(*metrics_, clock_),
      registry_(std::move(registry)),
      limits_(limits) {}

void IngestService::take(const Admitted& sender, protocols::Items messages, Answered answered) {
  const auto events_max = limits().events_max;
  const Pins pins(sender, appender_of_, elsewhere_);
  auto away = misdirected_steps(messages, sender, pins);
  auto steps = away ? std::move(*away) : steps_of(std::move(messages), sender, clock_());
  if (steps.size() > events_max) {
    const base::Problem problem{
        413, "about:blank",
        fmt::format("the body holds more than {} events; send fewer at once", events_max)};
    count_refusal(sender, problem);
    return answered(tl::unexpected(problem));
  }
  const auto pending = std::make_shared<Pending>();
  pending->sender = sender;
  pending->metrics = metrics_;
  pending->answered = std::move(answered);
  pending->answers.resize(steps.size());
  Sorter sorter(sender, pins);
  for (std::size_t index = 0; index < steps.size(); ++index) {
    auto* settled = std::get_if<EventAnswer>(&steps[index]);
    auto refused = settled != nullptr ? std::optional(std::move(*settled))
                                      : sorter.sort(std::move(std::get<Candidate>(steps[index])), index);
    if (refused) pending->answers[index] = std::move(*refused);
  }
  for (auto& [region, group] : sorter.take_groups()) submit(std::move(group), pending);
  pending->done_one();
}

void IngestService::take_whole(const Admitted& sender, std::vector<MadeEvent> events, Answered answered) {
  const auto pending = std::make_shared<Pending>();
  pending->sender = sender;
  pending->metrics = metrics_;
  pending->answered = std::move(answered);
  pending->answers.resize(events.size());
  const Pins pins(sender, appender_of_, elsewhere_);
  Sorter sorter(sender, pins);
  bool whole = true;
  for (std::size_t index = 0; index < events.size(); ++index) {
    auto& made = events[index];
    auto refused = sorter.sort({std::move(made.event), {}, std::move(made.raw)}, index);
    if (!refused) continue;
    pending->answers[index] = std::move(*refused);
    whole = false;
  }
  if (whole) {
    for (auto& [region, group] : sorter.take_groups()) submit(std::move(group), pending);
  }
  pending->done_one();
}

void IngestService::count_refusal(const Admitted& sender, const base::Problem& problem) {
  const std::string_view reason = problem.status == 413   ? "too_large"
                                  : problem.status == 415 ? "media_type"
                                                          : "body_malformed";
  metrics_->count_refusal(sender.source->name.value(), reason);
}

void IngestService::set_registry(std::shared_ptr<const Registry> registry) {
  const std::lock_guard lock(mutex_);
  registry_ = std::move(registry);
}

void IngestService::set_limits(const IngestLimits& limits) {
  const std::lock_guard lock(mutex_);
  limits_ = limits;
}

IngestLimits IngestService::limits() const {
  const std::lock_guard lock(mutex_);
  return limits_;
}

std::shared_ptr<const Registry> IngestService::registry() const {
  const std::lock_guard lock(mutex_);
  return registry_;
}

}  // namespace countersign::ingest
