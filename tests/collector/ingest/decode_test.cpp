#include "collector/ingest/decode.h"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <zlib.h>
#include <zstd.h>

namespace countersign::ingest {
namespace {

namespace json = boost::json;

constexpr IngestLimits kLimits;

std::string gzip(std::string_view text) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string input(text), out(deflateBound(&stream, input.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd(std::string_view text, int window_log = 0) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  if (window_log > 0) {
    ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  }
  std::string out(ZSTD_compressBound(text.size()) + 64, '\0');
  ZSTD_inBuffer input{text.data(), text.size(), 0};
  ZSTD_outBuffer output{out.data(), out.size(), 0};
  // Two steps, so that the encoder cannot shrink the window to the size of the content.
  ZSTD_compressStream2(context, &output, &input, ZSTD_e_continue);
  EXPECT_EQ(ZSTD_compressStream2(context, &output, &input, ZSTD_e_end), 0u);
  out.resize(output.pos);
  ZSTD_freeCCtx(context);
  return out;
}

auto decode(std::string_view body, std::string_view encoding = "", std::string_view type = "application/json",
            const IngestLimits& limits = kLimits) {
  return decode_body(type, encoding, body, limits);
}

int status_of(std::string_view body, std::string_view encoding = "",
              std::string_view type = "application/json", const IngestLimits& limits = kLimits) {
  const auto items = decode(body, encoding, type, limits);
  return items ? 200 : items.error().status;
}

std::string shown(const Item& item) {
  if (const auto* value = std::get_if<json::value>(&item)) return json::serialize(*value);
  std::string out;
  for (const auto& fault : std::get<record::Faults>(item)) out += "!" + fault.path;
  return out;
}

std::string shown(std::string_view body, std::string_view type) {
  const auto items = decode(body, "", type);
  if (!items) return std::to_string(items.error().status) + " " + items.error().detail;
  std::string out;
  for (const auto& item : *items) out += shown(item) + ";";
  return out;
}

TEST(DecodeBody, TakesOneEventAnArrayOrLines) {
  EXPECT_EQ(shown(R"({"id":"1"})", "application/json"), R"({"id":"1"};)");
  EXPECT_EQ(shown(R"( [{"id":"1"},{"id":"2"}] )", "application/json; charset=UTF-8"),
            R"({"id":"1"};{"id":"2"};)");
  EXPECT_EQ(shown("{\"id\":1}\n\n  \r\n{\"id\":2}\r\n", "application/x-ndjson"), R"({"id":1};{"id":2};)");
  EXPECT_EQ(shown("{\"id\":1}", "Application/X-NDJSON"), R"({"id":1};)");
  EXPECT_EQ(shown("[{}]", "application/cloudevents-batch+json"), "{};");
  EXPECT_EQ(shown("{}", "application/cloudevents+json"), "{};");
}

TEST(DecodeBody, LetsABadLineSpoilItselfOnly) {
  const auto items =
      decode("{\"id\":1}\n{oops\n\xFF\n{\"id\":NaN}\n{\"a\":1,\"a\":2}\n{\"id\":2} x\n{\"id\":3}", "",
             "application/x-ndjson");
  ASSERT_TRUE(items);
  ASSERT_EQ(items->size(), 7u);
  for (const std::size_t bad : {1U, 2U, 3U, 5U}) {
    const auto* faults = std::get_if<record::Faults>(&(*items)[bad]);
    ASSERT_NE(faults, nullptr) << bad;
    EXPECT_TRUE(
        faults->front().reason.starts_with("line " + std::to_string(bad + 1) + ": not valid JSON at byte"))
        << faults->front().reason;
  }
  EXPECT_EQ(shown((*items)[4]), "!a");
  EXPECT_EQ(shown((*items)[0]) + shown((*items)[6]), R"({"id":1}{"id":3})");
}

TEST(DecodeBody, NamesAMemberThatStandsTwiceAndKeepsTheOthers) {
  EXPECT_EQ(shown(R"([{"a":1},{"actor":{"email":1,"email":2}},{"b":"[,]\"}{"}])", "application/json"),
            R"({"a":1};!actor.email;{"b":"[,]\"}{"};)");
  std::string many = "[{";
  for (int i = 0; i < 40; ++i) many += (i == 0 ? "\"a\":1" : ",\"a\":1");
  many += R"(},{"b":[1,{"c":2}],"b":3},{"d":4}])";
  EXPECT_TRUE(shown(many, "application/json").ends_with(R"(;!b;{"d":4};)"))
      << shown(many, "application/json");
}

TEST(DecodeBody, RefusesADocumentThatDoesNotParse) {
  for (const auto* body :
       {"{\"id\":1", "{\"id\":NaN}", "{\"id\":Infinity}", "{\"id\":1} x", "[{\"id\":1},]", "{'id':1}",
        "{\"id\":\"\xC3\x28\"}", "\xEF\xBB\xBF{}", "[{}}", "/* */ {}", "nul"}) {
    const auto items = decode(body);
    ASSERT_FALSE(items) << body;
    EXPECT_EQ(items.error().status, 400) << body;
    EXPECT_TRUE(items.error().detail.starts_with("not valid JSON at byte ")) << items.error().detail;
  }
}

TEST(DecodeBody, RefusesAnEmptyBody) {
  EXPECT_EQ(status_of(""), 400);
  EXPECT_EQ(status_of("[]"), 400);
  EXPECT_EQ(status_of("  "), 400);
  EXPECT_EQ(status_of("\n \n", "", "application/x-ndjson"), 400);
  EXPECT_EQ(status_of(gzip(""), "gzip"), 400);
}

TEST(DecodeBody, TakesNoOtherTypeOrCoding) {
  for (const auto* type : {"", "text/plain", "application/xml", "application/json; charset=latin1",
                           "application/jsonx", "application/x-www-form-urlencoded"})
    EXPECT_EQ(status_of("{}", "", type), 415) << type;
  for (const auto* coding : {"br", "deflate", "gzip, gzip", "gzip, zstd", "identity, gzip", "compress", "*"})
    EXPECT_EQ(status_of("{}", coding), 415) << coding;
  for (const auto* coding : {"", "identity", " Identity "}) EXPECT_EQ(status_of("{}", coding), 200) << coding;
}

TEST(DecodeBody, HoldsTheLimitOfNesting) {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') + "1" +
           std::string(static_cast<std::size_t>(depth), ']');
  };
  EXPECT_EQ(status_of(nested(16)), 200);
  EXPECT_EQ(status_of(nested(17)), 400);
  EXPECT_EQ(status_of(std::string(1'000'000, '[')), 400);
  EXPECT_EQ(shown("{}\n" + nested(17) + "\n{}", "application/x-ndjson"), "{};!;{};");
}

TEST(DecodeBody, HoldsTheLimitOfEvents) {
  const IngestLimits three{.events_max = 3};
  EXPECT_EQ(status_of("[1,2,3]", "", "application/json", three), 200);
  EXPECT_EQ(status_of("[1,2,3,4]", "", "application/json", three), 413);
  EXPECT_EQ(status_of("1\n\n2\n3\n\n", "", "application/x-ndjson", three), 200);
  EXPECT_EQ(status_of("1\n2\n3\n4", "", "application/x-ndjson", three), 413);
}

TEST(DecodeBody, HoldsTheLimitsOfSize) {
  const IngestLimits small{.body_bytes_max = 100, .decoded_bytes_max = 1000};
  const std::string hundred = "\"" + std::string(98, 'x') + "\"";
  EXPECT_EQ(status_of(hundred, "", "application/json", small), 200);
  EXPECT_EQ(status_of(hundred + " ", "", "application/json", small), 413);
  for (const std::string coding : {"gzip", "zstd"}) {
    const auto pack = [&](std::size_t size) {
      const std::string text = "\"" + std::string(size - 2, 'x') + "\"";
      return coding == "gzip" ? gzip(text) : zstd(text);
    };
    EXPECT_EQ(status_of(pack(1000), coding, "application/json", small), 200) << coding;
    EXPECT_EQ(status_of(pack(1001), coding, "application/json", small), 413) << coding;
  }
}

TEST(DecodeBody, StopsABombWhileItUnfolds) {
  const std::string gibibyte_ish(64 * 1024 * 1024, ' ');
  EXPECT_EQ(status_of(gzip(gibibyte_ish), "gzip"), 413);
  EXPECT_EQ(status_of(zstd(gibibyte_ish), "zstd"), 413);
  std::string members;
  for (int i = 0; i < 1000; ++i) members += gzip("");
  EXPECT_EQ(status_of(members, "gzip"), 400) << "empty members hold no event";
}

TEST(DecodeBody, RefusesAWindowThatWouldCostMuchMemory) {
  EXPECT_EQ(status_of(zstd("{\"a\":1}", 23), "zstd"), 200);
  EXPECT_EQ(status_of(zstd("{\"a\":1}", 27), "zstd"), 400);
}

TEST(DecodeBody, ReadsEachCodingAndSeveralMembers) {
  const std::string text = R"([{"id":"1"},{"id":"2"}])";
  EXPECT_EQ(status_of(gzip(text), "gzip"), 200);
  EXPECT_EQ(status_of(gzip(text), "X-GZIP"), 200);
  EXPECT_EQ(status_of(zstd(text), "zstd"), 200);
  EXPECT_EQ(status_of(gzip(text.substr(0, 5)) + gzip(text.substr(5)), "gzip"), 200);
  EXPECT_EQ(status_of(zstd(text.substr(0, 5)) + zstd(text.substr(5)), "zstd"), 200);
  EXPECT_EQ(status_of(gzip(text), "zstd"), 400);
  EXPECT_EQ(status_of(zstd(text), "gzip"), 400);
  EXPECT_EQ(status_of(text, "gzip"), 400);
}

TEST(DecodeBody, RefusesACompressedBodyThatIsCutAnywhere) {
  const std::string text = R"([{"id":"1","time":"2026-01-31T09:30:00Z"},{"id":"2"}])";
  for (const std::string coding : {"gzip", "zstd"}) {
    const std::string whole = coding == "gzip" ? gzip(text) : zstd(text);
    ASSERT_EQ(status_of(whole, coding), 200);
    for (std::size_t size = 0; size < whole.size(); ++size)
      EXPECT_EQ(status_of(whole.substr(0, size), coding), 400) << coding << " cut to " << size;
    EXPECT_EQ(status_of(whole + "x", coding), 400) << coding;
    EXPECT_EQ(status_of(whole + std::string(20, '\0'), coding), 400) << coding;
  }
}

TEST(DecodeBody, TakesNoLineOfABodyThatIsCutShort) {
  std::string lines;
  for (int i = 0; i < 20'000; ++i) lines += "{\"id\":" + std::to_string(i * 7919 % 100'000) + "}\n";
  const IngestLimits many{.events_max = 100'000};
  for (const std::string coding : {"gzip", "zstd"}) {
    const std::string whole = coding == "gzip" ? gzip(lines) : zstd(lines);
    ASSERT_EQ(status_of(whole, coding, "application/x-ndjson", many), 200);
    const auto items =
        decode(std::string_view(whole).substr(0, whole.size() - 1), coding, "application/x-ndjson", many);
    ASSERT_FALSE(items);
    EXPECT_EQ(items.error().status, 400);
    EXPECT_EQ(items.error().detail, "the " + coding + " body is cut short");
  }
}

TEST(DecodeBody, SurvivesAnyByteOfACompressedBodyBeingAnother) {
  const std::string text = R"([{"id":"1","time":"2026-01-31T09:30:00Z"},{"id":"2"}])";
  const std::string whole = gzip(text);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string other = whole;
    other[at] = static_cast<char>(other[at] ^ 0x20);
    const auto items = decode(other, "gzip");
    EXPECT_EQ(items ? items->size() : 2u, 2u)
        << "the header's time and system may differ, the content may not";
  }
}

}  // namespace
}  // namespace countersign::ingest
