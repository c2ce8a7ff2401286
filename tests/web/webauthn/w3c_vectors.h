#pragma once

#include <string_view>

namespace countersign::testing {

// W3C Web Authentication Level 3, section 16 "Test Vectors"
// (https://www.w3.org/TR/webauthn-3/#sctn-test-vectors), which test-vectors/webauthn-test-vectors.py of
// https://github.com/w3c/webauthn makes. Relying party `example.org`, origin `https://example.org`; bytes in
// hexadecimal, client data as text.
//
// Of sections whose credential is attested by a certificate there is the authentication only, because no such
// attestation is taken; of 16.6, whose credential id of 1'023 bytes would fill this page, too. Left out are
// the algorithms that are not asked for, and 16.10 (RS256): its key of 3'482 bits libfido2 does not take.

struct RegistrationVector {
  std::string_view challenge;
  std::string_view credential_id;
  std::string_view client_data;
  std::string_view attestation_object;
};

struct AuthenticationVector {
  std::string_view challenge;
  std::string_view authenticator_data;
  std::string_view client_data;
  std::string_view signature;
};

/// 16.2 "ES256 Credential with No Attestation".
inline constexpr RegistrationVector kNoneRegistration{
    "00c30fb78531c464d2b6771dab8d7b603c01162f2fa486bea70f283ae556e130",
    "f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4",
    R"({"type":"webauthn.create","challenge":"AMMPt4UxxGTStncdq417YDwBFi8vpIa-pw8oOuVW4TA","origi)"
    R"(n":"https://example.org","crossOrigin":false,"extraData":"clientDataJSON may be extended w)"
    R"(ith additional fields in the future, such as this: BkQeDjdcTBrXBiAwJTLE5Q"})",
    "a363666d74646e6f6e656761747453746d74a068617574684461746158a4bfabc37432958b063360d3ad6461c9c4735a"
    "e7f8edd46592a5e0f01452b2e4b559000000008446ccb9ab1db374750b2367ff6f3a1f0020f91f391db4c9b2fde0ea70"
    "189cba3fb63f579ba6122b33ad94ff3ec330084be4a5010203262001215820afefa16f97ca9b2d23eb86ccb64098d20d"
    "b90856062eb249c33a9b672f26df61225820930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b"
    "9220"};

/// 16.3 "ES256 Credential with Self Attestation".
inline constexpr RegistrationVector kSelfRegistration{
    "7869c2b772d4b58eba9378cf8f29e26cf935aa77df0da89fa99c0bdc0a76f7e5",
    "455ef34e2043a87db3d4afeb39bbcb6cc32df9347c789a865ecdca129cbef58c",
    R"({"type":"webauthn.create","challenge":"eGnCt3LUtY66k3jPjynibPk1qnffDaifqZwL3Ap29-U","origi)"
    R"(n":"https://example.org","crossOrigin":false,"extraData":"clientDataJSON may be extended w)"
    R"(ith additional fields in the future, such as this: U9hTXvKE2URkMnb_0xYHVg"})",
    "a363666d74667061636b65646761747453746d74a263616c672663736967584630440220067a20754ab925005dbf3780"
    "97c92120031581c73228d1fb4f5b881bcd7da98302207fc7b147558c7c0eba3af18bd9d121fa3d3a26d17fe3f2202721"
    "78f473b6006d68617574684461746158a4bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4"
    "b55d00000000df850e09db6afbdfab51697791506cfc0020455ef34e2043a87db3d4afeb39bbcb6cc32df9347c789a86"
    "5ecdca129cbef58ca5010203262001215820eb151c8176b225cc651559fecf07af450fd85802046656b34c18f6cf1938"
    "43c5225820927b8aa427a2be1b8834d233a2d34f61f13bfd44119c325d5896e183fee484f2"};

/// 16.4 "ES256 Credential with "crossOrigin": true in clientDataJSON".
inline constexpr RegistrationVector kCrossOriginRegistration{
    "3be5aacd03537142472340ab5969f240f1d87716e20b6807ac230655fa4b3b49",
    "6e1050c0d2ca2f07c755cb2c66a74c64fa43065c18f938354d9915db2bd5ce57",
    R"({"type":"webauthn.create","challenge":"O-WqzQNTcUJHI0CrWWnyQPHYdxbiC2gHrCMGVfpLO0k","origi)"
    R"(n":"https://example.org","crossOrigin":true,"extraData":"clientDataJSON may be extended wi)"
    R"(th additional fields in the future, such as this: zZquEtDR9DWqpW5tBWTFug"})",
    "a363666d74646e6f6e656761747453746d74a068617574684461746158a4bfabc37432958b063360d3ad6461c9c4735a"
    "e7f8edd46592a5e0f01452b2e4b54500000000883f4f6014f19c09d87aa38123be48d000206e1050c0d2ca2f07c755cb"
    "2c66a74c64fa43065c18f938354d9915db2bd5ce57a501020326200121582022200a473f90b11078851550d03b4e44a2"
    "279f8c4eca27b3153dedfe03e4e97d225820cbd0be95e746ad6f5a8191be11756e4c0420e72f65b466d39bc56b8b123a"
    "9c6e"};

/// 16.5 "ES256 Credential with "topOrigin" in clientDataJSON".
inline constexpr RegistrationVector kTopOriginRegistration{
    "4e1f4c6198699e33c14f192153f49d7e0e8e3577d5ac416c5f3adc92a41f27e5",
    "b8ad59b996047ab18e2ceb57206c362da57458793481f4a8ebf101c7ca7cc0f1",
    R"({"type":"webauthn.create","challenge":"Th9MYZhpnjPBTxkhU_Sdfg6ONXfVrEFsXzrckqQfJ-U","origi)"
    R"(n":"https://example.org","crossOrigin":true,"topOrigin":"https://example.com"})",
    "a363666d74646e6f6e656761747453746d74a068617574684461746158a4bfabc37432958b063360d3ad6461c9c4735a"
    "e7f8edd46592a5e0f01452b2e4b5410000000097586fd09799a76401c200455099ef2a0020b8ad59b996047ab18e2ceb"
    "57206c362da57458793481f4a8ebf101c7ca7cc0f1a5010203262001215820a1c47c1d82da4ebe82cd72207102b38067"
    "0701993bc35398ae2e5726427fe01d22582086c1080d82987028c7f54ecb1b01185de243b359294a0ed210cd47480f0a"
    "dc88"};

/// 16.6, the credential's public key.
inline constexpr std::string_view kLongIdKey =
    "a50102032620012158203b8176b7504489cc593046d7988abb7905a742de6ac2cdc748a873c663e90cb12258201436d5"
    "edc9a75f23999eef9d5950a5c2455514ee1014084720f841a06b828a11";

/// 16.11, the credential's public key.
inline constexpr std::string_view kEd25519Key =
    "a401010327200621582044e06ddd331c36a8dc667bab52bcae63486c916aa5e339e6acebaa84934bf832";

/// 16.2.
inline constexpr AuthenticationVector kNoneAuthentication{
    "39c0e7521417ba54d43e8dc95174f423dee9bf3cd804ff6d65c857c9abf4d408",
    "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b51900000000",
    R"({"type":"webauthn.get","challenge":"OcDnUhQXulTUPo3JUXT0I97pvzzYBP9tZchXyav01Ag","origin":)"
    R"("https://example.org","crossOrigin":false})",
    "3046022100f50a4e2e4409249c4a853ba361282f09841df4dd4547a13a87780218deffcd380221008480ac0f0b935381"
    "74f575bf11a1dd5d78c6e486013f937295ea13653e331e87"};

/// 16.3.
inline constexpr AuthenticationVector kSelfAuthentication{
    "4478a10b1352348dd160c1353b0d469b5db19eb91c27f7dfa6fed39fe26af20b",
    "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b50900000000",
    R"({"type":"webauthn.get","challenge":"RHihCxNSNI3RYME1Ow1Gm12xnrkcJ_ffpv7Tn-Jq8gs","origin":)"
    R"("https://example.org","crossOrigin":false,"extraData":"clientDataJSON may be extended with)"
    R"( additional fields in the future, such as this: gTb53rz6EhSWomXGzimC1Q"})",
    "304402203310b9431903c401f1be2bdc8d23a4007682dbbddcf846994947b7f465daf84002204e94dd00047b316061b3"
    "b99772b7efd95994a83ef584b3b6b825ea3550251b66"};

/// 16.4.
inline constexpr AuthenticationVector kCrossOriginAuthentication{
    "876aa517ba83fdee65fcffdbca4c84eeae5d54f8041a1fc85c991e5bbb273137",
    "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b50500000000",
    R"({"type":"webauthn.get","challenge":"h2qlF7qD_e5l_P_bykyE7q5dVPgEGh_IXJkeW7snMTc","origin":)"
    R"("https://example.org","crossOrigin":true,"extraData":"clientDataJSON may be extended with )"
    R"(additional fields in the future, such as this: 92pcTVD0Aby-q4dtmj6efg"})",
    "3046022100eb12fcf23b12764c0f122e22371fab92e283879fd798f38ee1841c951b6e40e7022100c76237ff9db77b3c"
    "56f30837cda6a09acfa2e915544e609c0733b1184036d1cf"};

/// 16.5.
inline constexpr AuthenticationVector kTopOriginAuthentication{
    "d54a5c8ca4b62a8e3bb321e3b2bc73856f85a10150db2939ac195739eb1ea066",
    "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b50500000000",
    R"({"type":"webauthn.get","challenge":"1UpcjKS2Ko47syHjsrxzhW-FoQFQ2yk5rBlXOeseoGY","origin":)"
    R"("https://example.org","crossOrigin":true,"topOrigin":"https://example.com","extraData":"cl)"
    R"(ientDataJSON may be extended with additional fields in the future, such as this: UiFoJMVRQ)"
    R"(HDAFWFi4vxUpQ"})",
    "3045022100b5a70c81780d5fcc9a4f2ae9caae99058f8accaf58b91fb59329646c28ac6ffc022012e101c165db3c8e99"
    "57f0c54dd6ca9b56bc3bd2f280bd2faa6c1d02c6e5c171"};

/// 16.6 "ES256 Credential with very long credential ID".
inline constexpr AuthenticationVector kLongIdAuthentication{
    "ef1deba56dce48f674a447ccf63b9599258ce87648e5c396f2ef0ca1da460e3b",
    "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b50d00000000",
    R"({"type":"webauthn.get","challenge":"7x3rpW3OSPZ0pEfM9juVmSWM6HZI5cOW8u8ModpGDjs","origin":)"
    R"("https://example.org","crossOrigin":false})",
    "304502203ecef83fb12a0cae7841055f9f87103a99fd14b424194bbf06c4623d3ee6e3fd022100d2ace346db262b1374"
    "a6b70faa51f518a42ddca13a4125ce6f5052a75bac9fb6"};

/// 16.11 "Packed Attestation with Ed25519 Credential".
inline constexpr AuthenticationVector kEd25519Authentication{
    "895957e01c633a698348a2d8a31a54b7db27e8c1c43b2080d79ae2190267bfd2",
    "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b50100000000",
    R"({"type":"webauthn.get","challenge":"iVlX4BxjOmmDSKLYoxpUt9sn6MHEOyCA15riGQJnv9I","origin":)"
    R"("https://example.org","crossOrigin":false})",
    "f5c59c7e46c34f6f8cc197101ddf9934fa2595f68eb1913a637e8419eb9ba4cfdfc48f85393bc0d40b011f0d6fecb097"
    "d6607525713223a0dc0d453993dae00b"};

}  // namespace countersign::testing
