#include "ledger/crypto/der.h"

namespace countersign::crypto {

std::string build_signed_data(const SignedDataParts& parts, CMS_SignerInfo* info, X509* signer) {
  constexpr std::string_view kSignedData("\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02", 9);  // 1.2.840.113549.1.7.2
  std::string attributes;
  for (int i = 0; i < CMS_signed_get_attr_count(info); ++i)
    attributes += der_of<i2d_X509_ATTRIBUTE>(CMS_signed_get_attr(info, i));
  const auto* signature = CMS_SignerInfo_get0_signature(info);
  const std::string_view signature_bytes(reinterpret_cast<const char*>(ASN1_STRING_get0_data(signature)),
                                         static_cast<std::size_t>(ASN1_STRING_length(signature)));
  const auto issuer_and_serial = der_of<i2d_X509_NAME>(X509_get_issuer_name(signer)) +
                                 der_of<i2d_ASN1_INTEGER>(X509_get_serialNumber(signer));
  const auto signer_info =
      element(kSequence, element(kInteger, "\x01") + element(kSequence, issuer_and_serial) +
                             parts.digest_algorithm + element(kTagged0, attributes) +
                             parts.signature_algorithm + element(kOctets, signature_bytes));
  const auto certificates =
      parts.certificates.empty() ? std::string() : element(kTagged0, parts.certificates);
  const auto signed_data =
      element(kSequence, element(kInteger, parts.version) + element(kSet, parts.digest_algorithm) +
                             element(kSequence, element(kOid, parts.content_type) + parts.content) +
                             certificates + element(kSet, signer_info));
  return element(kSequence, element(kOid, kSignedData) + element(kTagged0, signed_data));
}

}  // namespace countersign::crypto
