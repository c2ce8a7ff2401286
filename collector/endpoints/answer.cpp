#include "collector/endpoints/answer.h"

#include "ledger/base/encoding.h"
#include "ledger/base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace countersign::endpoints {
namespace {

using ingest::EventAnswer;
using ingest::EventStatus;
using ingest::kEventStatusCount;
using Counts = std::array<std::size_t, kEventStatusCount>;

std::size_t count_of(const Counts& counts, EventStatus status) {
  return counts[static_cast<std::size_t>(status)];
}

std::string_view spelling(EventStatus status) {
  switch (status) {
    case EventStatus::appended:
      return "appended";
    case EventStatus::duplicate:
    case EventStatus::differing:
      return "duplicate";
    case EventStatus::rejected:
    case EventStatus::misdirected:
      return "rejected";
    case EventStatus::unmapped:
      return "unmapped";
    case EventStatus::failed:
      return "failed";
  }
  return "failed";
}

/// Whether a record has the event's (source, id).
bool is_stored(EventStatus status) {
  return status == EventStatus::appended || status == EventStatus::duplicate ||
         status == EventStatus::differing;
}

void append_receipt(std::string& out, const store::Receipt& receipt) {
  char hash[base::kDigestBase64Size];
  base::write_base64(receipt.hash, hash);
  out += ",\"receipt\":{\"log\":";
  base::append_json_string(out, receipt.log.text);
  out += ",\"seq\":";
  out += fmt::format_int(base::index_of(receipt.seq)).c_str();
  out.append(",\"hash\":\"").append(hash, sizeof hash).append("\"}");
}

/// Where a misdirected event belongs.
void append_pin(std::string& out, const EventAnswer& event) {
  for (const auto& [name, text] :
       {std::pair{"region", &event.region}, std::pair{"address", &event.address}}) {
    if (text->empty()) continue;
    out.append(",\"").append(name).append("\":");
    base::append_json_string(out, *text);
  }
}

void append_faults(std::string& out, const EventAnswer& event) {
  if (!event.id.empty()) {
    out += ",\"id\":";
    base::append_json_string(out, event.id);
  }
  out += ",\"errors\":[";
  for (const auto& fault : event.faults) {
    if (out.back() == '}') out += ',';
    out += "{\"path\":";
    base::append_json_string(out, fault.path);
    out += ",\"reason\":";
    base::append_json_string(out, fault.reason);
    out += '}';
  }
  out += ']';
}

/// `"results":[…],"appended":1,…`
std::string results_of(const std::vector<EventAnswer>& events, const Counts& counts) {
  std::string out = "\"results\":[";
  out.reserve(events.size() * 160 + 128);
  for (std::size_t index = 0; index < events.size(); ++index) {
    const auto& event = events[index];
    out += index == 0 ? "{\"index\":" : ",{\"index\":";
    out += fmt::format_int(index).c_str();
    out.append(",\"status\":\"").append(spelling(event.status)).append("\"");
    if (is_stored(event.status)) {
      append_receipt(out, event.receipt);
      if (event.status == EventStatus::differing) out += ",\"differs\":true";
    } else if (event.status == EventStatus::unmapped) {
      out += ",\"type\":";
      base::append_json_string(out, event.type);
      if (!event.why.empty()) {
        out += ",\"reason\":";
        base::append_json_string(out, event.why);
      }
    } else {
      append_pin(out, event);
      append_faults(out, event);
    }
    out += '}';
  }
  const auto differing = count_of(counts, EventStatus::differing);
  out += fmt::format(
      "],\"appended\":{},\"duplicate\":{},\"differing\":{},\"rejected\":{},\"unmapped\":{},\"failed\":{}",
      count_of(counts, EventStatus::appended), count_of(counts, EventStatus::duplicate) + differing,
      differing, count_of(counts, EventStatus::rejected) + count_of(counts, EventStatus::misdirected),
      count_of(counts, EventStatus::unmapped), count_of(counts, EventStatus::failed));
  return out;
}

base::Problem failure_of(const std::vector<EventAnswer>& events) {
  int status = 0;
  for (const auto& event : events) {
    if (event.status == EventStatus::failed && (status == 0 || event.failure == 507)) status = event.failure;
  }
  return {status, std::string(kNotStoredProblem),
          status == 500
              ? "the ledger failed, and whether the events were stored is not known: send the request again"
              : "no event was stored; errors says why, and the same request may be sent again"};
}

http::Response problem_answer(const base::Problem& problem, std::string_view extensions) {
  http::Response response{
      problem.status, std::string(base::kProblemType), {}, base::to_json(problem, extensions)};
  if (problem.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (problem.status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace

std::string misdirected_detail(const std::vector<EventAnswer>& events) {
  std::string detail = "this appliance does not serve the region of any event's tenant; nothing was stored";
  const auto& address = events.front().address;
  const bool one = std::all_of(events.begin(), events.end(),
                               [&](const EventAnswer& event) { return event.address == address; });
  if (one && !address.empty()) detail += "; send them to " + address;
  return detail;
}

bool all_misdirected(const std::vector<EventAnswer>& events) {
  return !events.empty() && std::all_of(events.begin(), events.end(), [](const EventAnswer& event) {
    return event.status == EventStatus::misdirected;
  });
}

http::Response answer(const std::vector<EventAnswer>& events) {
  Counts counts{};
  for (const auto& event : events) ++counts[static_cast<std::size_t>(event.status)];
  const std::string results = results_of(events, counts);
  const auto stored = count_of(counts, EventStatus::appended) + count_of(counts, EventStatus::duplicate) +
                      count_of(counts, EventStatus::differing);
  const auto failed = count_of(counts, EventStatus::failed);
  if (stored == 0 && failed > 0) return problem_answer(failure_of(events), results);
  if (events.empty() || stored + count_of(counts, EventStatus::unmapped) > 0)
    return {200, "application/json", {}, "{" + results + "}"};
  if (count_of(counts, EventStatus::misdirected) == events.size())
    return problem_answer({421, std::string(kMisdirectedProblem), misdirected_detail(events)}, results);
  return problem_answer(
      {422, std::string(kRejectedProblem), "no event of the request can be used; nothing was stored"},
      results);
}

http::Response answer(const base::Problem& problem) { return problem_answer(problem, {}); }

}  // namespace countersign::endpoints
