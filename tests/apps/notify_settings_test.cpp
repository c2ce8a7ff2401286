#include "apps/notify_settings.h"

#include "apps/config_table.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace countersign::apps {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kWebhook = "[[notify]]\nname='pager'\nkind='webhook'\n";
constexpr std::string_view kSyslog = "[[notify]]\nname='siem'\nkind='syslog'\n";
constexpr std::string_view kEmail = "[[notify]]\nname='mail'\nkind='email'\n";
constexpr std::string_view kPersons = "from='countersign@example.com'\nto=['ana@example.com']\n";

base::Result<std::vector<NotifySettings>> read(const std::string& text) {
  const auto parsed = toml::parse(text);
  EXPECT_TRUE(parsed) << text;
  Table top(&parsed.table(), "");
  return read_notify(top, "/etc/countersign");
}

std::string error_of(const std::string& text) {
  const auto settings = read(text);
  return settings ? "it was taken" : settings.error().message;
}

std::string with(std::string_view head, const std::string& rest) { return std::string(head) + rest; }

TEST(NotifySettings, AreReadWithTheirDefaults) {
  const auto all =
      read(with(kWebhook, "url='https://alerts.example.com/a?token=hidden'\nsecret='keys/pager'\n") +
           with(kSyslog, "address='tls://siem.example.com:6514'\n") +
           with(kEmail, "server='mail.example.com:587'\nuser='u'\npassword='credential:mail'\n") +
           std::string(kPersons))
          .value();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].name, "pager");
  EXPECT_TRUE(all[0].tenants.empty());
  EXPECT_EQ(all[0].least_severity, "low");
  EXPECT_EQ(all[0].retry_s, notify::kRetrySeconds);
  EXPECT_EQ(all[0].text(), "webhook alerts.example.com") << "an address may hold a secret";
  EXPECT_EQ(std::get<WebhookSettings>(all[0].how).secret.file, "/etc/countersign/keys/pager");
  const auto& syslog = std::get<senders::SyslogOptions>(all[1].how);
  EXPECT_EQ(syslog.host, "siem.example.com");
  EXPECT_EQ(syslog.facility, 13);
  const auto& mail = std::get<EmailSettings>(all[2].how);
  EXPECT_EQ(mail.mail.tls, senders::MailOptions::Tls::starttls);
  EXPECT_EQ(mail.password.credential, "mail");
  EXPECT_EQ(mail.mail.envelope.to, std::vector<std::string>{"ana@example.com"});
}

TEST(NotifySettings, SayWhatOf) {
  const std::string more = "address='tls://siem.example.com:6514'\n";
  EXPECT_TRUE(read(with(kSyslog, more))->front().findings);
  EXPECT_FALSE(read(with(kSyslog, more))->front().documents);
  const auto documents = read(with(kSyslog, more + "events=['documents']\n"))->front();
  EXPECT_FALSE(documents.findings);
  EXPECT_TRUE(documents.documents);
  const auto both = read(with(kSyslog, more + "events=['findings', 'documents']\n"))->front();
  EXPECT_TRUE(both.findings && both.documents);
  EXPECT_TRUE(make_destination(both)->documents);
  const auto answers = make_destination(read(with(kSyslog, more + "events=['answers']\n"))->front()).value();
  EXPECT_TRUE(answers.answers);
  EXPECT_FALSE(answers.findings || answers.documents || answers.requests);
  EXPECT_TRUE(make_destination(read(with(kSyslog, more + "events=['requests']\n"))->front())->requests);
  EXPECT_FALSE(make_destination(both)->answers);
  EXPECT_THAT(error_of(with(kSyslog, more + "events=['letters']\n")), HasSubstr("notify.events"));
}

TEST(NotifySettings, NeedTlsToAnotherMachine) {
  const std::string secret = "secret='s'\n";
  EXPECT_THAT(error_of(with(kWebhook, "url='http://alerts.example.com/'\n" + secret)),
              HasSubstr("allow_plain"));
  EXPECT_THAT(error_of(with(kSyslog, "address='tcp://192.0.2.1:514'\n")), HasSubstr("allow_plain"));
  EXPECT_THAT(error_of(with(kSyslog, "address='udp://192.0.2.1:514'\n")), HasSubstr("allow_plain"));
  EXPECT_THAT(error_of(with(kEmail, "server='mail.example.com:25'\ntls='none'\n" + std::string(kPersons))),
              HasSubstr("allow_plain"));
  EXPECT_TRUE(read(with(kWebhook, "url='http://127.0.0.1:8080/'\n" + secret)));
  EXPECT_TRUE(read(with(kSyslog, "address='udp://[::1]:514'\n")));
  EXPECT_TRUE(read(with(kWebhook, "url='http://alerts.example.com/'\nallow_plain=true\n" + secret)));
  EXPECT_THAT(
      error_of(with(kEmail,
                    "server='mail.example.com:25'\ntls='none'\nallow_plain=true\nuser='u'\npassword='p'\n" +
                        std::string(kPersons))),
      HasSubstr("without TLS"))
      << "a password is not sent in the clear, whatever else is";
}

TEST(NotifySettings, SayWhatIsWrong) {
  const std::string good = "url='https://a.example.com/'\nsecret='s'\n";
  for (const auto& [text, said] : std::vector<std::pair<std::string, std::string>>{
           {"[[notify]]\nname='a'\n", "notify.kind"},
           {"[[notify]]\nkind='webhook'\n" + good, "notify.name"},
           {"[[notify]]\nname='A/..'\nkind='webhook'\n" + good, "notify.name"},
           {"[[notify]]\nname='../a'\nkind='webhook'\n" + good, "notify.name"},
           {with(kWebhook, good) + with(kWebhook, good), "that of another: pager"},
           {with(kWebhook, "url='https://a.example.com/'\n"), "notify.secret"},
           {with(kWebhook, "url='ftp://a.example.com/'\nsecret='s'\n"), "notify.url"},
           {with(kWebhook, good + "tenants=['NO']\n"), "notify.tenants"},
           {with(kWebhook, good + "least_severity='grave'\n"), "notify.least_severity"},
           {with(kWebhook, good + "retry_s=[0]\n"), "notify.retry_s"},
           {with(kWebhook, good + "retry_s=['5']\n"), "notify.retry_s"},
           {with(kWebhook, good + "secrets='s'\n"), "there is no setting notify.secrets"},
           {with(kWebhook, good + "address='tls://a:1'\n"), "there is no setting notify.address"},
           {with(kSyslog, "address='siem.example.com:514'\n"), "tls://"},
           {with(kSyslog, "address='tls://siem.example.com'\n"), "notify.address"},
           {with(kSyslog, "address='tls://siem.example.com:6514'\nfacility=24\n"), "notify.facility"},
           {with(kEmail, "server='mail.example.com'\n" + std::string(kPersons)), "notify.server"},
           {with(kEmail, "server='mail.example.com:25'\ntls='maybe'\n" + std::string(kPersons)),
            "notify.tls"},
           {with(kEmail, "server='mail.example.com:25'\nuser='u'\n" + std::string(kPersons)), "notify.user"},
           {with(kEmail, "server='mail.example.com:25'\nfrom='a@example.com'\n"), "notify.to"},
           {with(kEmail, "server='mail.example.com:25'\nfrom='A <a@example.com>'\nto=['ana@example.com']\n"),
            "notify.from"},
           {with(kEmail,
                 "server='mail.example.com:25'\nfrom='a@example.com'\nto=['ana@example.com\\r\\nBcc: x']\n"),
            "notify.to"}})
    EXPECT_THAT(error_of(text), HasSubstr(said)) << text;
}

TEST(NotifySettings, ReadASecretThatIsForItsOwnerAlone) {
  const testing::TempDir dir;
  const auto file = dir / "secret";
  const auto source = parse_secret_source("notify.secret", "secret", dir.path()).value();
  EXPECT_EQ(read_secret(source).error().code, base::Code::not_found);
  std::ofstream(file) << "value\r\n";
  std::filesystem::permissions(file, std::filesystem::perms(0644));
  EXPECT_EQ(read_secret(source).error().code, base::Code::failed_precondition);
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  EXPECT_EQ(base::text_of(read_secret(source).value().view()), "value");
  std::ofstream(file) << "\n";
  EXPECT_EQ(read_secret(source).error().code, base::Code::invalid_argument);
  EXPECT_FALSE(parse_secret_source("notify.secret", "credential:../a", dir.path()));
}

}  // namespace
}  // namespace countersign::apps
