#include "web/senders/connections.h"

#include <new>

namespace countersign::senders {

Connections::Connections() {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (ready != CURLE_OK) throw std::bad_alloc();
  handle_.reset(curl_share_init());
  if (!handle_ || curl_share_setopt(handle_.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT) != CURLSHE_OK)
    throw std::bad_alloc();
}

}  // namespace countersign::senders
