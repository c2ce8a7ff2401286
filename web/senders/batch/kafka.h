#pragma once

#include "ledger/crypto/secret.h"
#include "web/senders/batch/batch.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace countersign::senders {

struct KafkaOptions {
  std::string brokers;  ///< `host:port`, divided by commas
  std::string topic;
  bool tls = true;
  std::filesystem::path ca_file, client_certificate, client_key;
  std::string mechanism;  ///< SASL: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512; empty: none
  std::string user;
  std::shared_ptr<const crypto::Secret> password;
  std::int64_t timeout_ms = 30'000;  ///< for all of a batch
};

/// Produces a message for each event, with the log's name as its key, so that a log's events are in order in
/// one partition, and the id in a header `id`. Idempotent, acknowledged by all replicas that are in sync. A
/// batch is taken when the broker has reported each message; where one has failed, what is under way is
/// dropped with the producer, so that nothing overtakes it. A broker that refuses what comes in one request
/// for its size refuses all messages in it: they are sent again in smaller ones, down to one message, and
/// what it refuses then is refused.
SendBatch kafka(KafkaOptions options);

}  // namespace countersign::senders
