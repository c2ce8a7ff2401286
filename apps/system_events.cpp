#include "apps/system_events.h"

#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/base/json.h"
#include "ledger/record/prepare.h"
#include "ledger/store/recorded.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <future>
#include <iterator>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;

constexpr std::size_t kEventsOfFile = 128;

const record::Sender& appliance() {
  static const record::Sender kSender{base::SourceName(std::string(store::kApplianceSource)),
                                      record::Proof::none};
  return kSender;
}

/// Names in the order of their making, also of those that one process makes within a nanosecond.
std::string next_name() {
  static std::atomic<std::int64_t> last{0};
  const auto now = std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
  auto before = last.load();
  while (!last.compare_exchange_weak(before, std::max(now, before + 1))) {
  }
  return fmt::format("{:020}", std::max(now, before + 1));
}

/// As an id stands in a file's name, behind that of next_name() and a '-': an id may be a path of names, such
/// as `finding.opened/acme/…`.
std::string in_file_name(std::string_view id) {
  std::string out(id);
  std::ranges::replace(out, '/', '_');
  return out;
}

bool is_waiting(const std::filesystem::path& path) {
  return path.extension() == ".json" && !path.filename().string().starts_with(".");
}

/// The names of what waits, the oldest first.
std::vector<std::filesystem::path> waiting(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
    if (is_waiting(entry.path())) names.push_back(entry.path());
  std::ranges::sort(names);
  return names;
}

base::Result<record::PreparedEvent> prepare(const boost::json::object& event) {
  auto prepared = record::prepare_event(event, appliance(), record::Vocabulary::system);
  if (!prepared)
    return fail(Code::invalid_argument,
                fmt::format("not a system event: {} {}", prepared.error().front().path,
                            prepared.error().front().reason));
  return std::move(*prepared);
}

base::Result<std::string> spell(const boost::json::object& event) {
  TRY(prepare(event));
  auto text = boost::json::serialize(event);
  // As the daemon will read it: bytes that are no UTF-8 would be found only there.
  if (const auto again = base::parse_json(text, {}); !again)
    return fail("a system event cannot be written", again.error());
  return text;
}

base::Result<void> leave(const store::RegionFiles& files, const boost::json::object& first,
                         std::string_view text) {
  const auto folder = files.folder / "outbox";
  TRY(base::make_folders_durably(folder));
  const auto name = fmt::format("{}-{}.json", next_name(), in_file_name(first.at("id").as_string()));
  return base::create_file_durably(folder / name, text, base::FileMode::secret);
}

/// The event, or the array of events, of a file.
base::Result<std::vector<boost::json::object>> read_left(const std::filesystem::path& path) {
  TRY_ASSIGN(const auto text, base::read_file(path, kEventsOfFile * record::kEventBytesMax));
  TRY_ASSIGN(auto parsed, base::parse_json(text, {}));
  auto* several = parsed.value.if_array();
  boost::json::array one;
  if (several == nullptr) {
    one.push_back(std::move(parsed.value));
    several = &one;
  }
  std::vector<boost::json::object> out;
  for (auto& event : *several) {
    if (!event.is_object()) return fail(Code::invalid_argument, "not an event");
    TRY(prepare(event.get_object()));
    out.push_back(std::move(event.get_object()));
  }
  return out;
}

}  // namespace

boost::json::object system_event(const std::string& id, const std::string& type, base::Timestamp time) {
  return {{"id", id}, {"time", base::format_rfc3339(time)}, {"type", type}, {"tenant", base::kSystemTenant}};
}

boost::json::object system_event_now(std::string_view type, const boost::json::object& members) {
  auto event =
      system_event(crypto::random_id(crypto::system_entropy()), std::string(type), base::system_clock()());
  for (const auto& member : members) event[member.key()] = member.value();
  return event;
}

base::Result<void> append_system_events(store::Appender& appender,
                                        const std::vector<boost::json::object>& events) {
  TRY(append_and_tell(appender, events));
  return {};
}

base::Result<std::vector<store::AppendOutcome>> append_and_tell(
    store::Appender& appender, const std::vector<boost::json::object>& events) {
  std::vector<record::PreparedEvent> batch;
  for (const auto& event : events) {
    TRY_ASSIGN(auto prepared, prepare(event));
    batch.push_back(std::move(prepared));
  }
  auto promise = std::make_shared<std::promise<store::AppendResult>>();
  auto future = promise->get_future();
  TRY(appender.submit(std::move(batch),
                      [promise](store::AppendResult result) { promise->set_value(std::move(result)); }));
  return future.get();
}

base::Result<void> leave_in_outbox(const store::RegionFiles& files, const boost::json::object& event) {
  TRY_ASSIGN(const auto text, spell(event));
  return leave(files, event, text);
}

base::Result<void> leave_in_outbox(const store::RegionFiles& files,
                                   std::span<const boost::json::object> events) {
  while (!events.empty()) {
    const auto few = events.first(std::min(events.size(), kEventsOfFile));
    std::string text = "[";
    for (const auto& event : few) {
      TRY_ASSIGN(const auto one, spell(event));
      if (text.size() > 1) text += ',';
      text += one;
    }
    TRY(leave(files, few.front(), text + ']'));
    events = events.subspan(few.size());
  }
  return {};
}

bool may_be_in_outbox(const store::RegionFiles& files, std::string_view id_begins) {
  const auto wanted = "-" + in_file_name(id_begins);
  std::error_code error;
  for (std::filesystem::directory_iterator at(files.folder / "outbox", error), end; !error && at != end;
       at.increment(error)) {
    if (is_waiting(at->path()) && at->path().filename().string().find(wanted) != std::string::npos)
      return true;
  }
  return error && error != std::errc::no_such_file_or_directory;
}

base::Result<std::size_t> empty_outbox(const store::RegionFiles& files, store::Appender& appender,
                                       std::size_t at_once) {
  std::vector<boost::json::object> events;
  std::vector<std::filesystem::path> taken;
  std::error_code ignored;
  for (const auto& path : waiting(files.folder / "outbox")) {
    auto read = read_left(path);
    if (!read) {
      std::filesystem::rename(path, path.string() + ".refused", ignored);
      continue;
    }
    std::move(read->begin(), read->end(), std::back_inserter(events));
    taken.push_back(path);
    if (events.size() >= at_once) break;
  }
  for (std::size_t from = 0; from < events.size(); from += at_once) {
    const auto end = std::min(events.size(), from + at_once);
    TRY(append_system_events(appender, {events.begin() + static_cast<std::ptrdiff_t>(from),
                                        events.begin() + static_cast<std::ptrdiff_t>(end)}));
  }
  for (const auto& path : taken) std::filesystem::remove(path, ignored);
  return events.size();
}

}  // namespace countersign::apps
