#pragma once

#include "web/notify/destination.h"

#include <curl/curl.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace countersign::senders {

/// Makes libcurl ready, once, whoever comes first. Any thread; std::bad_alloc where it cannot be.
void make_curl_ready();

/// A libcurl transfer with what all senders have in common: a deadline, an end when the daemon stops, the
/// other side's certificate and name checked, no proxy or password from the environment, no redirect. One
/// thread at a time.
class Transfer {
 public:
  struct Options {
    std::string url;  ///< not shown in errors: it may hold a secret
    std::int64_t timeout_ms = 10'000;
    std::filesystem::path ca_file;  ///< authorities in PEM that are trusted instead of the system's
    std::filesystem::path client_certificate = {}, client_key = {};  ///< in PEM; empty: none is shown
  };
  Transfer(const Options& options, const notify::Stop& stop);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  CURL* handle() const { return handle_.get(); }

  /// curl_easy_setopt; ends the process where the library does not know the option.
  template <class T>
  void set(CURLoption option, T value) {
    check(curl_easy_setopt(handle_.get(), option, value));
  }
  /// CURLOPT_PROTOCOLS_STR also where the library knows it as bits only, before 7.85.
  void set(CURLoption option, const char* value);

  CURLcode perform() { return curl_easy_perform(handle_.get()); }

  /// What an attempt failed with. Says nothing that the other side said.
  notify::Outcome failure(CURLcode code) const;

  template <class T>
  T info(CURLINFO which) const {
    T value{};
    curl_easy_getinfo(handle_.get(), which, &value);
    return value;
  }

 private:
  struct Cleanup {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };
  static void check(CURLcode code);
  static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);

  const notify::Stop& stop_;
  char error_[CURL_ERROR_SIZE] = {};
  std::unique_ptr<CURL, Cleanup> handle_;
};

/// Frees a list of header fields or addresses.
struct ListCleanup {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, ListCleanup>;
void append(List& list, const std::string& text);

}  // namespace countersign::senders
