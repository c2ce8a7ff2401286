#include "web/api/overview.h"

#include "ledger/projection/coverage.h"
#include "ledger/projection/received.h"
#include "ledger/store/ledger_reader.h"
#include "reports/findings/findings.h"

#include <boost/json/array.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace countersign::api {
namespace {

namespace json = boost::json;

using base::Code;
using base::Timestamp;
using endpoints::Asker;

constexpr std::int64_t kMinute_us = 60ll * 1'000'000, kDay_us = 86'400ll * 1'000'000;
constexpr std::int64_t kDays = 30, kCoverageDays = 7;
constexpr std::int64_t kHeardWithin_s = 60;  ///< of a source that has no interval of its own

json::value time_or_null(const std::optional<Timestamp>& time) {
  return time ? json::value(base::format_rfc3339(*time)) : json::value();
}

/// What is known of one tenant's log, for one who asks.
class Reading {
 public:
  Reading(const OverviewFacts& facts, const ingest::SourceBook& book, const Asker& asker, const View& view)
      : facts_(facts), book_(book), asker_(asker), view_(view), now_(facts.clock()) {
    if (!view.period) return;
    from_ = view.period->from;
    before_ = view.period->before;
  }

  base::Result<json::object> read() {
    TRY_ASSIGN(auto ledger, store::LedgerReader::open(view_.files.ledger()));
    auto log = ledger.log(view_.tenant);
    if (!log && log.error().code != Code::not_found) return base::fail(log.error());
    const auto& identity = ledger.identity();
    if (log) {
      log_ = *log;
    } else {
      log_.name = base::log_name(identity.origin, identity.region, view_.tenant);
      log_.number = -1;
    }
    json::object out{{"tenant", view_.tenant.value()}, {"region", view_.region.value()}};
    TRY_ASSIGN(auto received, projection::ReceivedReader::open(view_.files.index()));
    TRY_ASSIGN(out["log"], log_and_bounds(ledger, received));
    TRY_ASSIGN(out["checkpoint"], checkpoint(ledger));
    TRY_ASSIGN(out["verification"], verification());
    out["timestamping"] = facts_.timestamping;
    TRY_ASSIGN(out["witnesses"], witnesses());
    TRY_ASSIGN(out["alarms"], alarms());
    TRY_ASSIGN(out["days"], days(received));
    TRY_ASSIGN(out["sources"], sources());
    TRY_ASSIGN(out["findings"], findings());
    TRY_ASSIGN(out["controls"], controls());
    return out;
  }

 private:
  base::Result<json::value> log_and_bounds(store::LedgerReader& ledger,
                                           projection::ReceivedReader& received) {
    end_ = log_.size;
    std::optional<Timestamp> last;
    if (view_.period) {
      // Of what the index does not have yet nobody knows when it was received.
      TRY_ASSIGN(const auto known, received.known(log_.number));
      TRY_ASSIGN(end_, received.first_at(log_.number, before_, std::min(log_.size, known)));
      TRY_ASSIGN(begin_, received.first_at(log_.number, from_, end_));
      TRY_ASSIGN(last, received.last_in(log_.number, begin_, end_));
    } else if (log_.size > 0) {
      TRY_ASSIGN(last, ledger.last_received(log_));
    }
    return json::value{
        {"name", log_.name.text}, {"size", end_ - begin_}, {"last_received", time_or_null(last)}};
  }

  /// The newest; of a period that has ended, the first that covers it.
  base::Result<json::value> checkpoint(store::LedgerReader& ledger) const {
    if (end_ == 0) return json::value();
    std::optional<store::CheckpointRow> row;
    if (end_ < log_.size) {
      TRY_ASSIGN(row, ledger.checkpoint_covering(log_, end_));
    } else {
      TRY_ASSIGN(row, ledger.newest_checkpoint(log_));
    }
    if (!row) return json::value();
    return json::value{{"size", row->size}, {"time", base::format_rfc3339({row->time * 1'000'000})}};
  }

  base::Result<json::value> verification() const {
    if (!facts_.verification) return json::value();
    TRY_ASSIGN(const auto last, facts_.verification(view_.region));
    if (!last) return json::value();
    return json::value{{"time", base::format_rfc3339(last->time)}, {"result", last->result}};
  }

  /// To who may not see the newest checkpoint it is not told how long the log has become.
  base::Result<json::value> witnesses() const {
    json::array out;
    if (!facts_.witnesses) return out;
    TRY_ASSIGN(const auto all, facts_.witnesses(view_.region, log_.name));
    for (const auto& one : all) {
      json::object document{{"name", one.name}, {"cosigned", nullptr}};
      if (one.size && end_ == log_.size)
        document["cosigned"] = {{"size", *one.size}, {"time", base::format_rfc3339(one.time)}};
      out.push_back(std::move(document));
    }
    return out;
  }

  base::Result<json::value> alarms() const {
    json::array out;
    if (!facts_.alarms) return out;
    TRY_ASSIGN(const auto all, facts_.alarms(log_.name));
    for (const auto& one : all)
      out.push_back(
          {{"id", one.id}, {"kind", one.kind}, {"from", one.from}, {"time", base::format_rfc3339(one.time)}});
    return out;
  }

  base::Result<json::value> days(projection::ReceivedReader& received) const {
    json::array out;
    const Timestamp last{std::min(now_.micros, before_.micros - 1)};
    if (last < from_) return out;
    auto day = last.micros / kDay_us;
    const auto first = std::max(day - kDays + 1, from_.micros / kDay_us);
    // From the newest back, so that each search goes over what is left.
    auto end = end_;
    for (; day >= first; --day) {
      TRY_ASSIGN(auto begin, received.first_at(log_.number, {day * kDay_us}, end));
      begin = std::max(begin, std::min(begin_, end));
      out.push_back({{"day", base::format_rfc3339({day * kDay_us}).substr(0, 10)}, {"events", end - begin}});
      end = begin;
    }
    std::reverse(out.begin(), out.end());
    return out;
  }

  /// Sources that may send for the tenant, or have.
  base::Result<json::value> sources() const {
    TRY_ASSIGN(auto reader, projection::CoverageReader::open(view_.files.index()));
    TRY_ASSIGN(const auto heard, reader.sources_of(log_.number));
    std::set<std::string> names;
    for (const auto& source : asker_.registry->sources()) {
      if (source.may_send_for(view_.tenant) && !is_revoked(source) && source.created < before_)
        names.insert(source.name.value());
    }
    const std::set<std::string> registered = names;
    names.insert(heard.begin(), heard.end());
    json::array out;
    for (const auto& name : names) {
      TRY_ASSIGN(const auto last, reader.last_heard_in(log_.number, name, from_, before_));
      if (!last && !registered.contains(name)) continue;
      TRY_ASSIGN(auto one, source_document(reader, name, last));
      out.push_back(std::move(one));
    }
    return out;
  }

  base::Result<json::object> source_document(projection::CoverageReader& reader, const std::string& name,
                                             const std::optional<Timestamp>& last) const {
    const auto* source = asker_.registry->source_by_name(base::SourceName(name));
    const auto silent_after_s = source == nullptr ? 0 : source->silent_after_s;
    projection::CoverageRequest request;
    request.log = log_.number;
    request.source = name;
    request.interval_s = silent_after_s > 0 ? silent_after_s : kHeardWithin_s;
    // With the minute that goes on, but with none of which a part may not be told of.
    const Timestamp begin{(from_.micros + kMinute_us - 1) / kMinute_us * kMinute_us};
    const auto end = std::min(now_.micros / kMinute_us + 1, before_.micros / kMinute_us) * kMinute_us;
    const auto known_from = source == nullptr ? begin : std::max(begin, source->created);
    request.before = {end};
    request.no_earlier = view_.period.has_value();
    request.from = std::min(request.before, std::max(known_from, Timestamp{end - kCoverageDays * kDay_us}));
    TRY_ASSIGN(const auto coverage, reader.read(request));
    json::object out{{"source", name}, {"last_heard", time_or_null(last)}};
    out["adapter"] = source == nullptr ? json::value() : json::value(source->adapter);
    out["proof"] = source == nullptr ? json::value() : json::value(source->proof_name());
    out["revoked"] = source != nullptr && is_revoked(*source);
    out["silent_after_s"] = silent_after_s;
    out["silent"] = silent(source);
    out["events"] = coverage.events;
    out["coverage"] = {{"minutes", coverage.minutes}, {"covered", coverage.minutes_covered}};
    // Numbers that are missing have no time.
    out["gaps"] = view_.period ? json::value() : json::value(coverage.gaps_total);
    out["gaps_more"] = !view_.period && coverage.gaps_more;
    return out;
  }

  /// By then: to who has a period it is not told that it was revoked later.
  bool is_revoked(const ingest::Source& source) const { return source.revoked && *source.revoked < before_; }

  /// As the watch over sources says it; not known to who may not see the present.
  json::value silent(const ingest::Source* source) const {
    if (now_ >= before_ || now_ < from_) return json::value();
    if (source == nullptr || source->revoked || source->silent_after_s == 0) return false;
    const auto since = book_.last_heard(source->name.value()).value_or(source->created);
    return now_.micros - std::max(since, facts_.started).micros > source->silent_after_s * 1'000'000;
  }

  base::Result<json::value> findings() const {
    // As GET /v1/tenants/{tenant}/findings, which is not for the role privacy.
    if (asker_.who->role == ingest::Role::privacy) return json::value();
    TRY_ASSIGN(auto reader, findings::FindingReader::open(view_.files));
    findings::Received received;
    if (view_.period) received = {from_, before_};
    TRY_ASSIGN(const auto counts, reader.count(view_.tenant, received));
    return json::value{
        {"opened", counts.opened}, {"acknowledged", counts.acknowledged}, {"resolved", counts.resolved}};
  }

  base::Result<json::value> controls() const {
    if (!facts_.standing) return json::value();
    TRY_ASSIGN(const auto standing, facts_.standing(view_.region, view_.tenant));
    if (!standing || standing->from < from_ || standing->until > before_) return json::value();
    return json::value{{"time", base::format_rfc3339(standing->time)},
                       {"passing", standing->passing},
                       {"failing", standing->failing},
                       {"nothing_to_test", standing->nothing_to_test}};
  }

  const OverviewFacts& facts_;
  const ingest::SourceBook& book_;
  const Asker& asker_;
  const View& view_;
  const Timestamp now_;
  Timestamp from_{0}, before_{INT64_MAX};  ///< of receipt, what may be told
  store::LogHead log_;
  std::uint64_t begin_ = 0, end_ = 0;  ///< the records that may be told of
};

}  // namespace

base::Result<json::object> overview_document(const OverviewFacts& facts, const ingest::SourceBook& book,
                                             const Asker& asker, const View& view) {
  return Reading(facts, book, asker, view).read();
}

}  // namespace countersign::api
