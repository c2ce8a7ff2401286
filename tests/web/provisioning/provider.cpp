#include "tests/web/provisioning/provider.h"

#include "ledger/record/event_view.h"
#include "ledger/record/record.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/store/verify_ledger.h"
#include "ledger/vault/vault_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace countersign::provisioning {

Provider::Provider() : writer(region.open_writer()) {
  for (const auto* name : {"okta", "entra"}) {
    ingest::Source one;
    one.name = base::SourceName(name);
    one.adapter = std::string(ingest::kNativeAdapter);
    one.tenants = {base::TenantId("acme"), base::TenantId("far")};
    if (one.name.value() == "okta") one.tenants.emplace_back("globex");
    registry->put(std::move(one));
  }
  for (const auto* name : {"acme", "globex", "far", "initech"}) {
    ingest::Tenant one;
    one.id = base::TenantId(name);
    one.region = base::RegionId(one.id.value() == "far" ? "us-1" : "eu-1");
    registry->put(std::move(one));
  }
  service = std::make_unique<ingest::IngestService>(
      [this](const base::RegionId& id) -> store::Appender* {
        return id.value() == "eu-1" ? writer.get() : nullptr;
      },
      ingest::IngestLimits(), metrics, registry, region.clock());
  restart();
}

void Provider::restart() {
  provisioning.reset();
  auto opened = Provisioning::open({.region = base::RegionId("eu-1"),
                                    .files = region.files(),
                                    .keys = region.keys(),
                                    .ingest = service.get(),
                                    .base_url = "https://countersign.example.com/scim/v2",
                                    .clock = region.clock(),
                                    .entropy = region.entropy(),
                                    .limits = limits,
                                    .on_failure = [this](const base::Error& e) { error = e.message; }});
  ASSERT_TRUE(opened) << opened.error().message;
  provisioning = std::move(*opened);
}

scim::Answer Provider::send(std::string_view method, std::string_view path, std::string_view body) {
  const auto mark = std::min(path.find('?'), path.size());
  scim::Request request{method, path.substr(0, mark), path.substr(std::min(mark + 1, path.size()))};
  request.body = body;
  ingest::Admitted sender;
  sender.registry = registry;
  sender.source = registry->source_by_name(base::SourceName(source));
  sender.proof = proof;
  return provisioning->answer(sender, tenant, request);
}

scim::Answer Provider::patch(std::string_view path, std::string_view operations) {
  return send("PATCH", path,
              fmt::format(R"({{"schemas":["{}"],"Operations":[{}]}})", scim::kPatchMessage, operations));
}

std::string Provider::create(std::string_view path, std::string_view body) {
  const auto answer = send("POST", path, body);
  EXPECT_EQ(answer.status, 201) << answer.body << error;
  if (answer.status != 201) return {};
  return scim::body_of(answer).at("id").as_string().c_str();
}

std::string Provider::create_user(std::string_view name) {
  return create("/Users", fmt::format(R"({{"schemas":["{}"],"userName":"{}"}})", scim::kUserSchema, name));
}

std::string Provider::create_group(std::string_view name, const std::vector<std::string>& members) {
  std::vector<std::string> values;
  for (const auto& id : members) values.push_back(fmt::format(R"({{"value":"{}"}})", id));
  return create("/Groups", fmt::format(R"({{"schemas":["{}"],"displayName":"{}","members":[{}]}})",
                                       scim::kGroupSchema, name, fmt::join(values, ",")));
}

template <class Visit>
void Provider::read(std::uint64_t begin, const Visit& visit) {
  auto ledger = store::LedgerReader::open(region.files().ledger());
  auto vault = vault::VaultReader::open(region.files().vault(), region.keys());
  ASSERT_TRUE(ledger && vault);
  const auto log = ledger->log(tenant);
  if (!log) return;
  const auto opened = [&](const record::EventView& event, record::Field field) -> std::string {
    if (!event.has(field)) return "";
    const auto value = vault->disclose(tenant, event.plain(field));
    return value && *value ? (*value)->value : "-";
  };
  ASSERT_TRUE(ledger->read(*log, begin, log->size, [&](base::Seq, std::string_view bytes) {
    const auto record = record::read_record(bytes);
    const auto event = record::read_event(record->event);
    EXPECT_TRUE(record && event);
    visit(*record, *event, opened);
    return base::Result<void>();
  }));
}

std::vector<std::string> Provider::told() {
  std::vector<std::string> out;
  read(read_, [&](const record::RecordView& record, const record::EventView& event, const auto& opened) {
    EXPECT_EQ(record.source, source);
    EXPECT_EQ(record.proof, record::to_string(proof));
    std::string line =
        fmt::format("{} | {} | {} | {} |", event.plain(record::kType), event.text(record::kActionName),
                    event.text(record::kActionResource), event.text(record::kActionContext));
    for (const auto field :
         {record::kActorId, record::kActorEmail, record::kActorPhone, record::kActorName}) {
      if (const auto value = opened(event, field); !value.empty()) line += " " + value;
    }
    if (event.has(record::kOutcomeReason)) line += " | " + event.text(record::kOutcomeReason);
    out.push_back(std::move(line));
  });
  read_ += out.size();
  return out;
}

std::vector<std::string> Provider::payloads() {
  std::vector<std::string> out;
  read(0, [&](const record::RecordView&, const record::EventView& event, const auto& opened) {
    if (event.has(record::kDeliveryRaw)) out.push_back(opened(event, record::kDeliveryRaw));
  });
  return out;
}

std::uint64_t Provider::records() {
  std::uint64_t count = 0;
  read(0, [&](const auto&, const auto&, const auto&) { ++count; });
  return count;
}

void Provider::expect_whole_ledger() {
  writer->stop();
  const auto report = store::verify_ledger(region.files().ledger(), {}, {});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->faults.empty());
}

}  // namespace countersign::provisioning
