#pragma once

#include "ledger/store/store.h"

#include <filesystem>
#include <memory>
#include <string>

namespace countersign::store {

/// The ledger in one SQLite file. Holds the file's only read-write connection and moves its WAL itself.
class SqliteStore final : public Store {
 public:
  /// Brings a file of an older format to this one. `vfs` as in sqlite::OpenOptions.
  static base::Result<std::unique_ptr<SqliteStore>> open(const std::filesystem::path& ledger_file,
                                                         const std::string& vfs = {});
  ~SqliteStore() override;

  base::Result<void> begin() override;
  base::Result<std::optional<Place>> find(const EventKey& key) override;
  base::Result<void> commit(const Group& group) override;
  void rollback() override;
  base::Result<void> publish(const std::vector<NewCheckpoint>& checkpoints) override;
  base::Result<void> seal(const std::vector<NewSegment>& segments) override;
  base::Result<std::uint64_t> drop_sealed(std::uint64_t records_max) override;
  base::Result<void> retire(std::int64_t log, const std::vector<RetirementStatement>& parts) override;
  base::Result<void> add_rotation(std::size_t number, std::string_view note) override;
  void tidy() override;
  base::Result<void> close() override;

 private:
  struct Impl;
  explicit SqliteStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace countersign::store
