#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/sqlite/connection.h"
#include "reports/documents/document.h"
#include "reports/documents/waiting_events.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace countersign::documents {

/// `documents.sqlite`: which documents and versions there are, who has accepted which NDA, which reminders
/// were given, and events that wait to be recorded. An event is put down in the transaction of what it tells
/// of, so that neither is there without the other. One thread. Errors: the connection's.
class Book {
 public:
  /// Made where there is none. data_loss where it is another file; failed_precondition where a newer version
  /// made it.
  static base::Result<Book> open(const std::filesystem::path& file);

  base::Result<sqlite::Transaction> begin();

  /// In the order in which they were added; all, or the one of that id.
  base::Result<std::vector<Document>> read(std::optional<std::string_view> id = std::nullopt);

  /// Adds a document without its versions, or replaces what is said of it.
  base::Result<void> put(const Document& document);
  /// Adds a version, or replaces what is said of it.
  base::Result<void> put(const std::string& document, const Version& version);

  /// Bytes of all contents that are kept, each counted once.
  base::Result<std::uint64_t> kept_bytes();

  base::Result<std::optional<base::Timestamp>> accepted(const std::string& account, const base::Digest& nda);
  base::Result<void> accept(const std::string& account, const base::Digest& nda, base::Timestamp now);

  /// Reminders of a version by the days before its last one; 0 stands for that it has expired.
  base::Result<std::vector<std::int64_t>> reminded(const std::string& document, std::int64_t version);
  base::Result<void> remind(const std::string& document, std::int64_t version, std::int64_t days,
                            base::Timestamp now);

  /// Puts an event down that is to be recorded; and records what waits.
  base::Result<void> wait(const boost::json::object& event);
  base::Result<void> settle(const Record& record);

 private:
  explicit Book(sqlite::Connection connection) : connection_(std::move(connection)) {}
  base::Result<std::vector<Version>> versions_of(const std::string& document);

  sqlite::Connection connection_;
};

}  // namespace countersign::documents
