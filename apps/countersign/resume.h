#pragma once

#include "ledger/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace countersign::apps {

/// How far a file has been sent, in a file under $XDG_STATE_HOME/countersign (else
/// ~/.local/state/countersign), so that an import that was interrupted goes on where it stopped. What is sent
/// twice is a duplicate in the ledger, so losing it costs time and nothing else.
class Resume {
 public:
  /// `how` is everything that makes the sending of a file what it is (address, mapping, source): another way
  /// begins anew. A file that has changed since begins anew, too.
  Resume(const std::filesystem::path& file, const std::string& how);

  /// Rows that were acknowledged before.
  std::uint64_t rows() const { return rows_; }
  /// The file has another size or time than when it was sent in part.
  bool file_changed() const { return changed_; }

  /// Durable when it returns.
  base::Result<void> save(std::uint64_t rows);
  /// All of it was sent.
  void finish();

 private:
  std::filesystem::path state_;
  std::string stamp_;  ///< size and time of the file
  std::uint64_t rows_ = 0;
  bool changed_ = false;
};

}  // namespace countersign::apps
