#include "ledger/record/record.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace countersign::record {
namespace {

struct Sample {
  std::string log = "log.example/eu/acme";
  std::uint64_t seq = 7;
  base::Digest prev = crypto::sha256(std::string_view("previous"));
  base::Timestamp received{1'769'851'800'123'456};
  std::string source = "app";
  std::string proof = "token";
  std::vector<std::string> redacted;
  std::string event = R"({"id":"1","time":"2026-01-31T09:30:00Z","type":"challenge.sent","tenant":"acme"})";

  std::string write() const {
    std::string out = "what was here before";
    write_record({log, base::seq_at(seq), prev, received, source, proof, &redacted, event}, out);
    return out;
  }
};

TEST(WriteRecord, WritesTheBytesOfTheFormat) {
  Sample sample;
  sample.prev = {};
  EXPECT_EQ(
      sample.write(),
      R"({"v":1,"log":"log.example/eu/acme","seq":7,"prev":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",)"
      R"("received":"2026-01-31T09:30:00.123456Z","source":"app","proof":"token","event":)"
      R"({"id":"1","time":"2026-01-31T09:30:00Z","type":"challenge.sent","tenant":"acme"}})");
  sample.redacted = {"data.payload.custom_code", "attributes.a\"b\x01"};
  EXPECT_NE(
      sample.write().find(
          R"("proof":"token","redacted":["data.payload.custom_code","attributes.a\"b\u0001"],"event":{)"),
      std::string::npos);
}

TEST(WriteRecord, HashesALeafAsRfc6962Does) {
  const std::string bytes = Sample().write();
  EXPECT_EQ(record_hash(bytes), crypto::sha256(std::string("\0", 1) + bytes));
  EXPECT_EQ(base::to_hex(record_hash("").view()),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

RC_GTEST_PROP(Record, IsReadBackAsItWasWritten, ()) {
  Sample sample;
  const auto word = rc::gen::nonEmpty(rc::gen::container<std::string>(
      rc::gen::elementOf(std::string("abcdefghijklmnopqrstuvwxyz0123456789-._/"))));
  sample.log = *word;
  sample.source = *word;
  sample.seq = *rc::gen::arbitrary<std::uint64_t>();
  for (auto& byte : sample.prev.bytes) byte = *rc::gen::arbitrary<std::uint8_t>();
  sample.received.micros = *rc::gen::inRange<std::int64_t>(0, 253'402'300'799'999'999);
  sample.redacted = *rc::gen::arbitrary<std::vector<std::string>>();
  const std::string bytes = sample.write();
  const auto view = read_record(bytes);
  RC_ASSERT(view.has_value());
  RC_ASSERT(view->log == sample.log);
  RC_ASSERT(base::index_of(view->seq) == sample.seq);
  RC_ASSERT(view->prev == sample.prev);
  RC_ASSERT(view->received == sample.received);
  RC_ASSERT(view->source == sample.source);
  RC_ASSERT(view->proof == sample.proof);
  RC_ASSERT(view->redacted.empty() == sample.redacted.empty());
  RC_ASSERT(view->event == sample.event);
}

/// The record as the view of it would be written; different bytes must never be read as the same record.
std::string written_again(const RecordView& view) {
  std::vector<std::string> none;
  std::string out;
  write_record({view.log, view.seq, view.prev, view.received, view.source, view.proof, &none, view.event},
               out);
  if (!view.redacted.empty()) {
    const auto at = out.find(",\"event\":", out.find("\"proof\":"));
    out.insert(at, ",\"redacted\":" + std::string(view.redacted));
  }
  return out;
}

void expect_one_spelling(const std::string& bytes) {
  const auto view = read_record(bytes);
  EXPECT_TRUE(!view || written_again(*view) == bytes) << bytes;
}

TEST(ReadRecord, TakesOneSpellingOnly) {
  Sample sample;
  sample.redacted = {"a.b", "c\"d"};
  const std::string bytes = sample.write();
  const std::string others("\0 \"\\{}[]:,0aZ\x7F\xFF", 15);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string shorter = bytes;
    shorter.erase(at, 1);
    expect_one_spelling(shorter);
    for (const char other : others) {
      std::string changed = bytes;
      changed[at] = other;
      expect_one_spelling(changed);
      std::string longer = bytes;
      longer.insert(at, 1, other);
      expect_one_spelling(longer);
    }
  }
}

TEST(ReadRecord, RefusesEveryMissingOrChangedByteOfTheFrame) {
  Sample sample;
  sample.redacted = {"a"};
  const std::string bytes = sample.write();
  // Every byte outside of values: the names, the signs between them, and the whole of prev and received.
  const std::vector<std::string> values{sample.log, "7", sample.source, sample.proof, sample.event};
  std::vector<bool> frame(bytes.size(), true);
  std::size_t from = bytes.find("\"log\":\"") + 7;
  for (const auto& value : values) {
    const auto at = bytes.find(value, from);
    ASSERT_NE(at, std::string::npos);
    std::fill_n(frame.begin() + static_cast<std::ptrdiff_t>(at), value.size(), false);
    from = at + value.size();
  }
  frame[bytes.find("[\"a\"]") + 2] = false;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (!frame[at]) continue;
    std::string shorter = bytes, changed = bytes;
    shorter.erase(at, 1);
    changed[at] = '~';
    EXPECT_FALSE(read_record(shorter)) << "without byte " << at << ": " << shorter;
    EXPECT_FALSE(read_record(changed)) << "changed byte " << at << ": " << changed;
  }
}

TEST(ReadRecord, RefusesARecordThatIsCutAnywhere) {
  Sample sample;
  sample.redacted = {"a\\b"};
  const std::string bytes = sample.write();
  ASSERT_TRUE(read_record(bytes));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(read_record(std::string_view(bytes).substr(0, size))) << size;
  EXPECT_FALSE(read_record(bytes + "\n"));
  EXPECT_FALSE(read_record(std::string(
      R"({"v":1,"log":"l","seq":0,"prev":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",)"
      R"("received":"2026-01-31T09:30:00.123456Z","source":"a","proof":"token","redacted":["\)")));
}

TEST(ReadRecord, RefusesValuesThatAreNotAsTheyAreWritten) {
  const std::string bytes = Sample().write();
  const auto replaced = [&](const std::string& what, const std::string& by) {
    std::string text = bytes;
    text.replace(text.find(what), what.size(), by);
    return text;
  };
  for (const auto& text :
       {replaced("\"seq\":7", "\"seq\":07"), replaced("\"seq\":7", "\"seq\":-7"),
        replaced("\"seq\":7", "\"seq\":"), replaced("\"seq\":7", "\"seq\":18446744073709551616"),
        replaced("\"v\":1", "\"v\":2"), replaced(".123456Z", ".12345Z"),
        replaced(".123456Z", ".123456+00:00"), replaced("09:30:00.", "09:30:60."),
        replaced("2026-01-31T", "2026-01-32T"), replaced("=\",\"received", "\",\"received"),
        replaced("\"proof\":\"token\",", "\"proof\":\"token\",\"redacted\":[],"),
        replaced("\"proof\":\"token\",", "\"proof\":\"token\",\"redacted\":[\"\\u0041\"],"),
        replaced("\"proof\":\"token\",", "\"proof\":\"token\",\"redacted\":[\"a\", \"b\"],"),
        replaced("\"app\"", "\"a\np\""), replaced("\"app\"", "\"a\\u0041\""), replaced("\"app\"", "\"\"")}) {
    const auto view = read_record(text);
    ASSERT_FALSE(view) << text;
    EXPECT_EQ(view.error().code, base::Code::data_loss);
  }
  EXPECT_TRUE(read_record(replaced("\"seq\":7", "\"seq\":18446744073709551615")));
}

}  // namespace
}  // namespace countersign::record
