#include "web/tlog/remote_log.h"

#include "collector/http/url.h"
#include "web/senders/fetch.h"
#include "web/senders/host.h"

#include <fmt/format.h>

namespace countersign::tlog {
namespace {

using base::Code;
using base::fail;

class RemoteLog {
 public:
  RemoteLog(const RemoteOptions& options, std::string url)
      : url_(std::move(url)), token_(options.token), stop_(options.stop) {
    how_.ca_file = options.ca_file;
    how_.timeout_ms = options.timeout_ms;
    how_.gzip = true;
    how_.connections = &connections_;
  }

  base::Result<std::string> get(const std::string& path, std::size_t bytes_max) {
    if (stop_()) return fail(Code::aborted, "the daemon is stopping");
    how_.url = url_ + path;
    how_.answer_bytes_max = bytes_max;
    how_.headers = {"Cache-Control: no-cache"};
    if (token_) how_.headers.push_back("Authorization: Bearer " + std::string(base::text_of(token_->view())));
    auto answer = senders::fetch(how_, nullptr, stop_);
    how_.headers.clear();
    if (!answer && stop_()) return fail(Code::aborted, "the daemon is stopping");
    if (!answer && answer.error().code == Code::resource_exhausted)
      return fail(Code::resource_exhausted,
                  fmt::format("{} can have {} bytes, and has more", path, bytes_max));
    if (!answer) return fail(std::move(answer).error());
    if (answer->status == 404) return fail(Code::not_found, fmt::format("{} is not served", path));
    if (answer->status == 401 || answer->status == 403)
      return fail(
          Code::permission_denied,
          fmt::format("{} is refused with {}: the log wants a token of the role mirror that may read it",
                      path, answer->status));
    if (answer->status != 200)
      return fail(Code::unavailable, fmt::format("{} is answered with {}", path, answer->status));
    return std::move(answer->body);
  }

 private:
  const std::string url_;  ///< ends in a slash
  const std::shared_ptr<const crypto::Secret> token_;
  const std::function<bool()> stop_;
  senders::Connections connections_;
  senders::FetchOptions how_;
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
  auto url = options.url;
  if (!url.ends_with('/')) url += '/';
  auto log = std::make_shared<RemoteLog>(options, std::move(url));
  return mirror::Fetch([log = std::move(log)](const std::string& path, std::size_t bytes_max) {
    return log->get(path, bytes_max);
  });
}

}  // namespace countersign::tlog
