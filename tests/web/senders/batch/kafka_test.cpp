#include "web/senders/batch/kafka.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace countersign::senders {
namespace {

using Kind = BatchOutcome::Kind;

bool never() { return false; }

/// librdkafka's own brokers, which speak the protocol and fail when they are told to. The end-to-end test has
/// Apache Kafka's.
class Cluster {
 public:
  Cluster() {
    handle_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), nullptr, 0));
    cluster_.reset(rd_kafka_mock_cluster_new(handle_.get(), 1));
    rd_kafka_mock_topic_create(cluster_.get(), "evidence", 3, 1);
  }
  std::string brokers() const { return rd_kafka_mock_cluster_bootstraps(cluster_.get()); }
  /// Each record batch is a request.
  void fail_produce(rd_kafka_resp_err_t error, int requests = 1) {
    constexpr std::int16_t kProduce = 0;
    for (int i = 0; i < requests; ++i) rd_kafka_mock_push_request_errors(cluster_.get(), kProduce, 1, error);
  }
  void down(bool is_down) {
    if (is_down) {
      rd_kafka_mock_broker_set_down(cluster_.get(), 1);
    } else {
      rd_kafka_mock_broker_set_up(cluster_.get(), 1);
    }
  }

  /// What was produced: by key, the values in their order.
  std::map<std::string, std::vector<std::string>> read(std::size_t count) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", brokers().c_str(), nullptr, 0);
    rd_kafka_conf_set(conf, "group.id", "test", nullptr, 0);
    const std::unique_ptr<rd_kafka_t, Destroy> consumer(rd_kafka_new(RD_KAFKA_CONSUMER, conf, nullptr, 0));
    rd_kafka_topic_partition_list_t* all = rd_kafka_topic_partition_list_new(3);
    for (int i = 0; i < 3; ++i)
      rd_kafka_topic_partition_list_add(all, "evidence", i)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(consumer.get(), all);
    rd_kafka_topic_partition_list_destroy(all);
    std::map<std::string, std::vector<std::string>> out;
    for (int waits = 0; count > 0 && waits < 100;) {
      rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer.get(), 100);
      if (message == nullptr) {
        ++waits;
        continue;
      }
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        out[std::string(static_cast<const char*>(message->key), message->key_len)].emplace_back(
            static_cast<const char*>(message->payload), message->len);
        --count;
      }
      rd_kafka_message_destroy(message);
    }
    rd_kafka_consumer_close(consumer.get());
    return out;
  }

 private:
  struct Destroy {
    void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
    void operator()(rd_kafka_mock_cluster_t* cluster) const { rd_kafka_mock_cluster_destroy(cluster); }
  };
  std::unique_ptr<rd_kafka_t, Destroy> handle_;
  std::unique_ptr<rd_kafka_mock_cluster_t, Destroy> cluster_;
};

KafkaOptions options_for(const Cluster& cluster) {
  KafkaOptions out;
  out.brokers = cluster.brokers();
  out.topic = "evidence";
  out.tls = false;
  out.timeout_ms = 1'500;
  return out;
}

std::vector<Item> items(int count, std::size_t bytes = 10) {
  std::vector<Item> out;
  for (int i = 0; i < count; ++i) {
    Item one;
    one.id = fmt::format("id-{}", i);
    one.log = i % 2 == 0 ? "log/a" : "log/b";
    one.text = fmt::format("{} {}", i, std::string(bytes, 'x'));
    out.push_back(std::move(one));
  }
  return out;
}

TEST(Kafka, TakesABatchWhenEachMessageIsReportedAndKeepsEachLogInOrder) {
  Cluster cluster;
  const auto send = kafka(options_for(cluster));
  const auto sent = items(200);
  ASSERT_EQ(send(sent, never).kind, Kind::taken);
  auto read = cluster.read(200);
  ASSERT_EQ(read.size(), 2u);
  for (int i = 0; i < 200; ++i)
    EXPECT_EQ(read[sent[static_cast<std::size_t>(i)].log].at(static_cast<std::size_t>(i / 2)),
              sent[static_cast<std::size_t>(i)].text);
}

TEST(Kafka, FailsWhileTheBrokerIsAwayAndGoesOnWhenItIsBack) {
  Cluster cluster;
  const auto send = kafka(options_for(cluster));
  cluster.down(true);
  const auto failed = send(items(3), never);
  EXPECT_EQ(failed.kind, Kind::failed);
  EXPECT_FALSE(failed.why.empty());
  cluster.down(false);
  EXPECT_EQ(send(items(3), never).kind, Kind::taken);
}

TEST(Kafka, RefusesAMessageThatIsTooLargeAndTakesTheOthers) {
  Cluster cluster;
  const auto send = kafka(options_for(cluster));
  auto sent = items(3);
  sent[1].text = std::string(2'000'000, 'x');
  const auto outcome = send(sent, never);
  EXPECT_EQ(outcome.kind, Kind::taken);
  EXPECT_THAT(outcome.refused, ::testing::ElementsAre(1));
  EXPECT_EQ(cluster.read(2).size(), 1u) << "both others are of one log";
}

TEST(Kafka, HasSentInSmallerRequestsWhatABrokerRefusesAsAWhole) {
  Cluster cluster;
  const auto send = kafka(options_for(cluster));
  auto sent = items(50, 100);
  for (auto& one : sent) one.log = "log/a";
  cluster.fail_produce(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  const auto outcome = send(sent, never);
  EXPECT_EQ(outcome.kind, Kind::taken) << outcome.why;
  EXPECT_THAT(outcome.refused, ::testing::IsEmpty()) << "each of them alone is small enough";
  EXPECT_EQ(send(items(4), never).kind, Kind::taken) << "the producer goes on";
  std::vector<std::string> expected;
  for (const auto& one : sent) expected.push_back(one.text);
  for (const auto& one : items(4))
    if (one.log == "log/a") expected.push_back(one.text);
  EXPECT_EQ(cluster.read(54)["log/a"], expected) << "in their order, and none twice";
}

TEST(Kafka, RefusesAMessageThatABrokerRefusesAlone) {
  Cluster cluster;
  const auto send = kafka(options_for(cluster));
  cluster.fail_produce(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  const auto outcome = send(items(1), never);
  EXPECT_EQ(outcome.kind, Kind::taken);
  EXPECT_THAT(outcome.refused, ::testing::ElementsAre(0));
  EXPECT_THAT(outcome.why, ::testing::HasSubstr("Kafka says"));
  EXPECT_EQ(send(items(1), never).kind, Kind::taken);
}

TEST(Kafka, DoesNotCallAMessageTakenThatTheBrokerMayNotHave) {
  Cluster cluster;
  const auto send = kafka(options_for(cluster));
  cluster.fail_produce(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  EXPECT_EQ(send(items(1), never).kind, Kind::failed);
  EXPECT_EQ(send(items(1), never).kind, Kind::taken);
}

TEST(Kafka, StopsWithoutWaitingForABrokerThatIsAway) {
  Cluster cluster;
  auto options = options_for(cluster);
  options.timeout_ms = 600'000;
  const auto send = kafka(std::move(options));
  cluster.down(true);
  int asked = 0;
  EXPECT_EQ(send(items(1), [&] { return ++asked > 5; }).kind, Kind::stopped);
}

}  // namespace
}  // namespace countersign::senders
