#include "ledger/record/record.h"

#include "ledger/base/encoding.h"
#include "ledger/base/json.h"
#include "ledger/crypto/digest.h"
#include "ledger/record/spelling.h"

#include <fmt/format.h>

#include <cstring>

namespace countersign::record {
namespace {

using base::Code;
using base::fail;

/// Takes the fixed spelling of a record off the front of its bytes.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  /// The length is known to the compiler, which then compares whole words.
  template <std::size_t kSize>
  bool literal(const char (&text)[kSize]) {
    constexpr std::size_t kLength = kSize - 1;
    if (bytes_.size() - at_ < kLength || std::memcmp(bytes_.data() + at_, text, kLength) != 0) return false;
    at_ += kLength;
    return true;
  }
  /// The inside of a string of printable ASCII that needs no escapes: names, times, hashes.
  bool plain(std::string_view& value) {
    const std::size_t begin = at_;
    while (at_ < bytes_.size() && bytes_[at_] != '"') {
      if (bytes_[at_] < 0x20 || bytes_[at_] > 0x7E || bytes_[at_] == '\\') return false;
      ++at_;
    }
    value = bytes_.substr(begin, at_ - begin);
    return at_ < bytes_.size() && !value.empty();
  }
  /// A text of a known length, whose characters its decoder checks.
  bool fixed(std::size_t size, std::string_view& value) {
    value = bytes_.substr(at_, size);
    at_ += value.size();
    return value.size() == size;
  }
  bool number(std::uint64_t& value) {
    const std::size_t begin = at_;
    value = 0;
    for (; at_ < bytes_.size() && bytes_[at_] >= '0' && bytes_[at_] <= '9'; ++at_) {
      const auto digit = static_cast<std::uint64_t>(bytes_[at_] - '0');
      if (value > (UINT64_MAX - digit) / 10) return false;
      value = value * 10 + digit;
    }
    return at_ > begin && (bytes_[begin] != '0' || at_ == begin + 1);
  }
  /// A JSON array of strings, skipped over.
  bool strings(std::string_view& value) {
    const std::size_t begin = at_;
    if (!literal("[")) return false;
    do {
      if (!skip_json_string(bytes_, at_)) return false;
    } while (literal(","));
    if (!literal("]")) return false;
    value = bytes_.substr(begin, at_ - begin);
    return true;
  }
  std::string_view rest() const { return bytes_.substr(at_); }
  std::size_t at() const { return at_; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

}  // namespace

void write_record(const RecordParts& parts, std::string& out) {
  out.clear();
  out.reserve(parts.event.size() + 512);
  out.append("{\"v\":1,\"log\":\"").append(parts.log).append("\",\"seq\":");
  const fmt::format_int seq(base::index_of(parts.seq));
  out.append(seq.data(), seq.size()).append(",\"prev\":\"");
  char prev[base::kDigestBase64Size];
  base::write_base64(parts.prev, prev);
  out.append(prev, sizeof prev).append("\",\"received\":\"").append(base::format_rfc3339(parts.received));
  out.append("\",\"source\":\"")
      .append(parts.source)
      .append("\",\"proof\":\"")
      .append(parts.proof)
      .append("\"");
  if (parts.redacted != nullptr && !parts.redacted->empty()) {
    char before = '[';
    out.append(",\"redacted\":");
    for (const auto& path : *parts.redacted) {
      out.push_back(before);
      base::append_json_string(out, path);
      before = ',';
    }
    out.push_back(']');
  }
  out.append(",\"event\":").append(parts.event).append("}");
}

base::Result<RecordView> read_record(std::string_view bytes) {
  RecordView view;
  Reader reader(bytes);
  const auto bad = [&](std::string_view member) {
    return fail(Code::data_loss,
                fmt::format("not a record: {} is not as it must be at byte {}", member, reader.at()));
  };
  std::uint64_t seq = 0;
  std::string_view prev, received;
  if (!(reader.literal("{\"v\":1,\"log\":\"") && reader.plain(view.log))) return bad("v or log");
  if (!(reader.literal("\",\"seq\":") && reader.number(seq))) return bad("seq");
  if (!(reader.literal(",\"prev\":\"") && reader.fixed(base::kDigestBase64Size, prev))) return bad("prev");
  if (!(reader.literal("\",\"received\":\"") && reader.fixed(base::kTimestampTextSize, received)))
    return bad("received");
  if (!(reader.literal("\",\"source\":\"") && reader.plain(view.source))) return bad("source");
  if (!(reader.literal("\",\"proof\":\"") && reader.plain(view.proof) && reader.literal("\"")))
    return bad("proof");
  if (reader.literal(",\"redacted\":") && !reader.strings(view.redacted)) return bad("redacted");
  if (!reader.literal(",\"event\":")) return bad("event");
  view.event = reader.rest();
  if (view.event.size() < 3 || view.event.front() != '{' || view.event.substr(view.event.size() - 2) != "}}")
    return bad("event");
  view.event.remove_suffix(1);
  view.seq = base::seq_at(seq);
  const auto digest = base::digest_from_base64(prev);
  const auto time = base::parse_canonical_time(received);
  if (!digest) return bad("prev");
  if (!time) return bad("received");
  view.prev = *digest;
  view.received = *time;
  return view;
}

base::Digest record_hash(std::string_view bytes) {
  thread_local crypto::Sha256 hasher;
  return hasher.update(std::uint8_t{0}).update(bytes).finish();
}

}  // namespace countersign::record
