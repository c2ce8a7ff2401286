#include "apps/stream_settings.h"

#include "apps/config_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace countersign::apps {
namespace {

using ::testing::HasSubstr;

const std::string kHttps =
    "[[stream]]\nname='siem'\ntransport='https'\nurl='https://siem.example.com/in?key=hidden'\n";
const std::string kSyslog =
    "[[stream]]\nname='log'\ntransport='syslog'\naddress='tls://siem.example.com:6514'\nformat='cef'\n";
const std::string kKafka =
    "[[stream]]\nname='bus'\ntransport='kafka'\nbrokers=['a.example.com:9093','b.example.com:9093']\ntopic='"
    "evidence'\n";

base::Result<std::vector<StreamSettings>> read(const std::string& text,
                                               const std::vector<std::string>& regions = {"eu-1"}) {
  const auto parsed = toml::parse(text);
  EXPECT_TRUE(parsed) << text;
  Table top(&parsed.table(), "");
  std::vector<base::RegionId> kept;
  for (const auto& one : regions) kept.emplace_back(one);
  return read_streams(top, "/etc/countersign", kept);
}

std::string error_of(const std::string& text, const std::vector<std::string>& regions = {"eu-1"}) {
  const auto settings = read(text, regions);
  return settings ? "it was taken" : settings.error().message;
}

TEST(StreamSettings, AreReadWithTheirDefaults) {
  const auto all = read(kHttps + kSyslog + kKafka).value();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].what, StreamSettings::What::both);
  EXPECT_EQ(all[0].format, StreamFormat::ocsf);
  EXPECT_EQ(all[0].destination, "eu-1") << "it is taken to lie in the region";
  EXPECT_FALSE(all[0].from_beginning);
  EXPECT_FALSE(all[0].with_record);
  EXPECT_EQ(all[0].text(), "https siem.example.com:443") << "an address may hold a secret";
  EXPECT_EQ(std::get<PostStream>(all[0].how).options.scheme, "Bearer");
  EXPECT_EQ(std::get<SyslogStream>(all[1].how).message_bytes_max, 8'192u);
  EXPECT_EQ(std::get<KafkaStream>(all[2].how).options.brokers, "a.example.com:9093,b.example.com:9093");
  EXPECT_TRUE(std::get<KafkaStream>(all[2].how).options.tls);
}

TEST(StreamSettings, SayHowLongABatchMayTake) {
  const auto hec =
      "[[stream]]\nname='hec'\ntransport='https'\nurl='https://s.example.com/services/collector/event'\n"
      "body='hec'\ntoken='t'\nacknowledged=true\n";
  const auto before = read(kHttps + kSyslog + kKafka + hec).value();
  EXPECT_EQ(std::get<PostStream>(before[0].how).options.timeout_ms, 30'000);
  EXPECT_EQ(std::get<SyslogStream>(before[1].how).options.timeout_ms, 30'000);
  EXPECT_EQ(std::get<KafkaStream>(before[2].how).options.timeout_ms, 30'000);
  EXPECT_EQ(std::get<PostStream>(before[3].how).options.acknowledged_within_ms, 300'000);
  const std::string longer = "timeout_s=600\n";
  const auto after =
      read(kHttps + longer + kSyslog + longer + kKafka + longer + hec + "acknowledged_within_s=3600\n")
          .value();
  EXPECT_EQ(std::get<PostStream>(after[0].how).options.timeout_ms, 600'000);
  EXPECT_EQ(std::get<SyslogStream>(after[1].how).options.timeout_ms, 600'000);
  EXPECT_EQ(std::get<KafkaStream>(after[2].how).options.timeout_ms, 600'000);
  EXPECT_EQ(std::get<PostStream>(after[3].how).options.acknowledged_within_ms, 3'600'000);
  for (const auto* seconds : {"0", "3601"})
    EXPECT_THAT(error_of(kKafka + "timeout_s=" + seconds + "\n"), HasSubstr("timeout_s"));
  EXPECT_THAT(error_of(kHttps + "acknowledged_within_s=60\n"), HasSubstr("acknowledged_within_s"))
      << "it is HEC's";
}

TEST(StreamSettings, TakeOutOfARegionOnlyWhatIsSaidToLeaveIt) {
  EXPECT_THAT(error_of(kHttps, {"eu-1", "us-1"}), HasSubstr("stream.regions"));
  const auto of_one = kHttps + "regions=['us-1']\n";
  EXPECT_EQ(read(of_one, {"eu-1", "us-1"}).value().front().destination, "us-1");
  EXPECT_THAT(error_of(kHttps + "destination='us'\n"), HasSubstr("leaves_region = true"));
  EXPECT_TRUE(read(kHttps + "destination='us'\nleaves_region=true\n"));
  EXPECT_THAT(error_of(kHttps + "leaves_region=true\n"), HasSubstr("stream.leaves_region"));
  const auto of_two = kHttps + "regions=['eu-1','us-1']\n";
  EXPECT_THAT(error_of(of_two, {"eu-1", "us-1"}), HasSubstr("stream.destination"));
  EXPECT_THAT(error_of(of_two + "destination='eu-1'\n", {"eu-1", "us-1"}), HasSubstr("leaves_region = true"));
  EXPECT_TRUE(read(of_two + "destination='eu-1'\nleaves_region=true\n", {"eu-1", "us-1"}));
  EXPECT_THAT(error_of(kHttps + "regions=['mars']\n"), HasSubstr("not kept here"));
}

TEST(StreamSettings, NeedTlsToAnotherMachine) {
  EXPECT_THAT(error_of("[[stream]]\nname='a'\ntransport='https'\nurl='http://siem.example.com/'\n"),
              HasSubstr("allow_plain"));
  EXPECT_THAT(error_of("[[stream]]\nname='a'\ntransport='syslog'\naddress='tcp://192.0.2.1:514'\n"),
              HasSubstr("allow_plain"));
  EXPECT_THAT(error_of(kKafka + "tls=false\n"), HasSubstr("allow_plain"));
  EXPECT_TRUE(read(kKafka + "tls=false\nallow_plain=true\n"));
  EXPECT_THAT(error_of(kKafka + "tls=false\nallow_plain=true\nsasl='PLAIN'\nuser='u'\npassword='p'\n"),
              HasSubstr("without TLS"))
      << "a password is not sent in the clear, whatever else is";
  EXPECT_THAT(error_of("[[stream]]\nname='a'\ntransport='https'\nurl='http://siem.example.com/"
                       "'\nallow_plain=true\ntoken='t'\n"),
              HasSubstr("without TLS"));
  EXPECT_TRUE(read("[[stream]]\nname='a'\ntransport='https'\nurl='http://127.0.0.1:8088/'\n"));
}

TEST(StreamSettings, SayWhereWhatPortAndWhetherInTheClear) {
  const auto all = read(kHttps + kSyslog + kKafka).value();
  EXPECT_EQ(all[1].text(), "syslog siem.example.com:6514");
  EXPECT_EQ(all[2].text(), "kafka a.example.com:9093,b.example.com:9093 evidence");
  const auto plain = read(
                         "[[stream]]\nname='a'\ntransport='https'\nurl='http://127.0.0.1/in'\n"
                         "[[stream]]\nname='b'\ntransport='syslog'\naddress='tcp://127.0.0.1:514'\n"
                         "[[stream]]\nname='c'\ntransport='kafka'\nbrokers=['127.0.0.1:9092']\ntopic='x'\n"
                         "tls=false\n")
                         .value();
  EXPECT_EQ(plain[0].text(), "http 127.0.0.1:80 without TLS");
  EXPECT_EQ(plain[1].text(), "syslog 127.0.0.1:514 without TLS");
  EXPECT_EQ(plain[2].text(), "kafka 127.0.0.1:9092 x without TLS");
}

TEST(StreamSettings, SayWhatIsWrong) {
  for (const auto& [text, said] : std::vector<std::pair<std::string, std::string>>{
           {"[[stream]]\nname='a'\n", "stream.transport"},
           {kHttps + "colour='red'\n", "colour"},
           {kHttps + "topic='a'\n", "topic"},
           {kHttps + "what='all'\n", "stream.what"},
           {kHttps + "format='xml'\n", "stream.format"},
           {kHttps + "start='later'\n", "stream.start"},
           {kHttps + "types=['login']\n", "stream.types"},
           {kHttps + "types=['nothing.*']\n", "stream.types"},
           {kHttps + "tenants=['Acme']\n", "stream.tenants"},
           {kHttps + "body='xml'\n", "stream.body"},
           {kHttps + "body='hec'\n", "/services/collector"},
           {kHttps + "body='bulk'\n", "/_bulk"},
           {kHttps + "client_key='k'\n", "stream.client_certificate"},
           {kHttps + "scheme='a b'\n", "stream.scheme"},
           {kHttps + "batch_events=0\n", "batch_events"},
           {kHttps + kHttps, "must not be that of another"},
           {"[[stream]]\nname='a'\ntransport='https'\nurl='https://s.example.com:8088/services/collector/"
            "event'\nbody='hec'\n",
            "stream.token"},
           {"[[stream]]\nname='a'\ntransport='https'\nurl='https://s.example.com/x/"
            "_bulk'\nbody='bulk'\nformat='cef'\n",
            "bulk takes JSON"},
           {kSyslog + "with_record=true\n", "stream.with_record"},
           {kSyslog + "message_bytes_max=1\n", "message_bytes_max"},
           {"[[stream]]\nname='a'\ntransport='syslog'\naddress='udp://127.0.0.1:514'\n", "tls:// or tcp://"},
           {kKafka + "sasl='PLAIN'\n", "must all stand there"},
           {kKafka + "sasl='GSSAPI'\nuser='u'\npassword='p'\n", "stream.sasl"},
           {"[[stream]]\nname='a'\ntransport='kafka'\nbrokers=['h:1']\ntopic='a b'\n", "stream.topic"},
           {"[[stream]]\nname='a'\ntransport='kafka'\ntopic='a'\n", "stream.brokers"},
       })
    EXPECT_THAT(error_of(text), HasSubstr(said)) << text;
}

TEST(StreamSettings, ChooseRecords) {
  const auto all = read(kHttps).value().front();
  EXPECT_TRUE(all.takes_records_of("acme") && all.takes_records_of("_system") &&
              all.takes_findings_of("acme"));
  const auto one =
      read(kHttps + "tenants=['acme']\ntypes=['challenge.*','finding.opened']\n").value().front();
  EXPECT_TRUE(one.takes_records_of("acme"));
  EXPECT_FALSE(one.takes_records_of("globex") || one.takes_records_of("_system") ||
               one.takes_findings_of("globex"));
  EXPECT_TRUE(one.looks_into("_system")) << "findings of the tenant stand there";
  EXPECT_TRUE(one.takes_type("challenge.sent") && one.takes_type("finding.opened"));
  EXPECT_FALSE(one.takes_type("login.failed") || one.takes_type("finding.resolved"));
  const auto findings = read(kHttps + "what='findings'\n").value().front();
  EXPECT_FALSE(findings.takes_records_of("acme") || findings.looks_into("acme"));
  EXPECT_TRUE(findings.looks_into("_system"));
  const auto records = read(kHttps + "what='records'\ntenants=['acme']\n").value().front();
  EXPECT_FALSE(records.looks_into("_system"));
}

}  // namespace
}  // namespace countersign::apps
