#include "apps/alarms.h"
#include "apps/keys.h"
#include "apps/new_config.h"
#include "apps/signer.h"
#include "collector/ingest/registry.h"
#include "collector/ingest/source_book.h"
#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/crypto/entropy.h"
#include "ledger/vault/schema.h"
#include "tests/apps/doctor/made.h"

#include <gmock/gmock.h>

#include <sys/stat.h>
#include <utime.h>

#include <cstdlib>
#include <ctime>

namespace countersign::doctor {
namespace {

using testing::appliance_of;
using testing::has;
using ::testing::HasSubstr;
using testing::the;

/// The folders and keys of an appliance, without a ledger.
class DoctorFiles : public ::testing::Test {
 protected:
  DoctorFiles() {
    config_.file = dir_ / "countersign.toml";
    config_.origin = "log.example.com";
    config_.data = dir_ / "data";
    config_.heads = dir_ / "heads";
    config_.regions = {base::RegionId("eu-1")};
    config_.places[config_.regions.front()] = {config_.data / "eu-1", false};
    auto& keys = config_.keys;
    keys.log = dir_ / "keys/log.key";
    keys.clock = dir_ / "keys/clock.key";
    keys.vault = *vault::parse_kek_source("keys/vault.key", dir_.path(), "");
    keys.signer_key = dir_ / "keys/signer.key";
    keys.signer_certificate = dir_ / "keys/signer.pem";
    keys.tls_key = dir_ / "keys/tls.key";
    keys.tls_certificate = dir_ / "keys/tls.pem";
    const auto entropy = crypto::system_entropy();
    for (const auto& folder : {dir_ / "keys", config_.heads, config_.data / "eu-1"})
      EXPECT_TRUE(base::make_folders_durably(folder));
    ::chmod((dir_ / "keys").c_str(), 0700);
    testing::write(config_.file, "");
    ::chmod(config_.file.c_str(), 0640);
    EXPECT_TRUE(apps::create_log_key(keys.log, config_.origin, entropy));
    EXPECT_TRUE(apps::create_log_key(keys.clock, config_.origin, entropy));
    EXPECT_TRUE(vault::create_key_encryption_key(keys.vault.file, entropy));
    EXPECT_TRUE(vault::create_vault(config_.data / "eu-1/vault.sqlite",
                                    *vault::read_key_encryption_key(keys.vault.file), entropy));
    const auto signer = *apps::make_signer(config_);
    keep_pair(keys.signer_key, signer.key, keys.signer_certificate, signer.certificate);
    make_tls({"localhost"});
  }

  static void keep_pair(const std::filesystem::path& key_file, const crypto::SigningKey& key,
                        const std::filesystem::path& certificate_file,
                        const crypto::Certificate& certificate) {
    const auto pem = key.to_pem();
    EXPECT_TRUE(base::write_file_durably(key_file, base::text_of(pem.view()), base::FileMode::secret));
    EXPECT_TRUE(base::write_file_durably(certificate_file, certificate.to_pem(), base::FileMode::readable));
  }

  void make_tls(std::vector<std::string> names, std::int64_t from_days = -1, std::int64_t until_days = 365) {
    const auto now = base::system_clock()();
    crypto::CertificateRequest request;
    request.common_name = "listener";
    request.use = crypto::CertificateUse::tls_server;
    request.not_before = {now.micros + from_days * kDay};
    request.not_after = {now.micros + until_days * kDay};
    request.dns_names = std::move(names);
    const auto key = *crypto::SigningKey::generate();
    keep_pair(config_.keys.tls_key, key, config_.keys.tls_certificate,
              *crypto::make_self_signed(key, request));
  }

  Appliance appliance() const { return appliance_of(config_, base::system_clock()()); }

  testing::TempDir dir_;
  apps::Config config_;
};

TEST_F(DoctorFiles, AreWellAsInitMakesThem) {
  for (const auto& check : check_ownership(appliance())) EXPECT_EQ(check.state, State::ok) << check.what;
  for (const auto& check : check_keys(appliance())) EXPECT_EQ(check.state, State::ok) << check.what;
  for (const auto& check : check_certificates(appliance())) EXPECT_EQ(check.state, State::ok) << check.what;
}

TEST_F(DoctorFiles, ThatOthersCanReadOrWriteAreNamedWithTheCommandThatClosesThem) {
  ::chmod(config_.keys.log.c_str(), 0640);
  config_.witness.key = dir_ / "keys/witness.key";
  testing::write(config_.witness.key, "key");
  ::chmod(config_.witness.key.c_str(), 0604);
  ::chmod(config_.file.c_str(), 0666);
  ::chmod((dir_ / "keys").c_str(), 0750);
  ::chmod(config_.data.c_str(), 0770);
  ::chmod(config_.heads.c_str(), 0755);
  const auto checks = check_ownership(appliance());
  EXPECT_EQ(the(checks, "owner.secret/log.key").state, State::fault);
  EXPECT_EQ(the(checks, "owner.secret/log.key").run, "chmod 600 " + config_.keys.log.string());
  EXPECT_EQ(the(checks, "owner.secret/witness.key").state, State::fault);
  EXPECT_EQ(the(checks, "owner.configuration").state, State::fault);
  EXPECT_EQ(the(checks, "owner.folder/keys").state, State::warning);
  EXPECT_EQ(the(checks, "owner.folder/data").state, State::fault);
  EXPECT_EQ(the(checks, "owner.folder/heads").state, State::warning);
  EXPECT_FALSE(has(checks, "owner.secret/clock.key"));
}

TEST_F(DoctorFiles, OfSomebodyElseAreNamedWithTheCommandThatGivesThemBack) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  ::lchown(config_.keys.clock.c_str(), 12345, 12345);
  ::lchown((config_.data / "eu-1/vault.sqlite").c_str(), 12345, 12345);
  ::lchown(config_.file.c_str(), 12345, 12345);
  const auto checks = check_ownership(appliance());
  EXPECT_EQ(the(checks, "owner.secret/clock.key").run, "chown 0:0 " + config_.keys.clock.string());
  EXPECT_THAT(the(checks, "owner.files/eu-1").what, HasSubstr("vault.sqlite"));
  EXPECT_THAT(the(checks, "owner.files/eu-1").run, HasSubstr("chown -R 0:0 "));
  EXPECT_EQ(the(checks, "owner.configuration").state, State::fault);
}

TEST_F(DoctorFiles, HaveACommandThatMendsThemWhateverTheirFolderIsCalled) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  config_.file = dir_ / "a folder's \"$(name)\"/countersign.toml";
  testing::write(config_.file, "");
  ::chmod(config_.file.c_str(), 0600);
  auto appliance = this->appliance();
  appliance.owner = apps::Account{"keeper", 12345, 12345};
  const auto run = the(check_ownership(appliance), "owner.configuration").run;
  ASSERT_EQ(std::system(run.c_str()), 0) << run;
  struct stat info {};
  ASSERT_EQ(::stat(config_.file.c_str(), &info), 0);
  EXPECT_EQ(info.st_gid, 12345u);
  EXPECT_EQ(info.st_mode & 0777u, 0640u);
}

TEST_F(DoctorFiles, AreLookedAtByTheirOwnerAndRootAlone) {
  testing::write(config_.file,
                 apps::new_config_text({config_.origin, "eu-1", "data", "127.0.0.1", 8443, true}));
  const auto of = [&](::uid_t uid) {
    return examine(config_.file, base::system_clock(), uid, "countersign");
  };
  const auto stranger = of(::geteuid() + 1);
  EXPECT_EQ(stranger.size(), 2u);
  EXPECT_EQ(the(stranger, "owner.rights").state, State::fault);
  EXPECT_THAT(the(stranger, "owner.rights").run, HasSubstr(" -u "));
  EXPECT_FALSE(has(of(::geteuid()), "owner.rights"));
  EXPECT_TRUE(has(of(::geteuid()), "ledger.readable/eu-1"));
  testing::write(config_.file, "origin = 7");
  EXPECT_EQ(of(::geteuid()).size(), 1u);
  EXPECT_EQ(the(of(::geteuid()), "configuration.valid").state, State::fault);
}

TEST_F(DoctorFiles, WithoutAnAccountOfTheirOwnAreAFault) {
  auto appliance = this->appliance();
  appliance.owner.reset();
  appliance.installed = true;
  EXPECT_THAT(the(check_ownership(appliance), "owner.account").run, HasSubstr("useradd "));
}

TEST_F(DoctorFiles, KeysThatAreMissingOrOthersAreFaults) {
  std::filesystem::remove(config_.keys.log);
  auto checks = check_keys(appliance());
  EXPECT_THAT(the(checks, "key.checkpoints/eu-1").what, HasSubstr("log.key"));
  EXPECT_EQ(the(checks, "key.vault/eu-1").state, State::ok);
  std::filesystem::remove(config_.keys.vault.file);
  EXPECT_EQ(the(check_keys(appliance()), "key.kek").state, State::fault);
  EXPECT_TRUE(vault::create_key_encryption_key(config_.keys.vault.file, crypto::system_entropy()));
  checks = check_keys(appliance());
  EXPECT_EQ(the(checks, "key.kek").state, State::ok);
  EXPECT_EQ(the(checks, "key.vault/eu-1").state, State::fault) << "another key";
  EXPECT_THAT(the(checks, "key.vault/eu-1").mend, HasSubstr("put back"));
}

TEST_F(DoctorFiles, AKeyThatOnlyTheUnitHasIsNotLookedAt) {
  ::unsetenv("CREDENTIALS_DIRECTORY");
  config_.keys.vault = *vault::parse_kek_source("credential:kek", dir_.path(), "");
  const auto checks = check_keys(appliance());
  EXPECT_EQ(the(checks, "key.kek").state, State::ok);
  EXPECT_FALSE(has(checks, "key.vault/eu-1"));
}

TEST_F(DoctorFiles, CertificatesAreHeldAgainstClockKeyAndName) {
  make_tls({"localhost"}, -20, -2);
  EXPECT_THAT(the(check_certificates(appliance()), "certificate.tls").what, HasSubstr("has expired"));
  EXPECT_THAT(the(check_certificates(appliance()), "certificate.tls").run, HasSubstr("openssl req -x509 "));
  make_tls({"localhost"}, -20, 20);
  EXPECT_EQ(the(check_certificates(appliance()), "certificate.tls").state, State::warning);
  config_.access.address = "https://evidence.example.com:8443";
  EXPECT_EQ(the(check_certificates(appliance()), "certificate.tls_name").state, State::fault);
  EXPECT_THAT(the(check_certificates(appliance()), "certificate.tls_name").run,
              HasSubstr("DNS:evidence.example.com"));
  make_tls({"evidence.example.com"});
  EXPECT_EQ(the(check_certificates(appliance()), "certificate.tls_name").state, State::ok);
  std::filesystem::copy_file(config_.keys.signer_key, config_.keys.tls_key,
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_THAT(the(check_certificates(appliance()), "certificate.tls_key").what, HasSubstr("is not that of"));
  testing::write(config_.keys.tls_certificate, "nothing");
  EXPECT_EQ(the(check_certificates(appliance()), "certificate.tls").state, State::fault);
  std::filesystem::remove(config_.keys.signer_key);
  EXPECT_THAT(the(check_certificates(appliance()), "certificate.signer").run, HasSubstr("key rotate signer"));
}

TEST_F(DoctorFiles, ThatWaitForADaemonForLongAreNamed) {
  const auto outbox = config_.data / "eu-1/outbox";
  testing::write(outbox / "1-a.json", "{}");
  auto appliance = this->appliance();
  EXPECT_FALSE(has(check_service(appliance), "service.outbox/eu-1")) << "just left";
  const auto old = std::time(nullptr) - 630;
  const utimbuf times{old, old};
  ::utime((outbox / "1-a.json").c_str(), &times);
  testing::write(outbox / "2-b.json.refused", "{}");
  const auto checks = check_service(appliance);
  EXPECT_EQ(the(checks, "service.outbox/eu-1").state, State::warning);
  EXPECT_THAT(the(checks, "service.outbox/eu-1").what, HasSubstr("for 10 minutes"));
  EXPECT_EQ(the(checks, "service.outbox/eu-1/refused").state, State::warning);
  EXPECT_EQ(the(checks, "service.running").state, State::fault);
  config_.listen.port = 1;
  appliance.running = true;
  config_.listen.tls = false;
  EXPECT_EQ(the(check_service(appliance), "service.outbox/eu-1").state, State::fault)
      << "it does not take them";
  EXPECT_EQ(the(check_service(appliance), "service.answers").state, State::fault);
}

TEST_F(DoctorFiles, OfAlarmsThatNobodyAcknowledgedAreFaults) {
  EXPECT_EQ(the(check_alarms(appliance()), "alarm.open").state, State::ok);
  const auto book = apps::alarm_book(config_);
  alarm::Alarm one;
  one.time = base::system_clock()();
  one.origin = "log.example.com/eu-1/acme";
  one.from = "witness north";
  one.ours = "log.example.com/eu-1/acme\n7\nroot\n";
  one.what = "it has seen 9 records, 7 are here";
  const auto id = book.raise(one);
  ASSERT_TRUE(id && *id);
  const auto check = the(check_alarms(appliance()), "alarm.open/" + **id);
  EXPECT_EQ(check.state, State::fault);
  EXPECT_THAT(check.what, HasSubstr("it has seen 9 records"));
  EXPECT_THAT(check.run, HasSubstr("alarm show " + **id));
  ASSERT_TRUE(book.acknowledge(**id, {base::system_clock()(), "ana", "restored"}));
  EXPECT_EQ(the(check_alarms(appliance()), "alarm.open").state, State::ok);
}

TEST_F(DoctorFiles, OfRegistryAndBookTellOfSourcesThatAreSilentOrRefused) {
  EXPECT_EQ(the(check_sources(appliance()), "source.registered").state, State::warning);
  ingest::Registry registry;
  const auto now = base::system_clock()();
  ingest::Source quiet{base::SourceName("quiet"), "countersign", base::Digest{}, {}, {now.micros - kDay}, {}};
  quiet.silent_after_s = 60;
  registry.put(quiet);
  auto gone = quiet;
  gone.name = base::SourceName("gone");
  gone.revoked = now;
  registry.put(gone);
  for (const auto* name : {"loud", "busy"}) {
    auto other = quiet;
    other.name = base::SourceName(name);
    registry.put(other);
  }
  testing::write(config_.registry(), registry.to_text());
  ingest::SourceBook book;
  book.heard("loud", now);
  book.count_events("loud", "appended", 100);
  for (int n = 0; n < 5; ++n) book.count_refused("loud", "bad_signature");
  book.heard("busy", now);
  book.count_events("busy", "appended", 100);
  for (int n = 0; n < 4; ++n) book.count_refused("busy", "bad_signature");
  ASSERT_TRUE(book.save(config_.source_book()));
  const auto checks = check_sources(appliance());
  EXPECT_THAT(the(checks, "source.silent/quiet").run, HasSubstr("source show quiet"));
  EXPECT_EQ(the(checks, "source.refused/loud").state, State::warning);
  EXPECT_FALSE(has(checks, "source.refused/busy")) << "a few";
  EXPECT_FALSE(has(checks, "source.silent/loud"));
  EXPECT_FALSE(has(checks, "source.silent/gone"));
  EXPECT_EQ(the(checks, "source.registered").state, State::ok);
  testing::write(config_.registry(), "{");
  EXPECT_EQ(the(check_sources(appliance()), "source.registered").state, State::fault);
}

}  // namespace
}  // namespace countersign::doctor
