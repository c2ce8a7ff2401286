#include "collector/ingest/source_book.h"

#include "ledger/base/file.h"
#include "ledger/base/json.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace countersign::ingest {
namespace {

namespace json = boost::json;

constexpr std::size_t kTypesMax = 500;  ///< of one source; the names come from outside
constexpr std::string_view kOtherTypes = "(others)";
constexpr std::uint64_t kFileBytesMax = 64u << 20;

std::string text(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : std::string();
}

base::Timestamp time(const json::value& value) {
  const auto parsed = base::parse_rfc3339(text(value));
  return parsed ? *parsed : base::Timestamp{};
}

std::map<std::string, std::int64_t> counts(const json::value& value) {
  std::map<std::string, std::int64_t> out;
  if (!value.is_object()) return out;
  for (const auto& member : value.get_object()) {
    if (member.value().is_int64()) out[std::string(member.key())] = member.value().get_int64();
  }
  return out;
}

json::object object_of(const std::map<std::string, std::int64_t>& counts) {
  json::object out;
  for (const auto& [name, count] : counts) out[name] = count;
  return out;
}

SourceBook::Page page_of(const json::object& from) {
  SourceBook::Page page;
  if (const auto* events = from.if_contains("events")) page.events = counts(*events);
  if (const auto* refused = from.if_contains("refused")) page.refused = counts(*refused);
  if (const auto* heard = from.if_contains("heard")) page.heard = time(*heard);
  const auto* types = from.if_contains("types");
  if (types == nullptr || !types->is_object()) return page;
  for (const auto& member : types->get_object()) {
    const auto* one = member.value().if_object();
    if (one == nullptr || !one->contains("count") || !one->at("count").is_int64()) continue;
    page.types[std::string(member.key())] = {
        one->at("count").get_int64(), one->contains("why") ? text(one->at("why")) : std::string(),
        one->contains("last") ? time(one->at("last")) : base::Timestamp{}};
  }
  return page;
}

json::object object_of(const SourceBook::Page& page) {
  json::object types;
  for (const auto& [name, type] : page.types)
    types[name] = {{"count", type.count}, {"why", type.why}, {"last", base::format_rfc3339(type.last)}};
  json::object out{
      {"events", object_of(page.events)}, {"refused", object_of(page.refused)}, {"types", types}};
  if (page.heard) out["heard"] = base::format_rfc3339(*page.heard);
  return out;
}

}  // namespace

SourceBook::Pages SourceBook::load(const std::filesystem::path& file) {
  Pages pages;
  const auto content = base::read_file(file, kFileBytesMax);
  if (!content) return pages;
  const auto parsed = base::parse_json(*content, {});
  if (!parsed || !parsed->value.is_object()) return pages;
  for (const auto& member : parsed->value.get_object()) {
    if (member.value().is_object()) pages[std::string(member.key())] = page_of(member.value().get_object());
  }
  return pages;
}

void SourceBook::set(Pages pages) {
  const std::lock_guard lock(mutex_);
  pages_ = std::move(pages);
}

void SourceBook::heard(std::string_view source, base::Timestamp now) {
  const std::lock_guard lock(mutex_);
  pages_[std::string(source)].heard = now;
  changed_ = true;
}

void SourceBook::count_events(std::string_view source, std::string_view status, std::int64_t count) {
  const std::lock_guard lock(mutex_);
  pages_[std::string(source)].events[std::string(status)] += count;
  changed_ = true;
}

void SourceBook::count_refused(std::string_view source, std::string_view reason) {
  const std::lock_guard lock(mutex_);
  ++pages_[std::string(source)].refused[std::string(reason)];
  changed_ = true;
}

void SourceBook::count_type(std::string_view source, const std::string& type, std::string_view why,
                            base::Timestamp now) {
  const std::lock_guard lock(mutex_);
  auto& types = pages_[std::string(source)].types;
  const bool full = types.size() >= kTypesMax && !types.contains(type);
  auto& entry = types[full ? std::string(kOtherTypes) : type];
  ++entry.count;
  entry.why = full ? std::string() : std::string(why);
  entry.last = now;
  changed_ = true;
}

SourceBook::Pages SourceBook::pages() const {
  const std::lock_guard lock(mutex_);
  return pages_;
}

std::optional<base::Timestamp> SourceBook::last_heard(std::string_view source) const {
  const std::lock_guard lock(mutex_);
  const auto found = pages_.find(source);
  return found == pages_.end() ? std::nullopt : found->second.heard;
}

base::Result<void> SourceBook::save(const std::filesystem::path& file) {
  json::object out;
  {
    const std::lock_guard lock(mutex_);
    if (!changed_) return {};
    changed_ = false;
    for (const auto& [name, page] : pages_) out[name] = object_of(page);
  }
  return base::write_file_durably(file, json::serialize(out) + "\n", base::FileMode::readable);
}

}  // namespace countersign::ingest
