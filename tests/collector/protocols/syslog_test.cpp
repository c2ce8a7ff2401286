#include "collector/protocols/syslog.h"

#include "tests/collector/protocols/shown.h"

#include <gmock/gmock.h>

namespace countersign::protocols {
namespace {

namespace json = boost::json;

SyslogMessage parsed(std::string_view text) {
  auto message = parse_syslog(text);
  EXPECT_TRUE(message) << text << "\n" << message.error().to_string();
  return message ? std::move(*message) : SyslogMessage();
}

std::string fault_of(std::string_view text) {
  const auto message = parse_syslog(text);
  return message ? "none" : message.error().to_string();
}

TEST(Syslog, ReadsTheExamplesOfRfc5424) {
  const auto first = parsed(
      "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \xEF\xBB\xBF'su root' failed for "
      "lonvick on "
      "/dev/pts/8");
  EXPECT_EQ(first.facility, 4);
  EXPECT_EQ(first.severity, 2);
  EXPECT_EQ(first.time, "2003-10-11T22:14:15.003Z");
  EXPECT_EQ(first.host, "mymachine.example.com");
  EXPECT_EQ(first.app, "su");
  EXPECT_EQ(first.process, "");
  EXPECT_EQ(first.message_id, "ID47");
  EXPECT_TRUE(first.data.empty());
  EXPECT_EQ(first.text, "'su root' failed for lonvick on /dev/pts/8");

  const auto second = parsed(
      "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make the do-nuts.");
  EXPECT_EQ(second.process, "8710");
  EXPECT_EQ(second.text, "%% It's time to make the do-nuts.");

  const auto third = parsed(
      "<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut=\"3\" "
      "eventSource=\"Application\" eventID=\"1011\"][examplePriority@32473 class=\"high\"]");
  ASSERT_EQ(third.data.size(), 2u);
  EXPECT_EQ(third.data[0].id, "exampleSDID@32473");
  ASSERT_EQ(third.data[0].parameters.size(), 3u);
  EXPECT_EQ(third.data[0].parameters[2], std::pair(std::string("eventID"), std::string("1011")));
  EXPECT_EQ(third.data[1].parameters[0].second, "high");
  EXPECT_EQ(third.text, "");
}

TEST(Syslog, ReadsWhatKeycloakWrites) {
  const auto message = parsed(
      "<15>1 2024-10-30T17:27:03.414+05:30 keycloak keycloak 81812 org.keycloak.events -  "
      R"({"loggerName":"org.keycloak.events","message":"type=\"LOGIN\""})");
  EXPECT_EQ(message.message_id, "org.keycloak.events");
  EXPECT_EQ(shown(message_of(message).payload),
            spelled(R"({"loggerName":"org.keycloak.events","message":"type=\"LOGIN\""})"));
}

TEST(Syslog, ReadsTheLeastMessage) {
  const auto message = parsed("<0>1 - - - - - -");
  EXPECT_EQ(message.facility, 0);
  EXPECT_EQ(message.time, "");
  EXPECT_EQ(message.text, "");
  EXPECT_EQ(parsed("<191>1 - - - - - - ").text, "");
  EXPECT_EQ(parsed("<191>1 - - - - - - \xEF\xBB\xBF").text, "");
  EXPECT_EQ(parsed("<191>1 - - - - - [a]").data.size(), 1u);
  EXPECT_EQ(parsed("<191>1 - - - - - -  two  spaces").text, " two  spaces");
}

TEST(Syslog, UndoesTheEscapesOfStructuredData) {
  const auto message = parsed(R"(<0>1 - - - - - [a b="x\"y\\z\]w" b="\n\\n" c=""] t)");
  ASSERT_EQ(message.data.size(), 1u);
  const auto& parameters = message.data[0].parameters;
  ASSERT_EQ(parameters.size(), 3u);
  EXPECT_EQ(parameters[0].second, R"(x"y\z]w)");
  EXPECT_EQ(parameters[1].second, R"(\n\n)") << "before another character a backslash is itself";
  EXPECT_EQ(parameters[2].second, "");
  EXPECT_EQ(message.text, "t");
}

TEST(Syslog, NamesThePartAndByteThatIsWrong) {
  const auto header = [](const std::string& rest) { return fault_of("<34>1 2003-10-11T22:14:15Z " + rest); };
  EXPECT_THAT(fault_of(""), ::testing::StartsWith("byte 0, priority: "));
  EXPECT_THAT(fault_of("34>1 - - - - - -"), ::testing::StartsWith("byte 0, priority: "));
  EXPECT_THAT(fault_of("<>1 - - - - - -"), ::testing::StartsWith("byte 1, priority: "));
  EXPECT_THAT(fault_of("<1234>1 - - - - - -"), ::testing::StartsWith("byte 4, priority: "));
  EXPECT_THAT(fault_of("<192>1 - - - - - -"),
              ::testing::StartsWith("byte 1, priority: the number is more than 191"));
  EXPECT_THAT(fault_of("<034>1 - - - - - -"),
              ::testing::StartsWith("byte 1, priority: the number must not begin"));
  EXPECT_THAT(fault_of("<34>2 - - - - - -"), ::testing::StartsWith("byte 4, version: "));
  EXPECT_THAT(fault_of("<34>12 - - - - - -"), ::testing::StartsWith("byte 5, version: "));
  EXPECT_THAT(fault_of("<34>1"), ::testing::StartsWith("byte 5, version: a space"));
  EXPECT_THAT(fault_of("<34>1 2003-10-11T22:14:15 - - - - -"), ::testing::StartsWith("byte 6, timestamp: "));
  EXPECT_THAT(fault_of("<34>1 2003-10-11t22:14:15Z - - - - -"), ::testing::StartsWith("byte 6, timestamp: "));
  EXPECT_THAT(fault_of("<34>1 2003-10-11T22:14:15z - - - - -"), ::testing::StartsWith("byte 6, timestamp: "));
  EXPECT_THAT(fault_of("<34>1 2003-10-11T22:14:15.0000003Z - - - - -"),
              ::testing::StartsWith("byte 6, timestamp: a fraction"));
  EXPECT_THAT(fault_of("<34>1 2016-12-31T23:59:60Z - - - - -"),
              ::testing::StartsWith("byte 6, timestamp: a leap"));
  EXPECT_THAT(fault_of("<34>1 2003-02-30T22:14:15Z - - - - -"), ::testing::StartsWith("byte 6, timestamp: "));
  EXPECT_THAT(fault_of("<34>1  - - - - -"), ::testing::StartsWith("byte 6, timestamp: it is missing"));
  EXPECT_THAT(fault_of("<34>1 -"), ::testing::StartsWith("byte 7, timestamp: a space"));
  EXPECT_THAT(header(" a - - - -"), ::testing::StartsWith("byte 27, header: HOSTNAME is missing"));
  EXPECT_THAT(header(std::string(256, 'h') + " a - - - -"),
              ::testing::StartsWith("byte 27, header: HOSTNAME has more"));
  EXPECT_THAT(header("h " + std::string(49, 'a') + " - - -"),
              ::testing::StartsWith("byte 29, header: APP-NAME has more"));
  EXPECT_THAT(header("h a " + std::string(129, 'p') + " - -"),
              ::testing::StartsWith("byte 31, header: PROCID has more"));
  EXPECT_THAT(header("h a p " + std::string(33, 'm') + " -"),
              ::testing::StartsWith("byte 33, header: MSGID has more"));
  EXPECT_THAT(header("h\xC3\xA4 a p m -"), ::testing::StartsWith("byte 28, header: a space"));
  EXPECT_THAT(header("h a p m"), ::testing::StartsWith("byte 34, header: a space"));
  EXPECT_THAT(header("h a p m "), ::testing::StartsWith("byte 35, structured_data: '-' or '['"));
  EXPECT_THAT(header("h a p m -x"), ::testing::StartsWith("byte 36, structured_data: a space"));
  EXPECT_THAT(header("h a p m [a"), ::testing::StartsWith("byte 37, structured_data: a space or ']'"));
  EXPECT_THAT(header("h a p m []"), ::testing::StartsWith("byte 36, structured_data: SD-ID"));
  EXPECT_THAT(header("h a p m [a b]"), ::testing::StartsWith("byte 39, structured_data: =\""));
  EXPECT_THAT(header("h a p m [a b=\"c]"), ::testing::StartsWith("byte 42, structured_data: a ']'"));
  EXPECT_THAT(header("h a p m [a b=\"c"),
              ::testing::StartsWith("byte 42, structured_data: a value does not end"));
  EXPECT_THAT(header("h a p m [a b=\"\xFF\"]"),
              ::testing::StartsWith("byte 41, structured_data: a value is not UTF-8"));
  EXPECT_THAT(header("h a p m [a][a]"),
              ::testing::StartsWith("byte 39, structured_data: an SD-ID stands twice"));
  EXPECT_THAT(header("h a p m [" + std::string(33, 'i') + "]"),
              ::testing::StartsWith("byte 36, structured_data: SD-ID"));
  EXPECT_THAT(header("h a p m - a\xFF"), ::testing::StartsWith("byte 38, text: MSG is not UTF-8"));
  EXPECT_THAT(header("h a p m - \xEF\xBB\xBFx\xC0"), ::testing::StartsWith("byte 41, text: "));
}

TEST(Syslog, RefusesRfc3164ByItsName) {
  for (const auto* text :
       {"<34>Oct 11 22:14:15 mymachine su: 'su root' failed", "<13>Feb  5 17:32:18 10.0.0.99 x"})
    EXPECT_THAT(fault_of(text), ::testing::HasSubstr("byte 4, rfc3164: this is a message of RFC 3164"))
        << text;
  EXPECT_THAT(fault_of("<34>su: failed"), ::testing::StartsWith("byte 4, version: "));
}

TEST(Syslog, RefusesToManyElements) {
  std::string text = "<0>1 - - - - - ";
  for (int i = 0; i < 64; ++i) text += "[e" + std::to_string(i) + "]";
  EXPECT_EQ(parsed(text).data.size(), 64u);
  EXPECT_THAT(fault_of(text + "[more]"), ::testing::HasSubstr("more than 64 elements"));
}

TEST(Syslog, TellsMessagesApartByTheirWholeContent) {
  const std::string line = "<34>1 2003-10-11T22:14:15.003Z h a p m - type=LOGIN";
  const auto message = message_of(parsed(line));
  EXPECT_EQ(message.envelope.time, "2003-10-11T22:14:15.003Z");
  EXPECT_EQ(shown(message.payload), R"({"message":"type=LOGIN","id":")" + *message.envelope.id +
                                        R"(","time":"2003-10-11T22:14:15.003Z","host":"h","app":"a"})");
  EXPECT_EQ(message.envelope.id, message_of(parsed(line)).envelope.id);
  EXPECT_NE(message.envelope.id, message_of(parsed("<35" + line.substr(3))).envelope.id);
}

TEST(Syslog, LeavesTheLineEndBehindAMessageOut) {
  const std::string line = "<34>1 2003-10-11T22:14:15.003Z h a p m - a\nb";
  for (const auto* end : {"\n", "\r\n", "\n\n"}) {
    EXPECT_EQ(parsed(line + end).text, "a\nb");
    EXPECT_EQ(parsed(line + end).id, parsed(line).id) << "framed otherwise";
  }
  EXPECT_EQ(parsed("<0>1 - - - - - -\n").text, "");
  EXPECT_THAT(fault_of("\n"), ::testing::StartsWith("byte 0, priority: "));
}

TEST(Syslog, CarriesANativeEventAsItIs) {
  const auto message = message_of(parsed(
      R"(<34>1 2003-10-11T22:14:15.003Z h a p m - @cee: {"id":"e1","type":"login.failed","tenant":"acme"})"));
  auto event = std::get<json::value>(message.payload).as_object();
  EXPECT_EQ(prepared(event, message.envelope),
            R"({"id":"e1","time":"2003-10-11T22:14:15.003Z","type":"login.failed","tenant":"acme"})");
}

TEST(Syslog, SurvivesAMessageThatIsCutAnywhere) {
  const std::string line = R"(<34>1 2003-10-11T22:14:15.003Z h a p m [a b="c\]"][d e="f"] )"
                           "\xEF\xBB\xBFt\xC3\xA4";
  for (std::size_t size = 0; size <= line.size(); ++size) {
    const auto message = parse_syslog(std::string_view(line).substr(0, size));
    EXPECT_LE(message ? 0 : message.error().offset, size);
  }
}

}  // namespace
}  // namespace countersign::protocols
