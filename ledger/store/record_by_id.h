#pragma once

#include "ledger/base/result.h"
#include "ledger/store/ledger_reader.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::store {

/// Finds the record of an event by who sent it and its id, beside the region's writer and without writing.
/// One thread at a time.
class RecordById {
 public:
  /// Errors of LedgerReader::open.
  static base::Result<RecordById> open(const std::filesystem::path& ledger_file);
  ~RecordById();
  RecordById(RecordById&&) noexcept;
  RecordById& operator=(RecordById&&) noexcept;

  /// The record's bytes; absent where `log` has none, and where it was retired.
  base::Result<std::optional<std::string>> find(const LogHead& log, std::string_view source,
                                                std::string_view id);

 private:
  struct Impl;
  explicit RecordById(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace countersign::store
