#include "ledger/store/publisher.h"

#include "ledger/tree/checkpoint.h"
#include "ledger/tree/proof.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::store {
namespace {

using base::Code;
using base::fail;
using Steady = std::chrono::steady_clock;

/// Whether a log still has the records that `head` was signed over.
base::Result<void> check_head(LedgerReader& reader, const LogBook::Log& log, const SignedHead& head,
                              std::string_view where) {
  const auto size = log.tail.size();
  if (head.size > size)
    return fail(
        Code::data_loss,
        fmt::format("{} has {} records, but {} were signed ({}): the data is an older copy or its end was "
                    "removed; restore the newest copy",
                    log.name.text, size, head.size, where));
  TRY_ASSIGN(const auto root, tree::root_at(head.size, reader.nodes({log.number, log.name, size})));
  if (root != head.root)
    return fail(
        Code::data_loss,
        fmt::format(
            "the first {} records of {} are not those that were signed ({}); run: countersign verify --data",
            head.size, log.name.text, where));
  return {};
}

}  // namespace

base::Result<Publisher> Publisher::open(LogBook& book, HeadMemory memory, CheckpointSigner sign,
                                        base::Clock clock) {
  Publisher publisher(std::move(memory), std::move(sign), std::move(clock));
  auto& reader = book.reader();
  TRY_ASSIGN(publisher.newest_time_, last_rotation(reader.identity()));
  for (const auto& [tenant, log] : book.logs()) {
    TRY_ASSIGN(const auto newest, reader.newest_checkpoint({log.number, log.name, log.tail.size()}));
    if (newest) {
      TRY_ASSIGN(const auto checkpoint, tree::read_checkpoint_body(newest->note));
      TRY(check_head(reader, log, {newest->size, checkpoint.root}, "its newest checkpoint"));
      publisher.published_[tenant] = newest->size;
      publisher.newest_time_ = std::max(publisher.newest_time_, newest->time);
    }
    if (const auto* head = publisher.memory_.find(log.name))
      TRY(check_head(reader, log, *head, "the head memory"));
  }
  for (const auto& [name, head] : publisher.memory_.heads()) {
    const auto prefix = fmt::format("{}/{}/", reader.identity().origin, reader.identity().region.value());
    if (name.text.starts_with(prefix) && !book.logs().contains(base::tenant_of(name).value()))
      return fail(
          Code::data_loss,
          fmt::format(
              "{} is gone, but {} of its records were signed (the head memory); restore the newest copy",
              name.text, head.size));
  }
  book.receive_not_before({publisher.newest_time_ * 1'000'000});
  return publisher;
}

std::int64_t Publisher::time() const { return std::max(clock_().micros / 1'000'000, newest_time_); }

void Publisher::set_signer(CheckpointSigner sign, std::int64_t time) {
  sign_ = std::move(sign);
  newest_time_ = std::max(newest_time_, time);
}

bool Publisher::has_grown(const LogBook& book) const {
  return std::any_of(book.logs().begin(), book.logs().end(), [&](const auto& entry) {
    const auto known = published_.find(entry.first);
    return entry.second.tail.size() > (known == published_.end() ? 0 : known->second);
  });
}

std::optional<std::int64_t> Publisher::due_in_ms(const LogBook& book) const {
  if (!has_grown(book)) return std::nullopt;
  const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - last_).count();
  return std::max<std::int64_t>(0, interval_ms_ - passed);
}

base::Result<void> Publisher::publish(LogBook& book, Store& store, When when) {
  const auto due = due_in_ms(book);
  if (!due || (when == When::due && *due > 0)) return {};
  last_ = Steady::now();
  std::vector<std::pair<base::LogName, SignedHead>> heads;
  std::vector<NewCheckpoint> checkpoints;
  const std::int64_t time = this->time();
  for (const auto& [tenant, log] : book.logs()) {
    const auto size = log.tail.size();
    const auto known = published_.find(tenant);
    if (size <= (known == published_.end() ? 0 : known->second)) continue;
    const auto root = log.tail.root();
    heads.emplace_back(log.name, SignedHead{size, root});
    checkpoints.push_back({log.number, {size, time, sign_(log.name, size, root, time)}});
  }
  // Without a file descriptor nothing was written; that it could not be remembered is no reason to end.
  if (auto done = memory_.remember(heads); !done)
    return done.error().code == Code::unavailable ? fail(Code::resource_exhausted, done.error().message)
                                                  : fail(std::move(done).error());
  TRY(store.publish(checkpoints));
  newest_time_ = time;
  book.receive_not_before({time * 1'000'000});
  for (const auto& [name, head] : heads) published_[base::tenant_of(name).value()] = head.size;
  return {};
}

}  // namespace countersign::store
