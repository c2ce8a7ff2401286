#pragma once

#include "ledger/base/types.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace countersign::crypto {

/// Key bytes that are wiped when they go. Not printable, not comparable, moved rather than copied.
class Secret {
 public:
  Secret() = default;
  explicit Secret(base::Bytes bytes) : bytes_(bytes.begin(), bytes.end()) {}
  explicit Secret(std::vector<std::uint8_t>&& bytes) : bytes_(std::move(bytes)) {}
  ~Secret() { wipe(); }
  Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      wipe();
      bytes_ = std::move(other.bytes_);
      other.bytes_.clear();
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  base::Bytes view() const { return bytes_; }
  std::size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }

 private:
  void wipe();
  std::vector<std::uint8_t> bytes_;
};

}  // namespace countersign::crypto
