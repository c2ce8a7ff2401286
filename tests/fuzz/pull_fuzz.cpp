// A provider's answer to a poll. The first byte names the puller, the second the status; a line of cursor
// follows, then the answer's body, which also stands in its fields.

#include "collector/pull/puller.h"
#include "tests/fuzz/property.h"

#include <string>

using namespace countersign;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr const pull::Puller* kPullers[] = {&pull::kCiscoDuoPuller, &pull::kEntraIdPuller,
                                              &pull::kGoogleWorkspacePuller, &pull::kOktaPuller};
  constexpr int kStatuses[] = {200, 200, 200, 429, 401, 503};
  if (size < 2) return 0;
  const auto& puller = *kPullers[data[0] % std::size(kPullers)];
  const auto text = base::text_of({data + 2, size - 2});
  const auto cursor = text.substr(0, text.find('\n'));
  const std::string body(text.substr(std::min(text.size(), cursor.size() + 1)));
  const pull::PullContext context{
      "https://api.example.com", "key:secret", {{"directory_id", "d"}}, {1'769'851'800'000'000}, "token"};
  const http::ClientResponse response{kStatuses[data[1] % std::size(kStatuses)],
                                      {{"Link", body}, {"Retry-After", body}, {"X-Rate-Limit-Reset", body}},
                                      body};
  const auto first = puller.request(cursor, context);
  PROPERTY(first.target.starts_with('/') || !cursor.empty());
  const auto page = puller.read(response, cursor, context);
  if (!page) {
    PROPERTY(!page.error().reason.empty() && page.error().wait_s >= 0);
    return 0;
  }
  PROPERTY(page->cursor.find('\n') == std::string::npos);
  PROPERTY(page->wait_s >= 0 && page->wait_s <= 3'600);
  if (page->cursor != cursor) PROPERTY(puller.request(page->cursor, context).target.starts_with('/'));
  return 0;
}
