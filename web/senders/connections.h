#pragma once

#include <curl/curl.h>

#include <memory>

namespace countersign::senders {

/// Keeps the connections of one transfer open for the next to the same server (libcurl's share interface).
/// Outlives the transfers; they and it are for one thread at a time.
class Connections {
 public:
  Connections();
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  CURLSH* handle() const { return handle_.get(); }

 private:
  struct Cleanup {
    void operator()(CURLSH* handle) const { curl_share_cleanup(handle); }
  };
  std::unique_ptr<CURLSH, Cleanup> handle_;
};

}  // namespace countersign::senders
