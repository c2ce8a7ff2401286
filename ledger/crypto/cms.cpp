#include "ledger/crypto/cms.h"

#include "ledger/crypto/der.h"
#include "ledger/crypto/owners.h"

#include <algorithm>

namespace countersign::crypto {

using base::Code;
using base::fail;

namespace {

constexpr std::string_view kData("\x2A\x86\x48\x86\xF7\x0D\x01\x07\x01", 9);     // 1.2.840.113549.1.7.1
constexpr std::string_view kSha256("\x60\x86\x48\x01\x65\x03\x04\x02\x01", 9);   // 2.16.840.1.101.3.4.2.1
constexpr std::string_view kEcdsaSha256("\x2A\x86\x48\xCE\x3D\x04\x03\x02", 8);  // 1.2.840.10045.4.3.2

/// SignedData as sign_detached writes it.
std::string minimal_form(CMS_SignerInfo* info, X509* signer) {
  return build_signed_data({.version = "\x01",
                            .content_type = kData,
                            .content = {},
                            .digest_algorithm = element(kSequence, element(kOid, kSha256)),
                            .signature_algorithm = element(kSequence, element(kOid, kEcdsaSha256)),
                            .certificates = der_of<i2d_X509>(signer)},
                           info, signer);
}

std::optional<base::Timestamp> signing_time(CMS_SignerInfo* info) {
  const int at = CMS_signed_get_attr_by_NID(info, NID_pkcs9_signingTime, -1);
  if (at < 0) return std::nullopt;
  const auto* value = X509_ATTRIBUTE_get0_type(CMS_signed_get_attr(info, at), 0);
  if (value == nullptr || (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME))
    return std::nullopt;
  int days = 0, seconds = 0;
  const std::unique_ptr<ASN1_TIME, Freer<ASN1_TIME_free>> epoch(checked(ASN1_TIME_set(nullptr, 0)));
  const auto* time = value->type == V_ASN1_UTCTIME ? value->value.utctime : value->value.generalizedtime;
  if (ASN1_TIME_diff(&days, &seconds, epoch.get(), time) != 1) return std::nullopt;
  return base::Timestamp{(std::int64_t{days} * 86400 + seconds) * 1'000'000};
}

/// A store that takes `certificate` for what it is: who it belongs to is the caller's question.
X509StorePtr store_of(X509* certificate) {
  X509StorePtr store(checked(X509_STORE_new()));
  require(X509_STORE_add_cert(store.get(), certificate));
  require(X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME));
  require(X509_STORE_set_purpose(store.get(), X509_PURPOSE_ANY));
  return store;
}

}  // namespace

base::Result<std::string> sign_detached(std::string_view content, const Certificate& certificate,
                                        const SigningKey& key, base::Timestamp time) {
  if (!key.belongs_to(certificate))
    return fail(Code::invalid_argument, "the signing certificate is not for the signing key");
  constexpr unsigned kFlags = CMS_BINARY | CMS_DETACHED | CMS_CADES | CMS_NOSMIMECAP | CMS_PARTIAL;
  const auto signer = parsed(certificate);
  const auto bio = memory_bio(content);
  const CmsPtr cms(checked(CMS_sign(nullptr, nullptr, nullptr, bio.get(), kFlags)));
  auto* info = CMS_add1_signer(cms.get(), signer.get(), key.handle(), EVP_sha256(), kFlags);
  if (info == nullptr) return openssl_error(Code::internal, "cannot sign with CMS");
  const std::unique_ptr<ASN1_TIME, Freer<ASN1_TIME_free>> at(
      checked(ASN1_TIME_set(nullptr, time.micros / 1'000'000)));
  require(CMS_signed_add1_attr_by_NID(info, NID_pkcs9_signingTime, at->type, at.get(), -1));
  if (CMS_final(cms.get(), bio.get(), nullptr, kFlags) != 1)
    return openssl_error(Code::internal, "cannot sign with CMS");
  return der_of<i2d_CMS_ContentInfo>(cms.get());
}

base::Result<DetachedSignature> verify_detached(std::string_view cms_der, std::string_view content) {
  const auto not_cms = [] {
    ERR_clear_error();
    return fail(Code::invalid_argument, "not a detached CMS signature in DER with one signer");
  };
  const auto* at = raw(cms_der);
  const CmsPtr cms(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(cms_der.size())));
  if (!cms || at != raw(cms_der) + cms_der.size() ||
      OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_signed || CMS_is_detached(cms.get()) != 1)
    return not_cms();
  auto* infos = CMS_get0_SignerInfos(cms.get());
  if (infos == nullptr || sk_CMS_SignerInfo_num(infos) != 1) return not_cms();
  auto* info = sk_CMS_SignerInfo_value(infos, 0);
  CMS_set1_signers_certs(cms.get(), nullptr, 0);
  X509* signer = nullptr;
  CMS_SignerInfo_get0_algs(info, nullptr, &signer, nullptr, nullptr);
  if (signer == nullptr) {
    ERR_clear_error();
    return fail(Code::data_loss, "the signer's certificate is not in the CMS signature");
  }
  if (CMS_signed_get_attr_by_NID(info, NID_id_smime_aa_signingCertificateV2, -1) < 0)
    return fail(Code::data_loss,
                "the CMS signature does not name the signer's certificate (no CAdES attribute)");
  // CMS_verify makes a copy of a memory BIO, and loses it where the signature is damaged in some places
  // (OpenSSL 3.0.19). A buffer in front of ours makes it use ours.
  BioPtr bio(checked(BIO_new(BIO_f_buffer())));
  BIO_push(bio.get(), memory_bio(content).release());
  const auto store = store_of(signer);
  if (CMS_verify(cms.get(), nullptr, store.get(), bio.get(), nullptr,
                 CMS_BINARY | CMS_DETACHED | CMS_CADES) != 1)
    return openssl_error(Code::data_loss, "the CMS signature is not over these bytes by this certificate");
  auto certificate = Certificate::from_der(der_of<i2d_X509>(signer));
  if (!certificate) return not_cms();
  return DetachedSignature{std::move(*certificate), signing_time(info),
                           minimal_form(info, signer) == cms_der};
}

base::Result<void> verify_chain(const Certificate& certificate, const std::vector<Certificate>& authorities,
                                base::Timestamp time) {
  // OpenSSL looks issuers up by name, and there may be two of one name.
  const bool valid = certificate.not_before() <= time && time <= certificate.not_after();
  if (valid && std::find(authorities.begin(), authorities.end(), certificate) != authorities.end()) return {};
  const X509StorePtr store(checked(X509_STORE_new()));
  for (const auto& authority : authorities)
    require(X509_STORE_add_cert(store.get(), parsed(authority).get()));
  const auto leaf = parsed(certificate);
  const X509StoreCtxPtr context(checked(X509_STORE_CTX_new()));
  require(X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), nullptr));
  X509_STORE_CTX_set_time(context.get(), 0, static_cast<time_t>(time.micros / 1'000'000));
  if (X509_verify_cert(context.get()) == 1) return {};
  const auto* reason = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
  ERR_clear_error();
  return fail(Code::permission_denied,
              std::string("the certificate is not vouched for by the given authorities: ") + reason);
}

}  // namespace countersign::crypto
