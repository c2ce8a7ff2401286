#pragma once

#include "ledger/base/result.h"

#include <cstddef>
#include <optional>
#include <string_view>

namespace countersign::protocols {

/// Finds the JSON values of a text, one after another, without reading them: those of an array, or values
/// that stand behind one another with or without white space. So each can be read by itself, and what is
/// wrong in one is known to be in that one. One use.
class JsonCutter {
 public:
  enum class Form {
    array,     ///< one array, and nothing else
    sequence,  ///< objects behind one another, or one array
  };

  /// `text` outlives the cutter and what it gives.
  JsonCutter(std::string_view text, Form form);

  /// The text of the next value, which is yet to be checked; absent behind the last. invalid_argument where
  /// what stands between the values, or the end of the text, is wrong; the message names the byte.
  base::Result<std::optional<std::string_view>> next();

  /// The byte at which the value that was given last begins.
  std::size_t offset() const { return begin_; }

 private:
  base::Result<void> open();
  base::Result<bool> step_to_value();
  base::Result<std::size_t> end_of_value() const;
  void skip_space();
  base::Result<bool> nothing_behind();

  std::string_view text_;
  Form form_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;
  bool opened_ = false;
  bool in_array_ = false;
  bool first_ = true;
  bool done_ = false;
};

}  // namespace countersign::protocols
