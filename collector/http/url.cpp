#include "collector/http/url.h"

#include <boost/url/parse.hpp>
#include <boost/url/pct_string_view.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

namespace countersign::http {
namespace {

namespace urls = boost::urls;

auto refuse(std::string_view reason) {
  return base::fail(base::Code::invalid_argument, "the address is not usable: " + std::string(reason) +
                                                      "; give it as https://host:port/path");
}

}  // namespace

base::Result<Url> parse_url(std::string_view text) {
  const auto parsed = urls::parse_uri(urls::string_view(text.data(), text.size()));
  if (!parsed) return refuse("it is not a URL");
  const urls::url_view& view = *parsed;
  if (view.scheme_id() != urls::scheme::http && view.scheme_id() != urls::scheme::https)
    return refuse("only http and https are spoken");
  if (view.has_userinfo()) return refuse("a user name or password does not belong in it");
  if (view.has_fragment()) return refuse("it has a fragment, which is never sent");
  Url url;
  url.tls = view.scheme_id() == urls::scheme::https;
  url.host = view.host_address();
  if (url.host.empty()) return refuse("it names no host");
  url.port = url.tls ? 443 : 80;
  if (view.has_port()) {
    url.port = view.port_number();
    if (url.port == 0) return refuse("its port is not between 1 and 65535");
  }
  url.target = std::string(view.encoded_target());
  if (!url.target.starts_with('/')) url.target.insert(url.target.begin(), '/');
  return url;
}

base::Result<std::string> decode_segment(std::string_view text) {
  const auto encoded = urls::make_pct_string_view(urls::string_view(text.data(), text.size()));
  if (!encoded)
    return base::fail(base::Code::invalid_argument, "the percent-encoding of the path is malformed");
  auto decoded = encoded->decode();
  if (decoded.find('\0') != std::string::npos)
    return base::fail(base::Code::invalid_argument, "the path holds a NUL byte");
  return decoded;
}

}  // namespace countersign::http
