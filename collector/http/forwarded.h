#pragma once

#include "collector/http/message.h"
#include "ledger/base/result.h"

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::http {

/// The proxies in front, whose word on where a request comes from is believed. Without any, nobody's is.
struct TrustedProxies {
  using Address = boost::asio::ip::address;

  /// Addresses whose first `prefix` bits are those of `address`.
  struct Network {
    Address address;
    unsigned prefix = 0;
  };

  /// The one field that is read. A proxy passes the other one on as a stranger has sent it.
  enum class Field { x_forwarded_for, forwarded };

  std::vector<Network> networks;
  Field field = Field::x_forwarded_for;

  /// An IPv4 address that is mapped into IPv6 counts as what it is.
  bool contains(const Address& address) const;
};

/// `192.0.2.0/24`, `2001:db8::/32`, or an address alone. invalid_argument: anything else; bits behind the
/// prefix that are set; the whole of IPv4 or IPv6, which would believe everybody.
base::Result<TrustedProxies::Network> parse_network(std::string_view text);

/// The address of who sent the request, without a port. Where `peer` is a trusted proxy that is the last
/// address that the field names (X-Forwarded-For, or `for=` of Forwarded, RFC 7239) and that is no trusted
/// proxy itself. Each proxy adds its entry at the end: so the entries are read from there, and what stands
/// before the one that decides, which anybody can have made up, is not looked at. Where there is none, or the
/// one that is to decide is malformed, hidden or an address that cannot be another machine's (loopback,
/// unspecified, multicast), it is the peer's. Thread-safe.
std::string client_address(const RequestHead& head, const TrustedProxies::Address& peer,
                           const TrustedProxies& proxies);

}  // namespace countersign::http
