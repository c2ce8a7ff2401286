#include "ledger/base/metrics.h"

#include <fmt/format.h>

namespace countersign::base {
namespace {

std::string spell(const Labels& labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    out += out.empty() ? "{" : ",";
    out += name + "=\"";
    for (const char c : value) {
      if (c == '\\' || c == '"') out.push_back('\\');
      c == '\n' ? out.append("\\n") : out.append(1, c);
    }
    out.push_back('"');
  }
  return out.empty() ? out : out + "}";
}

}  // namespace

Metric& Metrics::get(std::string_view name, std::string_view help, MetricType type, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  auto found = families_.find(name);
  if (found == families_.end())
    found = families_.emplace(std::string(name), Family{std::string(help), type, {}}).first;
  auto& metric = found->second.by_labels[spell(labels)];
  if (!metric) metric = std::make_unique<Metric>();
  return *metric;
}

std::string Metrics::to_prometheus() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& [name, family] : families_) {
    out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, family.help, name,
                       family.type == MetricType::counter ? "counter" : "gauge");
    for (const auto& [labels, metric] : family.by_labels)
      out += fmt::format("{}{} {}\n", name, labels, metric->value());
  }
  return out;
}

}  // namespace countersign::base
