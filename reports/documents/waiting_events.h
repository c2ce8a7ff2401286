#pragma once

#include "ledger/base/result.h"
#include "ledger/sqlite/connection.h"

#include <boost/json/object.hpp>

#include <functional>
#include <string_view>

/// Events of the system log that wait in a file of their store, each put down in the transaction of what it
/// tells of, so that neither is there without the other. One thread. Errors: the connection's.
namespace countersign::documents {

/// Makes the table.
inline constexpr char kWaitingTable[] = R"sql(
CREATE TABLE waiting(
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  event TEXT NOT NULL
) STRICT;
)sql";

/// Puts an event into the region's system log, durably, before it returns.
using Record = std::function<base::Result<void>(const boost::json::object& event)>;

base::Result<void> put_waiting(sqlite::Connection& connection, const boost::json::object& event);

/// Records what waits, the oldest first, each before it goes. data_loss, with the file's name, for what is no
/// event.
base::Result<void> record_waiting(sqlite::Connection& connection, const Record& record,
                                  std::string_view file);

}  // namespace countersign::documents
