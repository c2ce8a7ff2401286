#include "apps/doctor/checks.h"
#include "collector/http/client.h"
#include "ledger/base/file.h"
#include "ledger/crypto/x509.h"

#include <fmt/format.h>

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <set>
#include <sstream>

namespace countersign::doctor {
namespace {

namespace fs = std::filesystem;

using base::Code;

constexpr std::uint64_t kPemBytesMax = 1u << 20;
constexpr std::int64_t kAnswerMs = 5'000;
/// What commands leave for the daemon is taken within a second or two.
constexpr std::int64_t kTaken = 60 * kSecond;

/// Where to connect to what listens on an address.
std::string host_to_ask(const std::string& listens_on) {
  if (listens_on == "0.0.0.0") return "127.0.0.1";
  return listens_on == "::" ? "::1" : listens_on;
}

Check check_answer(const Appliance& appliance) {
  const auto& listen = appliance.config.listen;
  const auto place = fmt::format("{}:{}", listen.address, listen.port);
  http::ClientOptions options;
  options.host = host_to_ask(listen.address);
  options.port = listen.port;
  options.tls = listen.tls;
  options.timeout_ms = kAnswerMs;
  if (listen.tls) {
    const auto& file = appliance.config.keys.tls_certificate;
    const auto pem = base::read_file(file, kPemBytesMax);
    const auto certificate = pem ? crypto::Certificate::from_pem(*pem)
                                 : base::Result<crypto::Certificate>(base::fail(pem.error()));
    // What is wrong with it is said elsewhere.
    if (!certificate)
      return doubtful("service.answers",
                      fmt::format("whether the daemon answers at {} cannot be told", place),
                      "mend the certificate first");
    options.certificate_sha256 = certificate->fingerprint();
  }
  const auto answer = http::Client(options).send("GET", "/readyz", {}, "");
  if (answer && answer->status == 200)
    return well("service.answers", fmt::format("the daemon answers at {} and is ready", place));
  if (answer)
    return wrong("service.answers",
                 fmt::format("the daemon answers at {} with {}: it is not ready", place, answer->status),
                 "its log says why",
                 appliance.has_unit ? appliance.by_root("journalctl -u countersign -n 50") : "");
  if (answer.error().code == Code::unauthenticated)
    return wrong("service.answers",
                 fmt::format("what answers at {} has another certificate than {}", place,
                             appliance.config.keys.tls_certificate.string()),
                 appliance.has_unit ? "have the daemon read it" : "have the daemon read it: send it SIGHUP",
                 appliance.reload());
  return wrong("service.answers",
               fmt::format("the daemon runs, but does not answer at {}: {}", place, answer.error().message),
               "it may still be starting, or stopping: its log says so; else start it again",
               appliance.restart());
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

/// Of an appliance that does not run: what else is there where it would listen.
void check_ports(const Appliance& appliance, Checks& out) {
  const auto tables = text_of("/proc/net/tcp") + text_of("/proc/net/tcp6");
  std::set<std::uint16_t> ports{appliance.config.listen.port};
  for (const auto& one : appliance.config.syslog) ports.insert(one.port);
  for (const auto port : ports) {
    if (port == 0 || !is_listened_on(tables, port)) continue;
    out.push_back(
        doubtful(fmt::format("service.port/{}", port),
                 fmt::format("the daemon does not run, but somebody listens on port {}", port),
                 "where it is not systemd for countersign.socket, stop that program or choose another port",
                 appliance.by_root(fmt::format("ss -ltnp 'sport = :{}'", port))));
  }
}

/// Files of a folder that end so, and how old the oldest is.
struct Waiting {
  std::size_t count = 0;
  std::int64_t oldest = 0;  ///< microseconds
};

Waiting waiting_in(const fs::path& folder, std::string_view end, base::Timestamp now) {
  Waiting out;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const auto name = entry.path().filename().string();
    struct stat info {};
    if (name.starts_with('.') || !name.ends_with(end) || ::lstat(entry.path().c_str(), &info) != 0) continue;
    ++out.count;
    out.oldest = std::max(out.oldest, now.micros - info.st_mtim.tv_sec * kSecond);
  }
  return out;
}

void check_waiting(const Appliance& appliance, const std::string& id, const std::string& what,
                   const fs::path& folder, Checks& out) {
  const auto now = appliance.clock();
  if (const auto refused = waiting_in(folder, ".refused", now); refused.count > 0)
    out.push_back(doubtful(id + "/refused",
                           fmt::format("{} files in {} could not be read by the daemon and were put aside",
                                       refused.count, folder.string()),
                           "read them; what they ask for was not done; then remove them"));
  const auto waits = waiting_in(folder, ".json", now);
  if (waits.count == 0 || waits.oldest < kTaken) return;
  const auto text = fmt::format("{} {} wait for the daemon, the oldest for {}", waits.count, what,
                                spell_duration(waits.oldest));
  if (appliance.running) {
    out.push_back(
        wrong(id, text, "its log says why it does not take them; start it again", appliance.restart()));
  } else {
    out.push_back(doubtful(id, text, "it takes them when it runs", appliance.start()));
  }
}

}  // namespace

bool is_listened_on(std::string_view table, std::uint16_t port) {
  std::istringstream lines{std::string(table)};
  // `0: 0100007F:20FB 00000000:0000 0A …`: state 0A is listening (proc(5)).
  const auto wanted = fmt::format(":{:04X}", port);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string number, local, remote, state;
    if (words >> number >> local >> remote >> state && state == "0A" && local.ends_with(wanted)) return true;
  }
  return false;
}

Checks check_service(const Appliance& appliance) {
  Checks out;
  if (appliance.running) {
    out.push_back(well("service.running", "the daemon runs"));
    out.push_back(check_answer(appliance));
  } else {
    out.push_back(wrong("service.running", "the daemon does not run: nothing is recorded", "start it",
                        appliance.start()));
    check_ports(appliance, out);
  }
  for (const auto& region : appliance.config.regions) {
    const auto folder = appliance.config.region_files(region).folder;
    check_waiting(appliance, "service.outbox/" + region.value(), "files of events for the system log",
                  folder / "outbox", out);
    check_waiting(appliance, "service.orders/" + region.value(), "orders to erase", folder / "orders", out);
  }
  check_waiting(appliance, "service.key_orders", "orders to rotate a key", appliance.config.key_orders(),
                out);
  return out;
}

}  // namespace countersign::doctor
