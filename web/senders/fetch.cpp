#include "web/senders/fetch.h"

#include "web/senders/transfer.h"

#include <fmt/format.h>

namespace countersign::senders {
namespace {

using base::Code;

struct Answer {
  std::string body;
  std::size_t bytes_max;
};

std::size_t on_answer(char* bytes, std::size_t, std::size_t count, void* user) {
  auto& answer = *static_cast<Answer*>(user);
  if (count > answer.bytes_max - answer.body.size()) return 0;
  answer.body.append(bytes, count);
  return count;
}

}  // namespace

base::Result<Fetched> fetch(const FetchOptions& options, const std::string* body, const notify::Stop& stop) {
  List headers;
  append(headers, "Expect:");
  for (const auto& line : options.headers) append(headers, line);
  Answer answer{{}, options.answer_bytes_max};
  Transfer transfer({options.url, options.timeout_ms, options.ca_file}, stop);
  transfer.set(CURLOPT_PROTOCOLS_STR, "http,https");
  transfer.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  transfer.set(CURLOPT_USERAGENT, "countersign/" COUNTERSIGN_VERSION);
  if (options.gzip) transfer.set(CURLOPT_ACCEPT_ENCODING, "gzip");
  if (options.connections != nullptr) transfer.set(CURLOPT_SHARE, options.connections->handle());
  if (body != nullptr) {
    append(headers, "Content-Type: text/plain; charset=utf-8");
    transfer.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body->size()));
    transfer.set(CURLOPT_POSTFIELDS, body->c_str());
  }
  transfer.set(CURLOPT_HTTPHEADER, headers.get());
  transfer.set(CURLOPT_WRITEFUNCTION, &on_answer);
  transfer.set(CURLOPT_WRITEDATA, static_cast<void*>(&answer));
  const auto code = transfer.perform();
  if (code == CURLE_WRITE_ERROR)
    return base::fail(Code::resource_exhausted,
                      fmt::format("the answer is longer than {} bytes", options.answer_bytes_max));
  if (code != CURLE_OK) return base::fail(Code::unavailable, transfer.failure(code).why);
  Fetched out;
  out.status = transfer.info<long>(CURLINFO_RESPONSE_CODE);
  if (const auto* type = transfer.info<char*>(CURLINFO_CONTENT_TYPE); type != nullptr)
    out.content_type = type;
  out.body = std::move(answer.body);
  return out;
}

}  // namespace countersign::senders
