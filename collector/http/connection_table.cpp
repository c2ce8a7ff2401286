#include "collector/http/connection_table.h"

#include "collector/http/address.h"

namespace countersign::http {
namespace {

/// What one party controls at least: an IPv4 address, or the /64 that an IPv6 host can choose its address in.
Address party_of(const Address& address) { return network_of(unmapped(address), 4, 8); }

}  // namespace

std::optional<Refused> ConnectionTable::admit(const Address& address, const Limits& limits) {
  const std::lock_guard lock(mutex_);
  if (total_ >= limits.connections_max) return Refused::total;
  auto& count = by_network_[party_of(address)];
  if (count >= limits.connections_per_address_max) return Refused::address;
  ++count;
  ++total_;
  return std::nullopt;
}

void ConnectionTable::release(const Address& address) {
  const std::lock_guard lock(mutex_);
  const auto found = by_network_.find(party_of(address));
  if (found == by_network_.end()) return;
  if (--found->second == 0) by_network_.erase(found);
  if (--total_ == 0) emptied_.notify_all();
}

void ConnectionTable::insert(std::shared_ptr<Connection> connection) {
  const std::lock_guard lock(mutex_);
  connections_.insert(std::move(connection));
}

void ConnectionTable::erase(const std::shared_ptr<Connection>& connection) {
  const std::lock_guard lock(mutex_);
  connections_.erase(connection);
}

std::vector<std::shared_ptr<Connection>> ConnectionTable::all() const {
  const std::lock_guard lock(mutex_);
  return {connections_.begin(), connections_.end()};
}

void ConnectionTable::clear() {
  // Outside the lock, which a connection takes to release its place.
  std::set<std::shared_ptr<Connection>> dropped;
  {
    const std::lock_guard lock(mutex_);
    dropped.swap(connections_);
  }
}

std::size_t ConnectionTable::size() const {
  const std::lock_guard lock(mutex_);
  return total_;
}

bool ConnectionTable::wait_until_empty(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return emptied_.wait_for(lock, time, [this] { return total_ == 0; });
}

}  // namespace countersign::http
