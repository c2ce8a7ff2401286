#include "web/senders/host.h"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <charconv>

namespace countersign::senders {
namespace {

constexpr std::size_t kNameMax = 253;

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kNameMax && text.front() != '-' && text.front() != '.' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                  c == '.';
         });
}

bool is_v6(std::string_view text) {
  boost::system::error_code error;
  boost::asio::ip::make_address_v6(std::string(text), error);
  return !error;
}

}  // namespace

base::Result<HostAndPort> parse_host_and_port(std::string_view text) {
  HostAndPort out;
  const auto colon = text.rfind(':');
  const auto host = text.substr(0, colon == std::string_view::npos ? text.size() : colon);
  const auto port = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  out.host = bracketed ? host.substr(1, host.size() - 2) : host;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (error != std::errc() || end != port.data() + port.size() || out.port == 0 ||
      !(bracketed ? is_v6(out.host) : is_name(out.host)))
    return base::fail(base::Code::invalid_argument,
                      "must be a host and a port: mail.example.com:587, 192.0.2.1:514 or [2001:db8::1]:514");
  return out;
}

bool is_loopback(std::string_view host) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(host), error);
  return error ? host == "localhost" : address.is_loopback();
}

std::string in_url(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

}  // namespace countersign::senders
