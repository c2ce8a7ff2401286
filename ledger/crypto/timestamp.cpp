#include "ledger/crypto/timestamp.h"

#include "ledger/crypto/der.h"
#include "ledger/crypto/digest.h"
#include "ledger/crypto/owners.h"

#include <fmt/format.h>
#include <openssl/ess.h>

#include <array>
#include <cstdlib>

namespace countersign::crypto {

using base::Code;
using base::fail;

namespace {

using AsnIntegerPtr = std::unique_ptr<ASN1_INTEGER, Freer<ASN1_INTEGER_free>>;
using BignumPtr = std::unique_ptr<BIGNUM, Freer<BN_free>>;
using CertIdsPtr = std::unique_ptr<ESS_SIGNING_CERT, Freer<ESS_SIGNING_CERT_free>>;
using CertIdsV2Ptr = std::unique_ptr<ESS_SIGNING_CERT_V2, Freer<ESS_SIGNING_CERT_V2_free>>;

/// A stack that holds a reference to each of its certificates.
struct StackFreer {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_pop_free(stack, X509_free); }
};
using X509StackPtr = std::unique_ptr<STACK_OF(X509), StackFreer>;

X509StackPtr new_stack() { return X509StackPtr(checked(sk_X509_new_null())); }
void add_to(const X509StackPtr& stack, X509* certificate) {
  require(X509_up_ref(certificate));
  if (sk_X509_push(stack.get(), certificate) <= 0) std::abort();
}

std::string_view view_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

auto not_a_response() {
  ERR_clear_error();
  return fail(Code::invalid_argument, "not an RFC 3161 timestamp response in DER with one signer");
}

/// The algorithm, where it is SHA-256, SHA-384 or SHA-512 without a parameter; null for anything else.
const EVP_MD* digest_type(const X509_ALGOR* algorithm) {
  const ASN1_OBJECT* id = nullptr;
  int parameter = V_ASN1_UNDEF;
  X509_ALGOR_get0(&id, &parameter, nullptr, algorithm);
  if (parameter != V_ASN1_UNDEF && parameter != V_ASN1_NULL) return nullptr;
  const int nid = OBJ_obj2nid(id);
  return nid == NID_sha256   ? EVP_sha256()
         : nid == NID_sha384 ? EVP_sha384()
         : nid == NID_sha512 ? EVP_sha512()
                             : nullptr;
}

/// Whether a SignerInfo's signature algorithm is what its digest algorithm and the signer's key give.
bool agrees(const X509_ALGOR* signature, const X509_ALGOR* digest, X509* signer) {
  const ASN1_OBJECT *signature_id = nullptr, *digest_id = nullptr;
  X509_ALGOR_get0(&signature_id, nullptr, nullptr, signature);
  X509_ALGOR_get0(&digest_id, nullptr, nullptr, digest);
  const int key = EVP_PKEY_get_base_id(X509_get0_pubkey(signer));
  const int nid = OBJ_obj2nid(signature_id);
  if (nid == NID_rsaEncryption || nid == NID_rsassaPss) return key == EVP_PKEY_RSA;
  int digest_nid = NID_undef, key_nid = NID_undef;
  return OBJ_find_sigid_algs(nid, &digest_nid, &key_nid) == 1 && digest_nid == OBJ_obj2nid(digest_id) &&
         key_nid == key;
}

/// A response taken apart, nothing checked but its form.
struct Response {
  TsRespPtr response;
  CmsPtr token;
  CMS_SignerInfo* signer_info = nullptr;  ///< in `token`
  TS_TST_INFO* info = nullptr;            ///< in `response`
  X509StackPtr certificates;              ///< that the token brings
};

base::Result<Response> read_response(std::string_view der) {
  Response out;
  const auto* at = raw(der);
  out.response.reset(d2i_TS_RESP(nullptr, &at, static_cast<long>(der.size())));
  if (!out.response || at != raw(der) + der.size()) return not_a_response();
  // Only 0, granted: with 1 the authority has changed what was asked for.
  if (ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(out.response.get()))) != 0)
    return fail(Code::failed_precondition, "the timestamp authority did not grant the request");
  auto* token = TS_RESP_get_token(out.response.get());
  out.info = TS_RESP_get_tst_info(out.response.get());
  if (token == nullptr || out.info == nullptr || TS_TST_INFO_get_version(out.info) != 1)
    return not_a_response();
  const auto token_der = der_of<i2d_PKCS7>(token);
  at = raw(token_der);
  out.token.reset(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(token_der.size())));
  if (!out.token || OBJ_obj2nid(CMS_get0_type(out.token.get())) != NID_pkcs7_signed ||
      OBJ_obj2nid(CMS_get0_eContentType(out.token.get())) != NID_id_smime_ct_TSTInfo)
    return not_a_response();
  auto* infos = CMS_get0_SignerInfos(out.token.get());
  if (infos == nullptr || sk_CMS_SignerInfo_num(infos) != 1) return not_a_response();
  out.signer_info = sk_CMS_SignerInfo_value(infos, 0);
  out.certificates.reset(CMS_get1_certs(out.token.get()));
  if (!out.certificates) out.certificates = new_stack();
  return out;
}

/// The one value of a signed attribute, which is a SEQUENCE; empty where there is not exactly one.
std::string_view sequence_attribute(CMS_SignerInfo* info, int nid) {
  const int at = CMS_signed_get_attr_by_NID(info, nid, -1);
  if (at < 0 || CMS_signed_get_attr_by_NID(info, nid, at) >= 0) return {};
  auto* found = CMS_signed_get_attr(info, at);
  if (X509_ATTRIBUTE_count(found) != 1) return {};
  const auto* value = X509_ATTRIBUTE_get0_type(found, 0);
  return value->type == V_ASN1_SEQUENCE ? view_of(value->value.sequence) : std::string_view();
}

/// Whether the signed attributes name `candidate` as the signer by its hash (RFC 5035); where both kinds of
/// attribute are there, both must. `others` are certificates that they may name besides.
bool is_named(CMS_SignerInfo* info, X509* candidate, const X509StackPtr& others) {
  const auto v1 = sequence_attribute(info, NID_id_smime_aa_signingCertificate);
  const auto v2 = sequence_attribute(info, NID_id_smime_aa_signingCertificateV2);
  const auto* at = raw(v1);
  const CertIdsPtr ids(v1.empty() ? nullptr
                                  : d2i_ESS_SIGNING_CERT(nullptr, &at, static_cast<long>(v1.size())));
  at = raw(v2);
  const CertIdsV2Ptr ids_v2(v2.empty() ? nullptr
                                       : d2i_ESS_SIGNING_CERT_V2(nullptr, &at, static_cast<long>(v2.size())));
  if ((!v1.empty() && !ids) || (!v2.empty() && !ids_v2)) return false;
  const auto chain = new_stack();
  add_to(chain, candidate);
  for (int i = 0; i < sk_X509_num(others.get()); ++i) add_to(chain, sk_X509_value(others.get(), i));
  return OSSL_ESS_check_signing_certs(ids.get(), ids_v2.get(), chain.get(), 1) == 1;
}

/// The certificate that SignerInfo and ESSCertID both name, among those of the token and of the reader.
X509* find_signer(const Response& response, const X509StackPtr& candidates) {
  for (int i = 0; i < sk_X509_num(candidates.get()); ++i) {
    auto* candidate = sk_X509_value(candidates.get(), i);
    if (CMS_SignerInfo_cert_cmp(response.signer_info, candidate) == 0 &&
        is_named(response.signer_info, candidate, candidates))
      return candidate;
  }
  return nullptr;
}

base::Result<void> check_imprint(TS_TST_INFO* info, std::string_view data) {
  auto* imprint = TS_TST_INFO_get_msg_imprint(info);
  const auto* type = digest_type(TS_MSG_IMPRINT_get_algo(imprint));
  if (type == nullptr)
    return fail(Code::data_loss, "the timestamp's imprint is not SHA-256, SHA-384 or SHA-512");
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  require(EVP_Digest(data.data(), data.size(), digest.data(), &size, type, nullptr));
  if (view_of(TS_MSG_IMPRINT_get_msg(imprint)) == base::text_of(base::Bytes(digest.data(), size))) return {};
  return fail(Code::data_loss, "the timestamp is over other data");
}

base::Result<void> check_nonce(const TS_TST_INFO* info, std::string_view nonce) {
  if (nonce.empty()) return {};
  const auto* found = TS_TST_INFO_get_nonce(info);
  const BignumPtr expected(checked(BN_bin2bn(raw(nonce), static_cast<int>(nonce.size()), nullptr)));
  const BignumPtr actual(found == nullptr ? nullptr : ASN1_INTEGER_to_BN(found, nullptr));
  if (actual && BN_cmp(actual.get(), expected.get()) == 0) return {};
  return fail(Code::data_loss, "the timestamp's nonce is not that of the request");
}

base::Result<void> check_signature(const Response& response, X509* signer) {
  CMS_SignerInfo_set1_signer_cert(response.signer_info, signer);
  if (CMS_verify(response.token.get(), nullptr, nullptr, nullptr, nullptr,
                 CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) == 1)
    return {};
  return openssl_error(Code::data_loss, "the timestamp's signature is wrong");
}

base::Result<void> check_chain(const Response& response, X509* signer, const TimestampCheck& check,
                               base::Timestamp time) {
  if (X509_check_purpose(signer, X509_PURPOSE_TIMESTAMP_SIGN, 0) != 1)
    return fail(Code::permission_denied, "the certificate behind the timestamp may not sign timestamps");
  if (check.authorities.empty()) return {};
  const X509StorePtr store(checked(X509_STORE_new()));
  for (const auto& authority : check.authorities)
    require(X509_STORE_add_cert(store.get(), parsed(authority).get()));
  const X509StoreCtxPtr context(checked(X509_STORE_CTX_new()));
  require(X509_STORE_CTX_init(context.get(), store.get(), signer, response.certificates.get()));
  require(X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_TIMESTAMP_SIGN));
  X509_STORE_CTX_set_time(context.get(), 0, static_cast<time_t>(time.micros / 1'000'000));
  if (X509_verify_cert(context.get()) == 1) return {};
  const auto* reason = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
  ERR_clear_error();
  return fail(Code::permission_denied,
              std::string("the timestamp's signer is not vouched for by the given authorities: ") + reason);
}

base::Result<base::Timestamp> time_of(const ASN1_GENERALIZEDTIME* time) {
  const std::unique_ptr<ASN1_TIME, Freer<ASN1_TIME_free>> epoch(checked(ASN1_TIME_set(nullptr, 0)));
  int days = 0, seconds = 0;
  if (ASN1_TIME_diff(&days, &seconds, epoch.get(), time) != 1) return not_a_response();
  return base::Timestamp{(std::int64_t{days} * 86400 + seconds) * 1'000'000};
}

}  // namespace

TimestampRequest make_timestamp_request(std::string_view data, const Entropy& entropy) {
  const auto digest = sha256(data);
  std::array<std::uint8_t, 8> nonce{};
  entropy(nonce);
  nonce[0] = static_cast<std::uint8_t>((nonce[0] & 0x7F) | 0x40);
  const TsReqPtr request(checked(TS_REQ_new()));
  require(TS_REQ_set_version(request.get(), 1));
  const std::unique_ptr<X509_ALGOR, Freer<X509_ALGOR_free>> algorithm(checked(X509_ALGOR_new()));
  require(X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr));
  const std::unique_ptr<TS_MSG_IMPRINT, Freer<TS_MSG_IMPRINT_free>> imprint(checked(TS_MSG_IMPRINT_new()));
  require(TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get()));
  auto bytes = digest.bytes;
  require(TS_MSG_IMPRINT_set_msg(imprint.get(), bytes.data(), static_cast<int>(bytes.size())));
  require(TS_REQ_set_msg_imprint(request.get(), imprint.get()));
  const BignumPtr number(checked(BN_bin2bn(nonce.data(), static_cast<int>(nonce.size()), nullptr)));
  const AsnIntegerPtr integer(checked(BN_to_ASN1_INTEGER(number.get(), nullptr)));
  require(TS_REQ_set_nonce(request.get(), integer.get()));
  require(TS_REQ_set_cert_req(request.get(), 1));
  return {der_of<i2d_TS_REQ>(request.get()), std::string(base::text_of(nonce))};
}

base::Result<TimestampToken> verify_timestamp(std::string_view response_der, std::string_view data,
                                              const TimestampCheck& check) {
  TRY_ASSIGN(const auto response, read_response(response_der));
  TRY(check_imprint(response.info, data));
  TRY(check_nonce(response.info, check.nonce));
  const auto candidates = new_stack();
  for (int i = 0; i < sk_X509_num(response.certificates.get()); ++i)
    add_to(candidates, sk_X509_value(response.certificates.get(), i));
  for (const auto& authority : check.authorities) add_to(candidates, parsed(authority).get());
  auto* signer = find_signer(response, candidates);
  ERR_clear_error();
  if (signer == nullptr)
    return fail(
        Code::data_loss,
        "the certificate that signed the timestamp is not there: SignerInfo and ESSCertID do not both "
        "name one that is");
  TRY(check_signature(response, signer));
  TRY_ASSIGN(const auto time, time_of(TS_TST_INFO_get_time(response.info)));
  TRY(check_chain(response, signer, check, time));
  TRY_ASSIGN(auto certificate, Certificate::from_der(der_of<i2d_X509>(signer)));
  std::array<char, 128> policy{};
  OBJ_obj2txt(policy.data(), static_cast<int>(policy.size()), TS_TST_INFO_get_policy_id(response.info), 1);
  auto subject = certificate.subject();
  return TimestampToken{time, std::move(subject), policy.data(), std::move(certificate)};
}

base::Result<std::string> minimal_timestamp(std::string_view response_der) {
  // 1.2.840.113549.1.9.16.1.4
  constexpr std::string_view kTstInfo("\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x04", 11);
  TRY_ASSIGN(const auto response, read_response(response_der));
  std::string certificates;
  for (int i = 0; i < sk_X509_num(response.certificates.get()); ++i)
    certificates += der_of<i2d_X509>(sk_X509_value(response.certificates.get(), i));
  auto* signer = find_signer(response, response.certificates);
  ERR_clear_error();
  X509_ALGOR *digest = nullptr, *signature = nullptr;
  CMS_SignerInfo_get0_algs(response.signer_info, nullptr, nullptr, &digest, &signature);
  auto** content = CMS_get0_content(response.token.get());
  if (signer == nullptr || digest_type(digest) == nullptr || !agrees(signature, digest, signer) ||
      content == nullptr || *content == nullptr)
    return not_a_response();
  const auto token = build_signed_data({.version = "\x03",
                                        .content_type = kTstInfo,
                                        .content = element(kTagged0, element(kOctets, view_of(*content))),
                                        .digest_algorithm = der_of<i2d_X509_ALGOR>(digest),
                                        .signature_algorithm = der_of<i2d_X509_ALGOR>(signature),
                                        .certificates = certificates},
                                       response.signer_info, signer);
  const auto granted = element(kSequence, element(kInteger, std::string_view("\0", 1)));
  return element(kSequence, granted + token);
}

}  // namespace countersign::crypto
