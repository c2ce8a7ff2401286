// A request to each scheme: the first byte chooses the scheme, then come the query, header fields, an empty
// line and the body.

#include "collector/signatures/form.h"
#include "collector/signatures/scheme.h"
#include "tests/fuzz/property.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using namespace countersign;

namespace {

std::string_view secret_of(std::string_view scheme) {
  if (scheme == "standard_webhooks") return "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  if (scheme == "sinch") return "BeIukql3pTKJ8RGL5zo0DA==";
  if (scheme == "telnyx") return "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
  return "12345";
}

std::string_view take_line(std::string_view& rest) {
  const auto line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view rest(reinterpret_cast<const char*>(data), size);  // NOLINT: bytes are what a fuzzer gives
  const auto schemes = signatures::all_schemes();
  const auto& scheme = schemes[static_cast<unsigned char>(rest.front()) % schemes.size()];
  rest.remove_prefix(1);
  const auto query = take_line(rest);
  std::vector<std::pair<std::string_view, std::string_view>> fields;
  for (auto line = take_line(rest); !line.empty(); line = take_line(rest)) {
    const auto colon = std::min(line.find(':'), line.size());
    fields.emplace_back(line.substr(0, colon), line.substr(std::min(colon + 1, line.size())));
  }
  signatures::SignedRequest request;
  request.method = "POST";
  request.path = "/v1/hooks/source";
  request.query = query;
  request.urls = {"https://example.com", "http://example.com:8443", "https://[::1]:443"};
  request.header = [&](std::string_view name) {
    for (const auto& [key, value] : fields) {
      if (key == name) return value;
    }
    return std::string_view();
  };
  request.body = rest;
  request.now_s = 1'700'000'000;
  const crypto::Secret secret(base::bytes_of(secret_of(scheme.name)));
  const crypto::Secret* one = &secret;
  const auto verdict = scheme.verify(request, {&one, 1});
  if (verdict && scheme.name != "shared_header") {
    const std::string other = std::string(rest) + "x";
    request.body = other;
    PROPERTY(!scheme.verify(request, {&one, 1}));
    request.body = rest;
  }
  PROPERTY(!scheme.verify(request, {}));
  static_cast<void>(scheme.check_secret(rest));
  if (const auto form = signatures::read_form(rest, 100)) PROPERTY(form->size() <= 100);
  return 0;
}
