// The bundle reader, from the archive's bytes on. Nobody is trusted, so nothing may ever count as verified.

#include "exporters/verify/verify_bundle.h"
#include "tests/fuzz/property.h"

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>

using namespace countersign;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string path = "/tmp/countersign-bundle-fuzz-" + std::to_string(::getpid());
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  verify::VerifyOptions options;
  options.threads = 1;
  const auto report = verify::verify_bundle(path, options, {});
  if (report) {
    PROPERTY(report->verdict != verify::Verdict::verified);
    PROPERTY(!report->sentence.empty());
    PROPERTY(report->verdict != verify::Verdict::failed || report->has(verify::CheckState::failed));
  }
  ::unlink(path.c_str());
  return 0;
}
