#pragma once

// DER (X.690) of OpenSSL's objects and of single elements. Included by this folder's sources only.

#include "ledger/crypto/owners.h"
#include "ledger/crypto/x509.h"

#include <cstdlib>
#include <string>
#include <string_view>

namespace countersign::crypto {

inline const unsigned char* raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

inline BioPtr memory_bio(std::string_view text) {
  return BioPtr(checked(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))));
}

/// What a memory BIO holds; valid until it is written to.
inline std::string_view content_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

/// The DER of an OpenSSL object by its i2d function.
template <auto kI2d, class T>
std::string der_of(T* object) {
  unsigned char* der = nullptr;
  const int size = kI2d(object, &der);
  if (size < 0) std::abort();
  std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

/// OpenSSL's object for a certificate that was read before.
inline X509Ptr parsed(const Certificate& certificate) {
  const auto* at = raw(certificate.der());
  return X509Ptr(checked(d2i_X509(nullptr, &at, static_cast<long>(certificate.der().size()))));
}

inline constexpr char kInteger = 0x02, kOctets = 0x04, kOid = 0x06, kSequence = 0x30, kSet = 0x31;
inline constexpr char kTagged0 = static_cast<char>(0xA0);

/// One element: tag, length, content.
inline std::string element(char tag, std::string_view content) {
  std::string out(1, tag);
  if (content.size() < 0x80) {
    out.push_back(static_cast<char>(content.size()));
  } else {
    std::string length;
    for (auto rest = content.size(); rest > 0; rest >>= 8)
      length.insert(0, 1, static_cast<char>(rest & 0xFF));
    out.push_back(static_cast<char>(0x80 | length.size()));
    out += length;
  }
  return out.append(content);
}

/// What stands in a SignedData beside what its one signer signed.
struct SignedDataParts {
  std::string_view version;       ///< one byte
  std::string_view content_type;  ///< content of the object identifier
  std::string content;            ///< the tagged element, or empty where it is detached
  std::string digest_algorithm;   ///< the AlgorithmIdentifier
  std::string signature_algorithm;
  std::string certificates;  ///< one after another
};

/// ContentInfo with a SignedData of one signer without unsigned attributes, put together anew: what differs
/// from it in a signature that was checked carries no meaning.
std::string build_signed_data(const SignedDataParts& parts, CMS_SignerInfo* info, X509* signer);

}  // namespace countersign::crypto
