#include "tests/reports/engine/tale.h"

#include "ledger/base/encoding.h"
#include "ledger/base/json.h"
#include "ledger/crypto/digest.h"
#include "ledger/projection/columns.h"
#include "ledger/projection/record_rows.h"
#include "ledger/record/event_schema.h"
#include "ledger/store/schema.h"
#include "reports/engine/guarded_run.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace countersign::testing {
namespace {

namespace json = boost::json;

constexpr std::string_view kOrigin = "evidence.example.com/eu-1/";
constexpr std::string_view kNoHash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

void need(const base::Result<void>& result) {
  if (!result) throw std::runtime_error(result.error().message);
}

base::Timestamp time_of(std::string_view text) {
  const auto time = base::parse_rfc3339(text);
  if (!time) throw std::invalid_argument(std::string(text));
  return *time;
}

std::string value_text(const record::EventField& field, const json::value& value) {
  if (field.personal) return base::json_string(tale_token(to_string(*field.personal), value.as_string()));
  if (const auto* text = value.if_string()) return base::json_string({text->data(), text->size()});
  return json::serialize(value);
}

/// An event as a record has it: members in the schema's order, personal ones as tokens.
std::string event_text(const json::object& event) {
  std::string out = "{";
  std::string_view object;
  const auto comma = [&] {
    if (out.back() != '{') out.push_back(',');
  };
  for (const auto& field : record::kEventFields) {
    const auto path =
        field.object.empty() ? std::string(field.name) : fmt::format("{}.{}", field.object, field.name);
    const auto* value = event.if_contains(path);
    if (value == nullptr) continue;
    if (object != field.object) {
      if (!object.empty()) out.push_back('}');
      object = field.object;
      comma();
      if (!object.empty()) out += fmt::format("\"{}\":{{", object);
    }
    comma();
    out += fmt::format("\"{}\":{}", field.name, value_text(field, *value));
  }
  if (!object.empty()) out.push_back('}');
  return out + "}";
}

template <class Members>
json::object as_object(const Members& members) {
  json::object out;
  for (const auto& [name, value] : members)
    out.insert_or_assign(json::string_view(name.data(), name.size()), value.json);
  return out;
}

template <class T>
T need(base::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

}  // namespace

std::string tale_token(std::string_view kind, std::string_view value) {
  return base::to_base64url(crypto::sha256(fmt::format("{}/{}", kind, value)).view());
}

std::string Tale::line(std::string_view log, std::vector<std::string>& records, std::int64_t& received,
                       std::string_view time, std::string_view source, std::string_view proof,
                       std::int64_t after_s, const json::object& event) {
  received = std::max(received, time_of(time).micros + after_s * 1'000'000);
  auto whole = event;
  if (!whole.contains("id")) whole["id"] = fmt::format("{}-{}", source, records.size());
  whole["time"] = json::string_view(time.data(), time.size());
  whole["tenant"] = json::string_view(log.data(), log.size());
  return fmt::format(
      R"({{"v":1,"log":"{}{}","seq":{},"prev":"{}","received":"{}","source":"{}","proof":"{}","event":{}}})",
      kOrigin, log, records.size(), kNoHash, base::format_rfc3339({received}), source, proof,
      event_text(whole));
}

std::uint64_t Tale::say(std::string_view time, std::string_view type, const json::object& event,
                        std::string_view source, std::string_view proof, std::int64_t received_after_s) {
  auto whole = event;
  whole["type"] = json::string_view(type.data(), type.size());
  records_.push_back(line("acme", records_, received_, time, source, proof, received_after_s, whole));
  return records_.size() - 1;
}

std::uint64_t Tale::say(std::string_view time, std::string_view type, Members members,
                        std::string_view source, std::string_view proof, std::int64_t received_after_s) {
  return say(time, type, as_object(members), source, proof, received_after_s);
}

std::uint64_t Tale::system(std::string_view time, std::string_view type, const MemberList& members) {
  auto event = as_object(members);
  event["type"] = json::string_view(type.data(), type.size());
  system_records_.push_back(
      line("_system", system_records_, system_received_, time, "countersign", "none", 0, event));
  return system_records_.size() - 1;
}

void Tale::policy(std::string_view time, std::string_view member, const json::value& before,
                  const json::value& after) {
  const auto word = [](const json::value& value) {
    const auto* text = value.if_string();
    return text != nullptr ? std::string(text->data(), text->size()) : json::serialize(value);
  };
  ++changes_;
  system(time, "policy.changed",
         {{"id", fmt::format("policy.changed:{}:1:1", changes_)},
          {"actor.id", "anna"},
          {"actor.role", "operator"},
          {"action.name", "policy put over HTTP"},
          {"action.resource", "acme"},
          {"action.context", fmt::format("{}: before {}, after {}", member, word(before), word(after))}});
}

void Tale::write_index(const std::filesystem::path& file) const {
  auto index = need(sqlite::Connection::open(file, {.access = sqlite::Access::create, .cache_kib = 65'536}));
  need(index.execute(projection::index_schema()));
  need(index.execute("PRAGMA synchronous=OFF; BEGIN"));
  auto rows = need(projection::RecordRows::prepare(index));
  std::int64_t log = 0;
  for (const auto* records : {&records_, &system_records_}) {
    for (std::size_t i = 0; i < records->size(); ++i)
      need(rows.add(log, store::place_of(log, i), (*records)[i]));
    need(index.execute(fmt::format("INSERT INTO progress VALUES({}, {})", log, records->size())));
    ++log;
  }
  need(rows.flush());
  need(index.execute("COMMIT"));
  need(index.empty_wal());
}

reports::Workspace Tale::workspace(std::string_view from, std::string_view until) const {
  auto builder = need(reports::Workspace::Builder::begin());
  policy::PolicyHistory policies;
  using Of = reports::Workspace::Builder::Of;
  for (std::size_t i = 0; i < records_.size(); ++i) {
    if (lost_.contains(i)) continue;
    if (const auto added = builder.add(Of::tenant, i, records_[i]); !added)
      throw std::runtime_error(added.error().message + ": " + records_[i]);
  }
  for (std::size_t i = 0; i < system_records_.size(); ++i) {
    if (const auto added = builder.add(Of::system, i, system_records_[i]); !added)
      throw std::runtime_error(added.error().message + ": " + system_records_[i]);
    if (const auto added = policies.add(system_records_[i]); !added)
      throw std::runtime_error(added.error().message);
  }
  const base::TenantId tenant("acme");
  return need(
      builder.finish({tenant, time_of(from), time_of(until), 0, records_.size(), system_records_.size()},
                     policies.of(tenant)));
}

reports::ControlResult Tale::run(
    std::string_view control, std::string_view from, std::string_view until,
    std::initializer_list<std::pair<std::string_view, reports::Cell>> parameters) const {
  const auto* found = reports::Catalogue::built_in().find(control);
  if (found == nullptr) throw std::invalid_argument(std::string(control));
  auto definition = *found;
  for (const auto& [name, value] : parameters) {
    const auto at = std::find_if(definition.parameters.begin(), definition.parameters.end(),
                                 [&, wanted = name](const auto& one) { return one.name == wanted; });
    if (at == definition.parameters.end()) throw std::invalid_argument(std::string(name));
    at->value = value;
  }
  auto tables = workspace(from, until);
  return need(reports::run_control(tables, definition, {}));
}

reports::Listing Tale::list(std::string_view listing, std::string_view from, std::string_view until) const {
  const auto* found = reports::Catalogue::built_in().find(listing);
  if (found == nullptr) throw std::invalid_argument(std::string(listing));
  auto tables = workspace(from, until);
  return need(reports::run_listing(tables, *found, {}));
}

std::vector<std::string> items(const reports::ControlResult& result) {
  std::vector<std::string> out;
  for (const auto& one : result.exceptions) out.push_back(reports::to_text(one.item));
  return out;
}

}  // namespace countersign::testing
