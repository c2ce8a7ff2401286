#include "web/senders/batch/post.h"

#include "ledger/base/encoding.h"
#include "ledger/base/json.h"
#include "ledger/crypto/entropy.h"
#include "web/senders/batch/answers.h"
#include "web/senders/batch/pending_acks.h"
#include "web/senders/transfer.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>
#include <utility>

namespace countersign::senders {
namespace {

using Kind = BatchOutcome::Kind;
using Body = PostOptions::Body;
using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kBetweenAsks{250}, kNap{25};
constexpr std::string_view kNotOfHec = "its answer has no code 0 as that of HEC has";

/// What is kept of an answer.
struct Kept {
  std::size_t most = 0;
  std::string text;
};

std::size_t on_answer(char* data, std::size_t size, std::size_t count, void* to) {
  auto& kept = *static_cast<Kept*>(to);
  if (kept.text.size() + size * count > kept.most) return 0;
  kept.text.append(data, size * count);
  return size * count;
}

struct Answer {
  BatchOutcome outcome;  ///< by the status
  std::string body;
};

/// RFC 9562 section 5.4: a UUID of version 4.
std::string random_uuid() {
  std::array<std::uint8_t, 16> bytes{};
  crypto::system_entropy()(bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  auto out = base::to_hex(bytes);
  for (const std::size_t at : {8, 13, 18, 23}) out.insert(at, 1, '-');
  return out;
}

std::string_view content_type(Body body) {
  return body == Body::ndjson || body == Body::bulk ? "application/x-ndjson" : "application/json";
}

/// One destination's connections. One thread.
class Poster {
 public:
  explicit Poster(PostOptions options) : options_(std::move(options)) {
    const auto end = options_.url.find("/services/collector");
    if (options_.acknowledged && end != std::string::npos)
      ack_url_ = fmt::format("{}/services/collector/ack?channel={}", options_.url.substr(0, end), channel_);
  }

  BatchOutcome send(std::span<const Item> items, const notify::Stop& stop) {
    if (options_.body == Body::hec && options_.acknowledged) return send_acknowledged(items, stop);
    auto answer = exchange(options_.url, body_of(options_, items), stop);
    if (answer.outcome.kind != Kind::taken) return std::move(answer.outcome);
    if (options_.body == Body::bulk) return read_bulk_answer(answer.body, items.size());
    if (options_.body != Body::hec || read_hec_answer(answer.body).taken) return {};
    return {Kind::failed, std::string(kNotOfHec), 0, {}};
  }

 private:
  Answer exchange(const std::string& url, const std::string& body, const notify::Stop& stop) {
    List headers;
    append(headers, fmt::format("Content-Type: {}", content_type(options_.body)));
    append(headers, "Expect:");
    if (options_.token)
      append(headers,
             fmt::format("Authorization: {} {}", options_.scheme, base::text_of(options_.token->view())));
    if (options_.body == Body::hec) append(headers, "X-Splunk-Request-Channel: " + channel_);
    Kept kept{options_.answer_bytes_max, {}};
    Transfer transfer(
        {url, options_.timeout_ms, options_.ca_file, options_.client_certificate, options_.client_key}, stop);
    transfer.set(CURLOPT_SHARE, share_.get());
    transfer.set(CURLOPT_PROTOCOLS_STR, "http,https");
    transfer.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    transfer.set(CURLOPT_USERAGENT, "countersign/" COUNTERSIGN_VERSION);
    transfer.set(CURLOPT_HTTPHEADER, headers.get());
    transfer.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    transfer.set(CURLOPT_POSTFIELDS, body.data());
    transfer.set(CURLOPT_WRITEFUNCTION, &on_answer);
    transfer.set(CURLOPT_WRITEDATA, static_cast<void*>(&kept));
    const auto code = transfer.perform();
    if (code != CURLE_OK) {
      const auto failure = transfer.failure(code);
      return {
          {failure.kind == notify::Outcome::Kind::stopped ? Kind::stopped : Kind::failed, failure.why, 0, {}},
          {}};
    }
    const auto wait_s = static_cast<std::int64_t>(transfer.info<curl_off_t>(CURLINFO_RETRY_AFTER));
    return {read_status(transfer.info<long>(CURLINFO_RESPONSE_CODE), wait_s), std::move(kept.text)};
  }

  /// Splunk has taken events when it has indexed them; until then it may lose them.
  BatchOutcome send_acknowledged(std::span<const Item> items, const notify::Stop& stop) {
    pending_.forget(SteadyClock::now());
    if (const auto fresh = pending_.not_posted(items); !fresh.empty()) {
      auto answer = exchange(options_.url, body_of(options_, fresh), stop);
      if (answer.outcome.kind != Kind::taken) return std::move(answer.outcome);
      const auto hec = read_hec_answer(answer.body);
      if (!hec.taken) return {Kind::failed, std::string(kNotOfHec), 0, {}};
      if (!hec.ack)
        return {Kind::failed, "it gives no ackId: the token has no indexer acknowledgement", 0, {}};
      pending_.posted(fresh, *hec.ack,
                      SteadyClock::now() + std::chrono::milliseconds(options_.acknowledged_within_ms));
    }
    auto out = wait_until_indexed(items, stop);
    if (out.kind == Kind::taken) pending_.done(items);
    return out;
  }

  BatchOutcome wait_until_indexed(std::span<const Item> items, const notify::Stop& stop) {
    const auto end = SteadyClock::now() + std::chrono::milliseconds(options_.timeout_ms);
    for (;;) {
      const auto asked = pending_.asked_for(items);
      if (!asked) return {Kind::failed, "it has begun to count its acknowledgements anew", 0, {}};
      if (asked->empty()) return {};
      const auto answer = exchange(ack_url_, fmt::format(R"({{"acks":[{}]}})", fmt::join(*asked, ",")), stop);
      if (answer.outcome.kind == Kind::stopped) return answer.outcome;
      const bool answered = answer.outcome.kind == Kind::taken;
      for (const auto ack : *asked)
        if (answered && is_acknowledged(answer.body, ack)) pending_.indexed(ack);
      if (SteadyClock::now() > end)
        return {Kind::failed,
                answered ? "it has not indexed the events yet"
                         : fmt::format("asked whether the events are indexed {}", answer.outcome.why),
                0,
                {}};
      for (const auto next = SteadyClock::now() + kBetweenAsks; SteadyClock::now() < next;) {
        if (stop()) return {Kind::stopped, "countersignd stops", 0, {}};
        std::this_thread::sleep_for(kNap);
      }
    }
  }

  struct Cleanup {
    void operator()(CURLSH* share) const { curl_share_cleanup(share); }
  };
  static std::unique_ptr<CURLSH, Cleanup> make_share() {
    std::unique_ptr<CURLSH, Cleanup> out(curl_share_init());
    if (!out || curl_share_setopt(out.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT) != CURLSHE_OK)
      std::abort();
    return out;
  }

  const PostOptions options_;
  const std::string channel_ = random_uuid();
  std::string ack_url_;
  PendingAcks pending_;
  std::unique_ptr<CURLSH, Cleanup> share_ = make_share();  ///< of one thread, so without locks
};

void append_hec(const PostOptions& options, const Item& item, std::string& out) {
  out +=
      fmt::format(R"({{"time":{}.{:06},"host":{},"source":{},"sourcetype":{},)", item.time.micros / 1'000'000,
                  item.time.micros % 1'000'000, base::json_string(options.host), base::json_string(item.log),
                  base::json_string(options.sourcetype));
  if (!options.index.empty()) out += fmt::format(R"("index":{},)", base::json_string(options.index));
  out += fmt::format(R"("fields":{{"countersign_id":"{}"}},"event":)", item.id);
  out += options.json ? item.text : base::json_string(item.text);
  out += "}\n";
}

}  // namespace

std::string body_of(const PostOptions& options, std::span<const Item> items) {
  std::string out;
  if (options.body == Body::array) out += '[';
  for (const auto& item : items) {
    switch (options.body) {
      case Body::ndjson:
        out += item.text + "\n";
        break;
      case Body::array:
        if (out.size() > 1) out += ',';
        out += options.json ? item.text : base::json_string(item.text);
        break;
      case Body::hec:
        append_hec(options, item, out);
        break;
      case Body::bulk:
        out += fmt::format("{{\"create\":{{\"_id\":\"{}\"}}}}\n{}\n", item.id, item.text);
        break;
    }
  }
  if (options.body == Body::array) out += ']';
  return out;
}

SendBatch post(PostOptions options) {
  return [poster = std::make_shared<Poster>(std::move(options))](
             std::span<const Item> items, const notify::Stop& stop) { return poster->send(items, stop); };
}

}  // namespace countersign::senders
