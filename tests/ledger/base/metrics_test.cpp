#include "ledger/base/metrics.h"

#include <gtest/gtest.h>

#include <thread>

namespace countersign::base {
namespace {

TEST(Metrics, AreWrittenInPrometheusTextFormat) {
  Metrics metrics;
  metrics.get("b_total", "Things done.", MetricType::counter, {{"kind", "x\"y\\z\n"}}).add(3);
  metrics.get("a_bytes", "Bytes held.", MetricType::gauge).set(-5);
  EXPECT_EQ(metrics.to_prometheus(),
            "# HELP a_bytes Bytes held.\n# TYPE a_bytes gauge\na_bytes -5\n"
            "# HELP b_total Things done.\n# TYPE b_total counter\nb_total{kind=\"x\\\"y\\\\z\\n\"} 3\n");
}

TEST(Metrics, GiveTheSameMetricForTheSameNameAndLabels) {
  Metrics metrics;
  auto& one = metrics.get("a", "h", MetricType::counter, {{"k", "1"}});
  EXPECT_EQ(&one, &metrics.get("a", "h", MetricType::counter, {{"k", "1"}}));
  EXPECT_NE(&one, &metrics.get("a", "h", MetricType::counter, {{"k", "2"}}));
}

TEST(Metrics, LoseNoCountBetweenThreads) {
  Metrics metrics;
  const auto count = [&] {
    for (int i = 0; i < 10000; ++i) metrics.get("a", "h", MetricType::counter).add();
  };
  std::thread other(count);
  count();
  other.join();
  EXPECT_EQ(metrics.get("a", "h", MetricType::counter).value(), 20000);
}

}  // namespace
}  // namespace countersign::base
