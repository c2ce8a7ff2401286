#include "apps/daemon/streaming/batch_size.h"

#include <algorithm>

namespace countersign::apps {
namespace {

constexpr unsigned kAloneMost = 3;

}  // namespace

void BatchSize::dealt_with(std::size_t items) {
  suspects_ -= std::min(suspects_, items);
  alone_ = 0;
  size_ = suspects_ > 0 ? std::max<std::size_t>(suspects_ / 2, 1) : std::min(size_ * 2, most_);
}

void BatchSize::halve(std::size_t items) { size_ = std::max<std::size_t>(items / 2, 1); }

bool BatchSize::failed_alone(std::size_t items, const std::string& first_id) {
  suspects_ = items;
  if (items > 1) {
    halve(items);
    return false;
  }
  if (first_id != id_) alone_ = 0;
  id_ = first_id;
  return ++alone_ >= kAloneMost;
}

}  // namespace countersign::apps
