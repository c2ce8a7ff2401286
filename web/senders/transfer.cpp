#include "web/senders/transfer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <string_view>
#include <utility>

namespace countersign::senders {
namespace {

using notify::Outcome;

/// A transfer may be given an hour for a slow line; nobody waits so long for one that is not there.
constexpr std::int64_t kConnectMost_ms = 30'000;

/// The library's own words of what it met on this side or on the way: it names hosts and ports, and quotes
/// nobody.
bool has_harmless_details(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
      return true;
    default:
      return false;
  }
}

/// CURLOPT_PROTOCOLS, whose name newer headers warn of.
constexpr auto kProtocols = static_cast<CURLoption>(CURLOPTTYPE_LONG + 181);

/// `http,https` as older libraries take it; ends the process where a name is not among those that are used.
long bits_of(std::string_view names) {
  long bits = 0;
  while (!names.empty()) {
    const auto name = names.substr(0, names.find(','));
    names.remove_prefix(std::min(names.size(), name.size() + 1));
    bool found = false;
    for (const auto& [known, bit] : {std::pair<std::string_view, long>{"http", CURLPROTO_HTTP},
                                     {"https", CURLPROTO_HTTPS},
                                     {"smtp", CURLPROTO_SMTP},
                                     {"smtps", CURLPROTO_SMTPS}}) {
      if (name != known) continue;
      bits |= bit;
      found = true;
    }
    if (!found) std::abort();
  }
  return bits;
}

}  // namespace

void make_curl_ready() {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (ready != CURLE_OK) throw std::bad_alloc();
}

Transfer::Transfer(const Options& options, const notify::Stop& stop) : stop_(stop) {
  make_curl_ready();
  handle_.reset(curl_easy_init());
  if (!handle_) throw std::bad_alloc();
  set(CURLOPT_URL, options.url.c_str());
  set(CURLOPT_ERRORBUFFER, static_cast<char*>(error_));
  set(CURLOPT_NOSIGNAL, 1L);
  // A look-up of a name must not hold up the stop; before 7.87 it may, for as long as the resolver takes.
  const auto known = curl_easy_setopt(handle_.get(), CURLOPT_QUICK_EXIT, 1L);
  if (known != CURLE_UNKNOWN_OPTION) check(known);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout_ms));
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(options.timeout_ms, kConnectMost_ms)));
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
  if (!options.client_certificate.empty()) {
    set(CURLOPT_SSLCERT, options.client_certificate.c_str());
    set(CURLOPT_SSLKEY, options.client_key.c_str());
  }
}

void Transfer::set(CURLoption option, const char* value) {
  const auto code = curl_easy_setopt(handle_.get(), option, value);
  if (code == CURLE_UNKNOWN_OPTION && option == CURLOPT_PROTOCOLS_STR) {
    check(curl_easy_setopt(handle_.get(), kProtocols, bits_of(value)));
  } else {
    check(code);
  }
}

void Transfer::check(CURLcode code) {
  if (code == CURLE_OUT_OF_MEMORY || code == CURLE_FAILED_INIT) throw std::bad_alloc();
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
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(list.release());
  list.reset(longer);
}

}  // namespace countersign::senders
