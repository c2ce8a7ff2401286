#include "web/notify/delivery_queue.h"

#include "ledger/base/file.h"

#include <algorithm>

namespace countersign::notify {
namespace {

namespace fs = std::filesystem;

using base::Code;

constexpr std::uint64_t kFileBytesMax = 1 << 20;
constexpr std::int64_t kMinuteUs = 60'000'000;
constexpr std::string_view kSuffix = ".json";

}  // namespace

base::Result<base::OpenFile> lock_deliveries(const fs::path& waiting) {
  return base::wait_for_lock(waiting / ".lock", base::FileLock::alone);
}

std::vector<std::string> delivery_names(const fs::path& folder) {
  std::vector<std::string> out;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(folder, missing)) {
    auto name = entry.path().filename().string();
    if (name.ends_with(kSuffix) && name.front() != '.') out.push_back(std::move(name));
  }
  std::ranges::sort(out);
  return out;
}

base::Result<Delivery> read_delivery(const fs::path& folder, const std::string& name) {
  TRY_ASSIGN(const auto text, base::read_file(folder / name, kFileBytesMax));
  return parse_delivery(name, text);
}

DeliveryQueue::DeliveryQueue(Options options)
    : options_(std::move(options)),
      waiting_(options_.folder.waiting(options_.destination)),
      dead_(options_.folder.dead(options_.destination)) {}

base::Result<std::unique_ptr<DeliveryQueue>> DeliveryQueue::open(Options options) {
  auto queue = std::unique_ptr<DeliveryQueue>(new DeliveryQueue(std::move(options)));
  TRY(base::make_folders_durably(queue->waiting_));
  TRY(base::make_folders_durably(queue->dead_));
  TRY(queue->look());
  return queue;
}

base::Result<Delivery> DeliveryQueue::read(const std::string& name) const {
  return read_delivery(waiting_, name);
}

base::Result<void> DeliveryQueue::write(const Delivery& delivery) {
  TRY(base::write_file_durably(waiting_ / delivery.name, to_text(delivery), base::FileMode::secret));
  std::error_code ignored;
  seen_[delivery.name] = {fs::last_write_time(waiting_ / delivery.name, ignored), delivery.due};
  return {};
}

base::Result<void> DeliveryQueue::add(const Delivery& delivery) {
  const std::lock_guard guard(mutex_);
  if (seen_.contains(delivery.name)) return {};
  TRY_ASSIGN(const auto lock, lock_deliveries(waiting_));
  TRY(bound());
  return write(delivery);
}

/// Makes room for one more.
base::Result<void> DeliveryQueue::bound() {
  while (seen_.size() >= options_.waiting_max) {
    const auto name = seen_.begin()->first;
    auto oldest = read(name);
    if (oldest) {
      oldest->error = "too many others were waiting";
      TRY(put_aside(*oldest));
    }
    seen_.erase(name);
  }
  return {};
}

base::Result<void> DeliveryQueue::look() {
  const std::lock_guard guard(mutex_);
  std::map<std::string, Seen> now;
  for (auto& name : delivery_names(waiting_)) {
    std::error_code gone;
    const auto written = fs::last_write_time(waiting_ / name, gone);
    if (gone) continue;
    const auto before = seen_.find(name);
    if (before != seen_.end() && before->second.written == written) {
      now.insert(*before);
      continue;
    }
    const auto delivery = read(name);
    if (delivery) {
      now[name] = {written, delivery->due};
    } else if (delivery.error().code == Code::data_loss) {
      fs::rename(waiting_ / name, waiting_ / (name + ".refused"), gone);
    } else if (delivery.error().code != Code::not_found) {
      return base::fail(delivery.error());
    }
  }
  seen_ = std::move(now);
  return {};
}

std::optional<Delivery> DeliveryQueue::due(base::Timestamp now) {
  const std::lock_guard guard(mutex_);
  for (auto at = seen_.begin(); at != seen_.end();) {
    if (at->second.due > now) {
      ++at;
      continue;
    }
    if (auto delivery = read(at->first)) return std::move(*delivery);
    at = seen_.erase(at);  // dropped, or look() will say
  }
  return {};
}

std::optional<base::Timestamp> DeliveryQueue::next_due() const {
  const std::lock_guard guard(mutex_);
  std::optional<base::Timestamp> out;
  for (const auto& [name, seen] : seen_) out = out ? std::min(*out, seen.due) : seen.due;
  return out;
}

std::size_t DeliveryQueue::waiting() const {
  const std::lock_guard guard(mutex_);
  return seen_.size();
}

base::Result<void> DeliveryQueue::taken(const Delivery& delivery) {
  const std::lock_guard guard(mutex_);
  TRY_ASSIGN(const auto lock, lock_deliveries(waiting_));
  std::error_code error;
  fs::remove(waiting_ / delivery.name, error);
  if (error)
    return base::fail(Code::internal, "a delivery that was taken cannot be removed: " + error.message());
  seen_.erase(delivery.name);
  return {};
}

base::Result<void> DeliveryQueue::put_back(const Delivery& delivery) {
  const std::lock_guard guard(mutex_);
  TRY_ASSIGN(const auto lock, lock_deliveries(waiting_));
  return is_ours(delivery) ? write(delivery) : base::Result<void>();
}

/// Whether the file is still as it was when the delivery was read: a command may have dropped it, or have
/// ordered that it is sent again at once.
bool DeliveryQueue::is_ours(const Delivery& delivery) {
  const auto now = read(delivery.name);
  if (now && now->round == delivery.round) return true;
  if (!now) seen_.erase(delivery.name);
  return false;
}

base::Result<void> DeliveryQueue::bury(const Delivery& delivery, base::Timestamp now) {
  const std::lock_guard guard(mutex_);
  TRY_ASSIGN(const auto lock, lock_deliveries(waiting_));
  if (!is_ours(delivery)) return {};
  if (auto done = put_aside(delivery); !done) {
    seen_[delivery.name].due = {now.micros + kMinuteUs};
    return done;
  }
  seen_.erase(delivery.name);
  return {};
}

/// From those that wait to those that were given up. A crash in between has it told of again, under the same
/// id.
base::Result<void> DeliveryQueue::put_aside(const Delivery& delivery) {
  if (options_.on_dead) TRY(options_.on_dead(delivery));
  TRY(base::write_file_durably(dead_ / delivery.name, to_text(delivery), base::FileMode::secret));
  std::error_code ignored;
  fs::remove(waiting_ / delivery.name, ignored);
  auto names = delivery_names(dead_);
  if (names.size() > options_.dead_max) fs::remove(dead_ / names.front(), ignored);
  return {};
}

}  // namespace countersign::notify
