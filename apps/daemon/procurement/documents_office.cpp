#include "apps/daemon/procurement/documents_office.h"

#include "apps/vendor_stores.h"

#include <spdlog/spdlog.h>

#include <array>

namespace countersign::apps {
namespace {

constexpr std::size_t kWaitingMax = 64;
constexpr std::chrono::seconds kPause{5}, kBetweenLooks{30};

}  // namespace

DocumentsOffice::DocumentsOffice(const Config& config, api::People& people, base::Metrics& metrics)
    : config_(config),
      metrics_(metrics),
      routes_([this] { return store(); }, config.documents.file_bytes_max, people, desk_),
      desk_(kWaitingMax, kPause, [this] { rest(); }) {}

base::Result<documents::Store*> DocumentsOffice::store() {
  if (!store_) {
    TRY_ASSIGN(auto opened, open_documents(config_));
    store_.emplace(std::move(opened));
  }
  return &*store_;
}

base::Result<void> DocumentsOffice::look() {
  if (!has_documents(config_)) return {};
  TRY(store());
  if (!tidied_) TRY(store_->tidy());
  tidied_ = true;
  TRY(store_->remind());
  TRY_ASSIGN(const auto all, store_->list());
  std::array<std::int64_t, 4> count{};
  for (const auto& document : all)
    ++count.at(static_cast<std::size_t>(documents::standing_on(document, store_->today()).state));
  for (std::size_t i = 0; i < count.size(); ++i) {
    const std::string state(documents::to_string(static_cast<documents::State>(i)));
    metrics_
        .get("countersign_documents", "Documents by how they stand today", base::MetricType::gauge,
             {{"state", state}})
        .set(count.at(i));
  }
  return {};
}

/// Says what went wrong once a change.
void DocumentsOffice::rest() {
  const auto now = std::chrono::steady_clock::now();
  if (!routes_.take_changed() && now < next_look_) return;
  next_look_ = now + kBetweenLooks;
  const auto done = look();
  const auto what = done ? std::string() : done.error().message;
  if (!what.empty() && what != told_) spdlog::error("documents cannot be looked at: {}", what);
  told_ = what;
}

}  // namespace countersign::apps
