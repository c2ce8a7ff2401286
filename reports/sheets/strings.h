#pragma once

#include "ledger/base/result.h"
#include "reports/sheets/budget.h"
#include "reports/sheets/package.h"
#include "reports/sheets/xml.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::sheets {

/// Gathers the text of a string item (CT_Rst): of `t` and of the runs `r`, not of phonetic runs `rPh`. Give
/// it the tags below the item.
class RichText {
 public:
  void clear();
  base::Result<void> start(const Tag& tag);
  void end();
  base::Result<void> text(std::string_view piece);
  /// The text so far, with its escapes undone.
  std::string take();

 private:
  std::size_t depth_ = 0, phonetic_ = 0;  ///< phonetic_: the depth at which a phonetic run began
  bool in_text_ = false;
  std::string text_;
};

/// The strings that cells refer to by their number (xl/sharedStrings.xml), one behind another in memory.
class SharedStrings {
 public:
  static base::Result<SharedStrings> read(const Package& package, Budget& budget);

  std::optional<std::string_view> at(std::size_t index) const;

 private:
  friend class SharedStringsReader;
  std::string all_;
  std::vector<std::size_t> ends_;
};

}  // namespace countersign::sheets
