#include "reports/engine/system_records.h"

#include "ledger/record/record.h"
#include "tests/reports/engine/tale.h"

#include <gtest/gtest.h>

#include <set>

namespace countersign::testing {
namespace {

/// The records of the system log that concern a tenant are found by two pieces of code: this one, which
/// chooses what goes into a bundle, and the SQL that makes the table `system`. Of the same records both must
/// choose the same.
TEST(SystemRecords, ThatConcernATenantAreThoseOfTheTable) {
  Tale tale;
  tale.say("2026-01-01T00:00:00Z", "source.heartbeat", {}, "shop");
  const auto add = [&](const char* type, const char* resource, const char* session = "") {
    if (*session == '\0') {
      tale.system("2026-01-01T00:00:00Z", type, {{"action.resource", resource}});
    } else {
      tale.system("2026-01-01T00:00:00Z", type, {{"action.resource", resource}, {"session.id", session}});
    }
  };
  for (const auto* type : {"ledger.started", "ledger.verified", "key.created", "key.rotated",
                           "backup.performed", "backup.restored"})
    add(type, "x");
  for (const auto* type : {"source.added", "source.revoked", "source.silent", "source.heard"}) {
    add(type, "shop");
    add(type, "other");
  }
  for (const auto* resource : {"acme", "acme/17", "acme-2", "acme-2/17", "acm", "other"})
    add("personal.viewed", resource);
  add("report.performed", "acme");
  add("challenge.verified", "account", "before");
  add("record.viewed", "acme/3", "looked");
  add("record.viewed", "other/3", "elsewhere");
  for (const auto* session : {"looked", "elsewhere"}) {
    add("challenge.verified", "account", session);
    add("factor.enrolled", "account", session);
    add("login.succeeded", "account", session);
  }

  reports::Concern concern{"acme", {"shop"}, {}};
  const auto read = [](const std::string& line) {
    return record::read_event(record::read_record(line).value().event).value();
  };
  for (const auto& line : tale.system_records()) {
    const auto event = read(line);
    if (reports::names_tenant(event, "acme") && event.has(record::kSessionId))
      concern.sessions.emplace(event.plain(record::kSessionId));
  }
  std::set<std::int64_t> chosen, in_table;
  for (std::size_t i = 0; i < tale.system_records().size(); ++i) {
    if (reports::concerns(read(tale.system_records()[i]), concern))
      chosen.insert(static_cast<std::int64_t>(i));
  }
  auto workspace = tale.workspace("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z");
  auto rows = workspace.connection().prepare("SELECT seq FROM system").value();
  while (rows.step().value()) in_table.insert(rows.integer(0));
  EXPECT_EQ(chosen, in_table);
  EXPECT_EQ(chosen.size(), 6u + 4u + 2u + 1u + 2u);
}

}  // namespace
}  // namespace countersign::testing
