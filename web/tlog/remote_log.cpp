#include "web/tlog/remote_log.h"

#include "collector/http/url.h"
#include "collector/ingest/inflate.h"
#include "ledger/tree/entry_bundle.h"
#include "web/senders/host.h"

#include <fmt/format.h>

namespace countersign::tlog {
namespace {

using base::Code;
using base::fail;

/// gzip makes nothing much larger than it was.
constexpr std::uint64_t kAnswerBytesMax = tree::kBundleBytesMax + (64u << 10);

class RemoteLog {
 public:
  RemoteLog(http::ClientOptions how, std::string target, std::shared_ptr<const crypto::Secret> token)
      : client_(std::move(how)), target_(std::move(target)), token_(std::move(token)) {}

  base::Result<std::string> get(const std::string& path, std::size_t bytes_max) {
    http::Fields fields{{"Accept-Encoding", "gzip"}, {"Cache-Control", "no-cache"}};
    if (token_) fields.emplace_back("Authorization", "Bearer " + std::string(base::text_of(token_->view())));
    TRY_ASSIGN(auto answer, client_.send("GET", target_ + path, fields, ""));
    if (answer.status == 404) return fail(Code::not_found, fmt::format("{} is not served", path));
    if (answer.status == 401 || answer.status == 403)
      return fail(
          Code::permission_denied,
          fmt::format("{} is refused with {}: the log wants a token of the role mirror that may read it",
                      path, answer.status));
    if (answer.status != 200)
      return fail(Code::unavailable, fmt::format("{} is answered with {}", path, answer.status));
    if (answer.header("Content-Encoding") == "gzip")
      return ingest::inflate(answer.body, ingest::Compression::gzip, bytes_max);
    if (answer.body.size() > bytes_max)
      return fail(Code::resource_exhausted,
                  fmt::format("{} has {} bytes, and can have {}", path, answer.body.size(), bytes_max));
    return std::move(answer.body);
  }

 private:
  http::Client client_;
  std::string target_;  ///< ends in a slash
  std::shared_ptr<const crypto::Secret> token_;
};

}  // namespace

base::Result<void> check_log_url(const std::string& url) {
  TRY_ASSIGN(const auto parsed, http::parse_url(url));
  if (parsed.target.find('?') != std::string::npos)
    return fail(Code::invalid_argument, "the address of a log has no query");
  if (!parsed.tls && !senders::is_loopback(parsed.host))
    return fail(Code::invalid_argument, "the address of a log begins with https://, but on this machine");
  return {};
}

base::Result<mirror::Fetch> remote_log(const RemoteOptions& options) {
  TRY(check_log_url(options.url));
  TRY_ASSIGN(auto url, http::parse_url(options.url));
  http::ClientOptions how;
  how.host = std::move(url.host);
  how.port = url.port;
  how.tls = url.tls;
  how.ca_file = options.ca_file;
  how.timeout_ms = options.timeout_ms;
  how.body_bytes_max = kAnswerBytesMax;
  if (!url.target.ends_with('/')) url.target += '/';
  auto log = std::make_shared<RemoteLog>(std::move(how), std::move(url.target), options.token);
  return mirror::Fetch([log = std::move(log)](const std::string& path, std::size_t bytes_max) {
    return log->get(path, bytes_max);
  });
}

}  // namespace countersign::tlog
