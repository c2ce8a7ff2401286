#include "web/senders/connections.h"

#include "web/senders/transfer.h"

#include <new>

namespace countersign::senders {

Connections::Connections() {
  make_curl_ready();
  handle_.reset(curl_share_init());
  if (!handle_ || curl_share_setopt(handle_.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT) != CURLSHE_OK)
    throw std::bad_alloc();
}

}  // namespace countersign::senders
