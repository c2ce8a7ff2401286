#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstddef>

namespace countersign::http {

using Address = boost::asio::ip::address;

/// An IPv4 address that is written as an IPv6 one (`::ffff:192.0.2.1`, RFC 4291 section 2.5.5.2) as itself;
/// any other as it is.
Address unmapped(const Address& address);

/// The network of an address: its first bytes, at most 4 of an IPv4 address and 16 of an IPv6 one, and zeros.
Address network_of(const Address& address, std::size_t v4_bytes, std::size_t v6_bytes);

}  // namespace countersign::http
