#include "tests/exporters/bundle_fixture.h"

#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/crypto/cms.h"
#include "ledger/crypto/digest.h"
#include "ledger/record/record.h"
#include "ledger/tree/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>

namespace countersign::testing {
namespace {

namespace fs = std::filesystem;

template <class T>
T must(base::Result<T> result, std::string_view what) {
  if (!result) {
    fmt::print(stderr, "{}: {}\n", what, result.error().message);
    std::abort();
  }
  return std::move(*result);
}

constexpr base::Timestamp kYearBegin{1'767'225'600'000'000};  // 2026-01-01
constexpr base::Timestamp kYearEnd{1'798'761'600'000'000};    // 2027-01-01

}  // namespace

TestSigner::TestSigner(const std::string& name)
    : key(must(crypto::SigningKey::generate(), "make a key")),
      certificate(
          must(crypto::make_self_signed(key, {.common_name = name,
                                              .not_before = kYearBegin,
                                              .not_after = {kYearEnd.micros + 10LL * 366 * 86'400'000'000}}),
               "make a certificate")) {}

BundleFixture::BundleFixture(std::uint64_t groups, std::uint64_t group_size) {
  std::uint64_t next = 0;
  for (std::uint64_t group = 0; group < groups; ++group) {
    const auto writer = region.open_writer();
    std::vector<record::PreparedEvent> events;
    for (std::uint64_t i = 0; i < group_size; ++i) events.push_back(sample_event(next++));
    events.push_back(sample_event(group, "other"));
    must(TestRegion::append(*writer, std::move(events)), "append");
    writer->stop();
  }
}

bundle::BundleRequest BundleFixture::request(bundle::ArchiveFormat format) {
  bundle::BundleRequest request;
  request.tenant = base::TenantId("acme");
  request.period = {kYearBegin, kYearEnd};
  request.format = format;
  request.output = region.dir() / fmt::format("bundle-{}.{}", made_++,
                                              format == bundle::ArchiveFormat::zip ? "zip" : "tar.zst");
  request.certificate = &signer.certificate;
  request.key = &signer.key;
  request.requested_by = "ana@example.com";
  request.clock = [] { return base::Timestamp{1'770'000'000'000'000}; };
  request.entropy = region.entropy();
  return request;
}

base::Result<bundle::BundleSummary> BundleFixture::try_make(const bundle::BundleRequest& request) {
  TRY_ASSIGN(auto ledger, store::LedgerReader::open(region.files().ledger()));
  TRY_ASSIGN(auto vault, vault::VaultReader::open(region.files().vault(), region.keys()));
  return bundle::export_bundle(request, {&ledger, &vault}, {});
}

fs::path BundleFixture::make(const bundle::BundleRequest& request, bundle::BundleSummary* summary) {
  auto made = must(try_make(request), "export");
  if (summary != nullptr) *summary = std::move(made);
  return request.output;
}

fs::path BundleFixture::make_folder(const bundle::BundleRequest& request) {
  return unpack(make(request), region.dir() / fmt::format("unpacked-{}", made_++));
}

base::Timestamp BundleFixture::received(std::uint64_t seq) {
  auto ledger = must(store::LedgerReader::open(region.files().ledger()), "open");
  const auto head = must(ledger.log(base::TenantId("acme")), "log");
  const auto record = must(ledger.record(head, base::seq_at(seq)), "record");
  return must(record::read_record(record), "read").received;
}

std::string BundleFixture::log_vkey() const {
  const auto log = base::log_name("log.example.com", base::RegionId("eu-1"), base::TenantId("acme"));
  return must(tree::log_verifiers(log, region.log_key().public_key(), region.clock_key().public_key()),
              "vkey")
      .log.to_vkey();
}

int run_command(const std::string& command, const fs::path& folder, std::string* output) {
  const auto whole = fmt::format(
      "cd '{}' && bash -c {} 2>&1", folder.string(), "'" + [&] {
        std::string quoted;
        for (const char c : command) quoted += c == '\'' ? "'\\''" : std::string(1, c);
        return quoted;
      }() + "'");
  std::FILE* pipe = ::popen(whole.c_str(), "r");
  if (pipe == nullptr) std::abort();
  std::string text;
  char buffer[4096];
  for (std::size_t count; (count = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
    text.append(buffer, count);
  const int status = ::pclose(pipe);
  if (output != nullptr) *output = text;
  return WEXITSTATUS(status);
}

fs::path unpack(const fs::path& archive, const fs::path& target) {
  fs::create_directories(target);
  std::string output;
  if (run_command(fmt::format("bsdtar -xf '{}'", archive.string()), target, &output) != 0) {
    fmt::print(stderr, "bsdtar: {}\n", output);
    std::abort();
  }
  return fs::directory_iterator(target)->path();
}

std::string read_whole(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_whole(const fs::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

void reseal(const fs::path& folder, const TestSigner& signer) {
  std::vector<std::string> payload, tags;
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    auto name = entry.path().lexically_relative(folder).string();
    if (name.starts_with("data/")) {
      bytes += entry.file_size();
      payload.push_back(std::move(name));
    } else if (!name.starts_with("tagmanifest-")) {
      tags.push_back(std::move(name));
    }
  }
  const auto lines = [&](std::vector<std::string>& names) {
    std::sort(names.begin(), names.end());
    std::string text;
    for (const auto& name : names)
      text += fmt::format("{}  {}\n", base::to_hex(crypto::sha256(read_whole(folder / name)).view()), name);
    return text;
  };
  write_whole(folder / "manifest-sha256.txt", lines(payload));
  auto info = read_whole(folder / "bag-info.txt");
  info.resize(info.find("Payload-Oxum: "));
  write_whole(folder / "bag-info.txt", info + fmt::format("Payload-Oxum: {}.{}\n", bytes, payload.size()));
  write_whole(folder / "keys/signer.pem", signer.certificate.to_pem());
  const auto manifest = lines(tags);
  write_whole(folder / "tagmanifest-sha256.txt", manifest);
  write_whole(
      folder / "tagmanifest-sha256.txt.p7s",
      must(crypto::sign_detached(manifest, signer.certificate, signer.key, {1'770'000'000'000'000}), "sign"));
  fs::remove(folder / "tagmanifest-sha256.txt.p7s.tsr");
}

TestAuthority::TestAuthority(const fs::path& folder) : folder_(folder) {
  fs::create_directories(folder);
  write_whole(folder / "tsa.cnf", R"([ tsa ]
default_tsa = one
[ one ]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[ ext ]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
)");
  write_whole(folder / "serial", "01\n");
  std::string output;
  const auto made = run_command(
      "set -e; "
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key -out root.pem "
      "-days 3650 -subj '/O=Test/CN=Test TSA root' -addext keyUsage=critical,keyCertSign; "
      "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tsa.key -out tsa.csr "
      "-subj '/O=Test/CN=Test TSA'; "
      "openssl x509 -req -in tsa.csr -CA root.pem -CAkey root.key -set_serial 7 -days 3650 -extfile tsa.cnf "
      "-extensions ext -out tsa.pem",
      folder, &output);
  if (made != 0) {
    fmt::print(stderr, "openssl: {}\n", output);
    std::abort();
  }
}

base::Result<std::string> TestAuthority::answer(std::string_view request_der) const {
  write_whole(folder_ / "request.tsq", std::string(request_der));
  std::string output;
  if (run_command("openssl ts -reply -config tsa.cnf -queryfile request.tsq -signer tsa.pem -inkey tsa.key "
                  "-out response.tsr",
                  folder_, &output) != 0)
    return base::fail(base::Code::unavailable, output);
  return read_whole(folder_ / "response.tsr");
}

bundle::TimestampCall TestAuthority::call() const {
  return [this](std::string_view request) { return answer(request); };
}

std::vector<crypto::Certificate> TestAuthority::roots() const {
  return must(crypto::read_certificates(read_whole(root_pem())), "roots");
}

}  // namespace countersign::testing
