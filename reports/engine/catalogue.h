#pragma once

#include "ledger/base/result.h"
#include "reports/engine/definition.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::reports {

/// The controls, detections and listings that are known. A value; const calls are thread-safe.
class Catalogue {
 public:
  /// One file of a catalogue: `step-up-missing.toml`.
  struct File {
    std::string name, content;
  };

  /// Those of reports/controls, reports/detections and reports/listings, which are part of the program.
  static const Catalogue& built_in();

  /// Reads pairs of files, `NAME.toml` and `NAME.sql`, and checks every query: that it is one SELECT over the
  /// tables of a report with an end that can be foreseen, that it has the columns and parameters that it must
  /// have. invalid_argument with file and line for the first that is not so, or an id that stands there
  /// twice.
  static base::Result<Catalogue> read(std::vector<File> files);

  /// The built-in ones with those of a folder; an id of a built-in one is refused. not_found without a
  /// folder.
  static base::Result<Catalogue> with_folder(const std::filesystem::path& folder);

  const std::vector<Definition>& definitions() const { return definitions_; }  ///< by kind, then id
  const Definition* find(std::string_view id) const;
  const std::vector<File>& files() const { return files_; }  ///< by name

 private:
  std::vector<Definition> definitions_;
  std::vector<File> files_;
};

}  // namespace countersign::reports
