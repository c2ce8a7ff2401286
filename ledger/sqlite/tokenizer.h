#pragma once

#include "ledger/base/result.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::sqlite {

/// Takes texts apart as a full-text index does: FTS5's own tokenizer `unicode61`, so that what is compared
/// here and what is found there are the same words. One thread.
class Tokenizer {
 public:
  /// `characters` are those that belong to words beside letters and digits.
  static base::Result<Tokenizer> open(std::string_view characters);
  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;

  /// Puts the words of a text into `out`, in their order, in place of what is there.
  base::Result<void> split(std::string_view text, std::vector<std::string>& out);

 private:
  struct Impl;
  explicit Tokenizer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace countersign::sqlite
