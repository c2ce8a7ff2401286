#include "reports/documents/waiting_events.h"

#include "ledger/base/json.h"
#include "ledger/sqlite/each_row.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace countersign::documents {

namespace json = boost::json;

base::Result<void> put_waiting(sqlite::Connection& connection, const json::object& event) {
  TRY_ASSIGN(auto put, connection.prepare("INSERT INTO waiting(event) VALUES(?1)"));
  const auto text = json::serialize(event);
  put.bind_text(1, text);
  return put.run();
}

base::Result<void> record_waiting(sqlite::Connection& connection, const Record& record,
                                  std::string_view file) {
  std::vector<std::pair<std::int64_t, json::object>> waiting;
  TRY_ASSIGN(auto rows, connection.prepare("SELECT number,event FROM waiting ORDER BY number"));
  TRY(sqlite::each_row(rows, [&](const sqlite::Statement& row) -> base::Result<void> {
    auto parsed = base::parse_json(row.text(1), {});
    if (!parsed || !parsed->value.is_object())
      return base::fail(base::Code::data_loss, fmt::format("{} holds what cannot be read", file));
    waiting.emplace_back(row.integer(0), std::move(parsed->value.get_object()));
    return {};
  }));
  for (const auto& [number, event] : waiting) {
    TRY(record(event));
    TRY_ASSIGN(auto gone, connection.prepare("DELETE FROM waiting WHERE number=?1"));
    gone.bind(1, number);
    TRY(gone.run());
  }
  return {};
}

}  // namespace countersign::documents
