#include "web/webauthn/public_key.h"

#include <algorithm>
#include <iterator>
#include <map>

namespace countersign::webauthn {
namespace {

using base::Code;
using base::fail;

// RFC 9052 section 7.1 and RFC 9053 section 7.
constexpr std::int64_t kKeyType = 1, kAlgorithm = 3, kCurve = -1, kX = -2, kY = -3;
constexpr std::int64_t kOkp = 1, kEc2 = 2, kRsa = 3, kP256 = 1, kEd25519 = 6;
// RFC 8230 section 4.
constexpr std::int64_t kModulus = -1, kExponent = -2;

constexpr std::size_t kParametersMax = 5;
constexpr std::size_t kCoordinateSize = 32, kModulusSize = 256;
constexpr std::uint8_t kExponent65537[] = {1, 0, 1};

/// A key's parameters by their labels, taken out one by one: what is left over does not belong there.
class Parameters {
 public:
  bool read(CborReader& from) {
    const auto count = from.map();
    if (!count || *count > kParametersMax) return false;
    for (std::size_t i = 0; i < *count; ++i) {
      const auto label = from.integer();
      if (!label || integers_.contains(*label) || strings_.contains(*label)) return false;
      if (from.next_is_integer()) {
        const auto value = from.integer();
        if (!value) return false;
        integers_.emplace(*label, *value);
      } else {
        const auto value = from.byte_string();
        if (!value) return false;
        strings_.emplace(*label, *value);
      }
    }
    return true;
  }

  bool take(std::int64_t label, std::int64_t value) {
    const auto at = integers_.find(label);
    if (at == integers_.end() || at->second != value) return false;
    integers_.erase(at);
    return true;
  }

  /// Empty where there is none of this size.
  base::Bytes take_bytes(std::int64_t label, std::size_t size) {
    const auto at = strings_.find(label);
    if (at == strings_.end() || at->second.size() != size) return {};
    const auto out = at->second;
    strings_.erase(at);
    return out;
  }

  bool empty() const { return integers_.empty() && strings_.empty(); }

 private:
  std::map<std::int64_t, std::int64_t> integers_;
  std::map<std::int64_t, base::Bytes> strings_;
};

bool takes_numbers(Parameters& of, PublicKey& key) {
  const auto take = [&](std::int64_t label, std::size_t size) {
    const auto bytes = of.take_bytes(label, size);
    key.numbers.insert(key.numbers.end(), bytes.begin(), bytes.end());
    return !bytes.empty();
  };
  switch (key.algorithm) {
    case Algorithm::es256:
      return of.take(kKeyType, kEc2) && of.take(kCurve, kP256) && take(kX, kCoordinateSize) &&
             take(kY, kCoordinateSize);
    case Algorithm::eddsa:
      return of.take(kKeyType, kOkp) && of.take(kCurve, kEd25519) && take(kX, kCoordinateSize);
    case Algorithm::rs256: {
      if (!of.take(kKeyType, kRsa) || !take(kModulus, kModulusSize) ||
          !take(kExponent, sizeof kExponent65537))
        return false;
      const auto exponent = base::Bytes(key.numbers).last(sizeof kExponent65537);
      // A number is written without zeros in front, so the first bit says whether it has all its bits.
      return key.numbers.front() >= 0x80 &&
             std::equal(exponent.begin(), exponent.end(), std::begin(kExponent65537));
    }
  }
  return false;
}

}  // namespace

base::Result<PublicKey> read_public_key(CborReader& from) {
  Parameters parameters;
  if (!parameters.read(from)) return fail(Code::invalid_argument, "the public key is not a COSE_Key");
  for (const auto algorithm : kAlgorithms) {
    if (!parameters.take(kAlgorithm, static_cast<std::int64_t>(algorithm))) continue;
    PublicKey key{algorithm, {}};
    if (!takes_numbers(parameters, key) || !parameters.empty())
      return fail(Code::invalid_argument, "the public key has not the parameters of its algorithm");
    return key;
  }
  return fail(Code::invalid_argument, "the public key is for an algorithm that was not asked for");
}

base::Result<PublicKey> parse_public_key(base::Bytes cose_key) {
  CborReader reader(cose_key);
  TRY_ASSIGN(auto key, read_public_key(reader));
  if (!reader.at_end()) return fail(Code::invalid_argument, "something follows the public key");
  return key;
}

}  // namespace countersign::webauthn
