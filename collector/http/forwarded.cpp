#include "collector/http/forwarded.h"

#include "collector/http/address.h"
#include "collector/http/characters.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace countersign::http {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t";
  const auto begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

/// An address alone. A zone (`fe80::1%eth0`) means something on one machine only.
std::optional<Address> parse_address(std::string_view text) {
  constexpr std::size_t kLongest = 45;
  if (text.empty() || text.size() > kLongest || text.find('%') != std::string_view::npos) return std::nullopt;
  boost::system::error_code error;
  const auto parsed = boost::asio::ip::make_address(std::string(text), error);
  if (error) return std::nullopt;
  return unmapped(parsed);
}

bool is_port(std::string_view text) {
  constexpr std::size_t kDigitsMax = 5;
  return !text.empty() && text.size() <= kDigitsMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// An address with or without a port: `192.0.2.1`, `192.0.2.1:443`, `[2001:db8::1]`, `[2001:db8::1]:443`, and
/// `2001:db8::1` where `bare` says so.
std::optional<Address> parse_node(std::string_view text, bool bare) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const auto rest = text.substr(end + 1);
    if (!rest.empty() && !(rest.front() == ':' && is_port(rest.substr(1)))) return std::nullopt;
    const auto inner = text.substr(1, end - 1);
    return inner.find(':') == std::string_view::npos ? std::nullopt : parse_address(inner);
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return parse_address(text);
  if (text.rfind(':') == colon)
    return is_port(text.substr(colon + 1)) ? parse_address(text.substr(0, colon)) : std::nullopt;
  return bare ? parse_address(text) : std::nullopt;
}

/// The value of a pair of Forwarded at the beginning of `text`, which moves behind it. Whatever needs a
/// backslash is no address.
std::optional<std::string_view> take_value(std::string_view& text) {
  if (text.starts_with('"')) {
    const auto end = text.find('"', 1);
    if (end == std::string_view::npos) return std::nullopt;
    const auto value = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    return value.find('\\') == std::string_view::npos ? std::optional(value) : std::nullopt;
  }
  const auto end = static_cast<std::size_t>(
      std::find_if_not(text.begin(), text.end(), [](char c) { return is_token_char(c); }) - text.begin());
  const auto value = text.substr(0, end);
  text.remove_prefix(end);
  return value.empty() ? std::nullopt : std::optional(value);
}

/// The `for` of one element of Forwarded (RFC 7239 section 4). A comma within a quoted text ends the element
/// here, too, so that no quotation mark that somebody before has left open can swallow what a proxy wrote:
/// the element is malformed then.
std::optional<Address> parse_element(std::string_view text) {
  std::optional<Address> found;
  while (true) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || !is_token(text.substr(0, equals))) return std::nullopt;
    const bool is_for = same_name(text.substr(0, equals), "for");
    text.remove_prefix(equals + 1);
    const auto value = take_value(text);
    if (!value || (is_for && found)) return std::nullopt;
    if (is_for) {
      found = parse_node(*value, false);
      if (!found) return std::nullopt;
    }
    text = trimmed(text);
    if (text.empty()) return found;
    if (text.front() != ';') return std::nullopt;
    text = trimmed(text.substr(1));
  }
}

/// Whether an address that a proxy names can be another machine's.
bool is_elsewhere(const Address& address) {
  return !address.is_loopback() && !address.is_unspecified() && !address.is_multicast();
}

/// Gives `look` the entries of a field from the last to the first, until it is true.
template <class Look>
void each_from_the_end(const Fields& fields, std::string_view name, Look look) {
  for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
    if (!same_name(field->first, name)) continue;
    std::string_view rest = field->second;
    for (bool more = true; more;) {
      const auto comma = rest.rfind(',');
      more = comma != std::string_view::npos;
      const auto entry = trimmed(more ? rest.substr(comma + 1) : rest);
      if (more) rest = rest.substr(0, comma);
      // An empty entry is none (RFC 9110 section 5.6.1).
      if (!entry.empty() && look(entry)) return;
    }
  }
}

}  // namespace

bool TrustedProxies::contains(const Address& address) const {
  const auto plain = unmapped(address);
  return std::any_of(networks.begin(), networks.end(), [&](const Network& one) {
    if (one.address.is_v4() != plain.is_v4()) return false;
    const auto same = [&](const auto& a, const auto& b) {
      for (unsigned bit = 0; bit < one.prefix; ++bit) {
        const auto mask = static_cast<unsigned char>(0x80u >> (bit % 8));
        if (((a[bit / 8] ^ b[bit / 8]) & mask) != 0) return false;
      }
      return true;
    };
    return plain.is_v4() ? same(plain.to_v4().to_bytes(), one.address.to_v4().to_bytes())
                         : same(plain.to_v6().to_bytes(), one.address.to_v6().to_bytes());
  });
}

base::Result<TrustedProxies::Network> parse_network(std::string_view text) {
  const auto bad = [&] {
    return base::fail(base::Code::invalid_argument,
                      fmt::format("\"{}\" is no address and no network such as 192.0.2.0/24 or 2001:db8::/32 "
                                  "(with no bit set behind the prefix, and not the whole Internet)",
                                  text));
  };
  const auto slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return bad();
  const unsigned bits = address->is_v4() ? 32 : 128;
  unsigned prefix = bits;
  if (slash != std::string_view::npos) {
    const auto digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (error != std::errc() || end != digits.data() + digits.size() || prefix == 0 || prefix > bits)
      return bad();
  }
  // The prefix of a mapped address would count from another bit.
  if (address->is_v4() && text.find(':') != std::string_view::npos) return bad();
  const auto ends_there = [&](const auto& bytes) {
    for (unsigned bit = prefix; bit < bits; ++bit) {
      if ((bytes[bit / 8] & (0x80u >> (bit % 8))) != 0) return false;
    }
    return true;
  };
  if (!(address->is_v4() ? ends_there(address->to_v4().to_bytes()) : ends_there(address->to_v6().to_bytes())))
    return bad();
  return TrustedProxies::Network{*address, prefix};
}

std::string client_address(const RequestHead& head, const Address& peer, const TrustedProxies& proxies) {
  if (proxies.networks.empty() || !proxies.contains(peer)) return peer.to_string();
  const bool standard = proxies.field == TrustedProxies::Field::forwarded;
  std::optional<Address> found;
  each_from_the_end(head.fields, standard ? "Forwarded" : "X-Forwarded-For", [&](std::string_view entry) {
    const auto address = standard ? parse_element(entry) : parse_node(entry, true);
    if (address && proxies.contains(*address)) return false;
    if (address && is_elsewhere(*address)) found = address;
    return true;
  });
  return found ? found->to_string() : peer.to_string();
}

}  // namespace countersign::http
