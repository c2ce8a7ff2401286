#include "collector/http/address.h"

#include <algorithm>

namespace countersign::http {
namespace {

template <class Bytes>
Bytes first_of(Bytes bytes, std::size_t count) {
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(count), bytes.end(), static_cast<unsigned char>(0));
  return bytes;
}

}  // namespace

Address unmapped(const Address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
  return address;
}

Address network_of(const Address& address, std::size_t v4_bytes, std::size_t v6_bytes) {
  if (address.is_v4()) return boost::asio::ip::address_v4(first_of(address.to_v4().to_bytes(), v4_bytes));
  return boost::asio::ip::address_v6(first_of(address.to_v6().to_bytes(), v6_bytes));
}

}  // namespace countersign::http
