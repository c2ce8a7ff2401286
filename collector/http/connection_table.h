#pragma once

#include "collector/http/http_metrics.h"
#include "collector/http/limits.h"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

namespace countersign::http {

class Connection;

/// The connections that are open, by peer, so that they can be bounded and stopped. Thread-safe.
class ConnectionTable {
 public:
  using Address = boost::asio::ip::address;

  /// Counts one more from that address, or says why it is too many.
  std::optional<Refused> admit(const Address& address, const Limits& limits);
  /// Counts one less.
  void release(const Address& address);

  void insert(std::shared_ptr<Connection> connection);
  void erase(const std::shared_ptr<Connection>& connection);

  std::vector<std::shared_ptr<Connection>> all() const;
  /// Lets go of those that did not end by themselves.
  void clear();
  std::size_t size() const;
  /// False when there are still connections after that time.
  bool wait_until_empty(std::chrono::milliseconds time);

 private:
  mutable std::mutex mutex_;
  std::condition_variable emptied_;
  std::size_t total_ = 0;                      ///< guarded by mutex_, as are those below
  std::map<Address, std::size_t> by_network_;  ///< IPv4: by address, IPv6: by /64
  std::set<std::shared_ptr<Connection>> connections_;
};

}  // namespace countersign::http
