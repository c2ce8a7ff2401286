#include "web/senders/batch/kafka.h"

#include <fmt/format.h>

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <mutex>
#include <utility>

namespace countersign::senders {
namespace {

using Kind = BatchOutcome::Kind;
using SteadyClock = std::chrono::steady_clock;

constexpr int kPollMs = 100;
constexpr std::int64_t kSpareMs = 5'000;  ///< for reports behind the messages' own deadline
constexpr std::size_t kRecordBatchMost = 1'000'000, kOneMessage = 1;  ///< bytes of a record batch
constexpr unsigned kGoodMost = 1'000;

struct DestroyConf {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};
struct DestroyProducer {
  void operator()(rd_kafka_t* producer) const {
    rd_kafka_purge(producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_destroy(producer);
  }
};
using Conf = std::unique_ptr<rd_kafka_conf_t, DestroyConf>;
using ProducerHandle = std::unique_ptr<rd_kafka_t, DestroyProducer>;

/// What will never be taken, however often it is sent: a message, or another one of its record batch.
bool is_refused(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || error == RD_KAFKA_RESP_ERR_INVALID_MSG ||
         error == RD_KAFKA_RESP_ERR_INVALID_RECORD;
}

std::string reason(rd_kafka_resp_err_t error) {
  return fmt::format("Kafka says: {}", rd_kafka_err2str(error));
}

/// One batch under way.
struct Under {
  std::size_t waiting = 0;
  std::vector<rd_kafka_resp_err_t> reports;
  std::vector<bool> refused;  ///< for itself
  std::string why;            ///< the newest reason

  bool is_left(std::size_t i) const { return reports[i] != RD_KAFKA_RESP_ERR_NO_ERROR && !refused[i]; }
};

/// One destination's producer. One thread calls; librdkafka's own threads call on_error.
class Kafka {
 public:
  explicit Kafka(KafkaOptions options) : options_(std::move(options)) {}

  BatchOutcome send(std::span<const Item> items, const notify::Stop& stop) {
    Under under;
    under.reports.assign(items.size(), RD_KAFKA_RESP_ERR__IN_PROGRESS);
    under.refused.assign(items.size(), false);
    const auto end = SteadyClock::now() + std::chrono::milliseconds(options_.timeout_ms + kSpareMs);
    grow();
    bool again = true;
    while (again) {
      if (!producer_) {
        if (auto wrong = open(); !wrong.empty()) return {Kind::failed, std::move(wrong), 0, {}};
      }
      produce_all(items, under, stop, end);
      again = !stop() && SteadyClock::now() < end && divide(items, under);
    }
    return judge(under, stop, end);
  }

 private:
  /// How much it takes as one record batch a broker does not say, and it may be told to take more.
  void grow() {
    good_ += 1;
    if (record_batch_bytes_ == kRecordBatchMost || good_ <= kGoodMost) return;
    record_batch_bytes_ = kRecordBatchMost;
    producer_.reset();
  }

  /// A producer, or what is wrong with the settings.
  std::string open() {
    static_cast<void>(connection_failure());  // that of the one before
    Conf conf(rd_kafka_conf_new());
    std::string wrong;
    const auto set = [&](const char* name, const std::string& value) {
      std::array<char, 512> error{};
      if (value.empty() || !wrong.empty()) return;
      if (rd_kafka_conf_set(conf.get(), name, value.c_str(), error.data(), error.size()) != RD_KAFKA_CONF_OK)
        wrong = fmt::format("librdkafka does not take the setting {}", name);
    };
    set("bootstrap.servers", options_.brokers);
    set("client.id", "countersign");
    set("enable.idempotence", "true");
    set("enable.gapless.guarantee", "true");
    set("acks", "all");
    set("compression.type", "lz4");
    set("linger.ms", "5");
    set("batch.size", std::to_string(record_batch_bytes_));
    set("message.timeout.ms", std::to_string(options_.timeout_ms));
    set("security.protocol",
        fmt::format("{}{}", options_.mechanism.empty() ? "" : "sasl_", options_.tls ? "ssl" : "plaintext"));
    set("ssl.ca.location", options_.ca_file.string());
    set("ssl.certificate.location", options_.client_certificate.string());
    set("ssl.key.location", options_.client_key.string());
    set("ssl.endpoint.identification.algorithm", options_.tls ? "https" : "");
    set("sasl.mechanism", options_.mechanism);
    set("sasl.username", options_.user);
    if (options_.password) set("sasl.password", std::string(base::text_of(options_.password->view())));
    if (!wrong.empty()) return wrong;
    rd_kafka_conf_set_opaque(conf.get(), this);
    rd_kafka_conf_set_dr_msg_cb(conf.get(), &Kafka::on_report);
    rd_kafka_conf_set_error_cb(conf.get(), &Kafka::on_error);
    // It writes to standard error otherwise, where lines of JSON are expected.
    rd_kafka_conf_set_log_cb(conf.get(), [](const rd_kafka_t*, int, const char*, const char*) {});
    std::array<char, 512> error{};
    producer_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), error.data(), error.size()));
    if (!producer_)
      return "librdkafka does not take the settings; are the certificates there, and do they fit?";
    static_cast<void>(conf.release());  // the producer has it
    return {};
  }

  /// Produces what is neither taken nor refused, and waits for the reports. Where there is an error the
  /// producer goes: it would refuse to go on after a gap, and what is under way must not overtake what is
  /// sent again.
  void produce_all(std::span<const Item> items, Under& under, const notify::Stop& stop,
                   SteadyClock::time_point end) {
    under_ = &under;
    for (std::size_t i = 0; i < items.size(); ++i)
      if (under.is_left(i)) under.reports[i] = RD_KAFKA_RESP_ERR__IN_PROGRESS;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (!under.is_left(i)) continue;
      under.waiting += 1;
      const auto error = produce(items[i], i, stop, end);
      if (error == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
      under.waiting -= 1;
      under.reports[i] = error;
      if (!is_refused(error)) break;
      refuse(under, i);
    }
    while (under.waiting > 0 && !stop() && SteadyClock::now() < end) rd_kafka_poll(producer_.get(), kPollMs);
    under_ = nullptr;
    under.waiting = 0;
    // What is too large for this side alone never reached it.
    for (std::size_t i = 0; i < items.size(); ++i)
      if (under.is_left(i)) producer_.reset();
  }

  static void refuse(Under& under, std::size_t position) {
    under.refused[position] = true;
    under.why = reason(under.reports[position]);
  }

  /// A broker refuses a whole record batch, and each of its messages is reported so. Has them sent in smaller
  /// ones, down to one message, which is refused for itself. Whether there is anything to be sent again.
  bool divide(std::span<const Item> items, Under& under) {
    std::vector<std::size_t> found;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (!under.is_left(i) || !is_refused(under.reports[i])) continue;
      found.push_back(i);
      bytes += items[i].text.size();
    }
    if (found.empty()) return false;
    good_ = 0;
    if (found.size() == 1 || record_batch_bytes_ == kOneMessage) {
      for (const auto position : found) refuse(under, position);
    } else {
      record_batch_bytes_ = std::max(kOneMessage, std::min(record_batch_bytes_, bytes) / 2);
      under.why = reason(under.reports[found.front()]);
    }
    bool left = false;
    for (std::size_t i = 0; i < items.size(); ++i) left = left || under.is_left(i);
    return left;
  }

  rd_kafka_resp_err_t produce(const Item& item, std::size_t position, const notify::Stop& stop,
                              SteadyClock::time_point end) {
    for (;;) {
      const auto error = produce_once(item, position);
      if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL || stop() || SteadyClock::now() > end) return error;
      rd_kafka_poll(producer_.get(), kPollMs);
    }
  }

  rd_kafka_resp_err_t produce_once(const Item& item, std::size_t position) {
    rd_kafka_headers_t* headers = rd_kafka_headers_new(1);
    rd_kafka_header_add(headers, "id", -1, item.id.data(), static_cast<ssize_t>(item.id.size()));
    // The time of the message is the producer's: brokers refuse, or soon throw away, what is far from their
    // own, and an event may say anything of when it happened.
    std::array<rd_kafka_vu_t, 6> message{};
    message[0].vtype = RD_KAFKA_VTYPE_TOPIC;
    message[0].u.cstr = options_.topic.c_str();
    message[1].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    message[1].u.i = RD_KAFKA_MSG_F_COPY;
    message[2].vtype = RD_KAFKA_VTYPE_KEY;
    message[2].u.mem = {const_cast<char*>(item.log.data()), item.log.size()};
    message[3].vtype = RD_KAFKA_VTYPE_VALUE;
    message[3].u.mem = {const_cast<char*>(item.text.data()), item.text.size()};
    message[4].vtype = RD_KAFKA_VTYPE_HEADERS;
    message[4].u.headers = headers;
    message[5].vtype = RD_KAFKA_VTYPE_OPAQUE;
    message[5].u.ptr = reinterpret_cast<void*>(position);
    rd_kafka_error_t* error = rd_kafka_produceva(producer_.get(), message.data(), message.size());
    if (error == nullptr) return RD_KAFKA_RESP_ERR_NO_ERROR;
    // The library has taken the headers only where it took the message.
    rd_kafka_headers_destroy(headers);
    const auto code = rd_kafka_error_code(error);
    rd_kafka_error_destroy(error);
    return code;
  }

  BatchOutcome judge(const Under& under, const notify::Stop& stop, SteadyClock::time_point end) {
    BatchOutcome out;
    out.why = under.why;
    for (std::size_t i = 0; i < under.reports.size(); ++i) {
      const auto error = under.reports[i];
      if (under.refused[i]) out.refused.push_back(i);
      if (error == RD_KAFKA_RESP_ERR_NO_ERROR || under.refused[i]) continue;
      if (stop()) return {Kind::stopped, "countersignd stops", 0, {}};
      auto failed = connection_failure();
      if (!failed.empty()) return {Kind::failed, std::move(failed), 0, {}};
      // Time was over before it was found which ones it refuses: fewer at a time.
      if (!under.why.empty() && SteadyClock::now() >= end) return {Kind::refused, under.why, 0, {}};
      const bool late = error == RD_KAFKA_RESP_ERR__IN_PROGRESS;
      return {Kind::failed, reason(late ? RD_KAFKA_RESP_ERR__MSG_TIMED_OUT : error), 0, {}};
    }
    if (out.refused.empty()) out.why.clear();
    static_cast<void>(connection_failure());
    return out;
  }

  /// What the connection suffers from, which says more than that time is over; empty where it is well.
  std::string connection_failure() {
    const std::lock_guard guard(mutex_);
    return std::exchange(connection_error_, {});
  }

  static void on_report(rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
    auto* under = static_cast<Kafka*>(self)->under_;
    const auto position = reinterpret_cast<std::size_t>(message->_private);
    if (under == nullptr || position >= under->reports.size()) return;
    under->reports[position] = message->err;
    under->waiting -= 1;
  }

  /// Of what goes on between the two machines; what a broker says is not told.
  static void on_error(rd_kafka_t*, int code, const char* reason, void* self) {
    auto& kafka = *static_cast<Kafka*>(self);
    const std::lock_guard guard(kafka.mutex_);
    if (code == RD_KAFKA_RESP_ERR__AUTHENTICATION) {
      kafka.connection_error_ = "the broker does not take the user and the password";
    } else if (code == RD_KAFKA_RESP_ERR__SSL || code == RD_KAFKA_RESP_ERR__RESOLVE ||
               code == RD_KAFKA_RESP_ERR__TRANSPORT) {
      kafka.connection_error_ = reason;
    }
  }

  const KafkaOptions options_;
  std::mutex mutex_;
  std::string connection_error_;  ///< the newest; guarded by mutex_
  Under* under_ = nullptr;
  std::size_t record_batch_bytes_ = kRecordBatchMost;  ///< smaller where the broker refused one
  unsigned good_ = 0;                                  ///< batches since then, and the one under way
  ProducerHandle producer_;
};

}  // namespace

SendBatch kafka(KafkaOptions options) {
  return [kafka = std::make_shared<Kafka>(std::move(options))](
             std::span<const Item> items, const notify::Stop& stop) { return kafka->send(items, stop); };
}

}  // namespace countersign::senders
