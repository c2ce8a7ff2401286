#include "web/senders/transfer.h"

#include <fmt/format.h>

#include <cstdlib>

namespace countersign::senders {
namespace {

using notify::Outcome;

/// The library's own words of what it met on this side or on the way: it names hosts and ports, and quotes
/// nobody.
bool has_harmless_details(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return true;
    default:
      return false;
  }
}

}  // namespace

Transfer::Transfer(const Options& options, const notify::Stop& stop) : stop_(stop) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  check(ready);
  handle_.reset(curl_easy_init());
  if (!handle_) std::abort();
  set(CURLOPT_URL, options.url.c_str());
  set(CURLOPT_ERRORBUFFER, static_cast<char*>(error_));
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);  // a look-up of a name must not hold up the stop
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout_ms));
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.timeout_ms));
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &Transfer::on_progress);
  set(CURLOPT_XFERINFODATA, static_cast<void*>(this));
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options.ca_file.empty()) {
    set(CURLOPT_CAINFO, options.ca_file.c_str());
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
}

void Transfer::check(CURLcode code) {
  if (code != CURLE_OK) std::abort();
}

int Transfer::on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Transfer*>(self)->stop_() ? 1 : 0;
}

Outcome Transfer::failure(CURLcode code) const {
  if (code == CURLE_ABORTED_BY_CALLBACK) return {Outcome::Kind::stopped, "countersignd stops"};
  const bool details = has_harmless_details(code) && error_[0] != '\0';
  return {Outcome::Kind::failed, details ? std::string(error_) : std::string(curl_easy_strerror(code))};
}

void append(List& list, const std::string& text) {
  auto* longer = curl_slist_append(list.get(), text.c_str());
  if (longer == nullptr) std::abort();
  static_cast<void>(list.release());
  list.reset(longer);
}

}  // namespace countersign::senders
