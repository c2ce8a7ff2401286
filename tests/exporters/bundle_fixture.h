#pragma once

#include "exporters/bundle/export_bundle.h"
#include "ledger/crypto/x509.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/vault/vault_reader.h"
#include "tests/support/test_region.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace countersign::testing {

/// A signer of bundles: a key and its self-signed certificate.
struct TestSigner {
  explicit TestSigner(const std::string& name = "Acme evidence");
  crypto::SigningKey key;
  crypto::Certificate certificate;
};

/// A region with records of the tenants `acme` and `other`, of which bundles are made.
class BundleFixture {
 public:
  /// Appends `groups` groups of `group_size` events of `acme`, with a checkpoint after each, one event of
  /// `other` between them.
  explicit BundleFixture(std::uint64_t groups = 4, std::uint64_t group_size = 10);

  /// A request for all of `acme`'s records into a new file of the fixture's folder.
  bundle::BundleRequest request(bundle::ArchiveFormat format = bundle::ArchiveFormat::zip);
  /// Exports; a failure ends the test program.
  std::filesystem::path make(const bundle::BundleRequest& request, bundle::BundleSummary* summary = nullptr);
  base::Result<bundle::BundleSummary> try_make(const bundle::BundleRequest& request);
  /// Exports and unpacks with bsdtar; gives the bundle's folder.
  std::filesystem::path make_folder(const bundle::BundleRequest& request);

  /// When record `seq` of acme was received.
  base::Timestamp received(std::uint64_t seq);
  std::string log_vkey() const;

  TestRegion region;
  TestSigner signer;

 private:
  int made_ = 0;
};

/// Runs a shell command in a folder; gives its exit code, and what it printed in `output`.
int run_command(const std::string& command, const std::filesystem::path& folder,
                std::string* output = nullptr);

/// Unpacks an archive with bsdtar below `target`; gives the one folder that was in it.
std::filesystem::path unpack(const std::filesystem::path& archive, const std::filesystem::path& target);

std::string read_whole(const std::filesystem::path& path);
void write_whole(const std::filesystem::path& path, const std::string& content);

/// Makes the manifests of an unpacked bundle true again after it was edited, and signs anew with `signer`.
void reseal(const std::filesystem::path& folder, const TestSigner& signer);

/// A timestamp authority made with the openssl command, in a folder of its own.
class TestAuthority {
 public:
  explicit TestAuthority(const std::filesystem::path& folder);
  base::Result<std::string> answer(std::string_view request_der) const;
  bundle::TimestampCall call() const;
  std::filesystem::path root_pem() const { return folder_ / "root.pem"; }
  std::vector<crypto::Certificate> roots() const;

 private:
  std::filesystem::path folder_;
};

}  // namespace countersign::testing
