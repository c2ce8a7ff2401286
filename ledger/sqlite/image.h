#pragma once

#include <cstddef>
#include <memory>

namespace countersign::sqlite {

/// The bytes of a database that was made in this process. Connections of any thread read them at once,
/// without a copy of their own: Connection::image(), Connection::attach().
class Image {
 public:
  ~Image();
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;

  std::size_t bytes() const { return bytes_; }

 private:
  friend class Connection;
  Image(unsigned char* data, std::size_t bytes) : data_(data), bytes_(bytes) {}

  unsigned char* data_;  ///< of SQLite's allocator
  std::size_t bytes_;
};

using SharedImage = std::shared_ptr<const Image>;

}  // namespace countersign::sqlite
