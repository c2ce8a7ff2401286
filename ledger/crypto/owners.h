#pragma once

// Owners for OpenSSL's handles: a stateless deleter for each type. Included by this folder's sources only.

#include "ledger/base/result.h"

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <exception>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>

namespace countersign::crypto {

template <auto kFree>
struct Freer {
  template <class T>
  void operator()(T* handle) const {
    kFree(handle);
  }
};

using MdPtr = std::unique_ptr<EVP_MD, Freer<EVP_MD_free>>;
using MdCtxPtr = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using PkeyPtr = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using PkeyCtxPtr = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;
using CipherCtxPtr = std::unique_ptr<EVP_CIPHER_CTX, Freer<EVP_CIPHER_CTX_free>>;
using KdfPtr = std::unique_ptr<EVP_KDF, Freer<EVP_KDF_free>>;
using KdfCtxPtr = std::unique_ptr<EVP_KDF_CTX, Freer<EVP_KDF_CTX_free>>;
using BioPtr = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using X509Ptr = std::unique_ptr<X509, Freer<X509_free>>;
using X509StorePtr = std::unique_ptr<X509_STORE, Freer<X509_STORE_free>>;
using X509StoreCtxPtr = std::unique_ptr<X509_STORE_CTX, Freer<X509_STORE_CTX_free>>;
using CmsPtr = std::unique_ptr<CMS_ContentInfo, Freer<CMS_ContentInfo_free>>;
using TsReqPtr = std::unique_ptr<TS_REQ, Freer<TS_REQ_free>>;
using TsRespPtr = std::unique_ptr<TS_RESP, Freer<TS_RESP_free>>;

/// Ends the process, since nothing sensible can go on without what a call was to compute: whoever takes care
/// of exceptions that nobody caught says why.
[[noreturn]] inline void end_without_openssl() noexcept {
  [] { throw std::runtime_error("OpenSSL did not work, or had no memory"); }();
  std::terminate();
}

/// For calls that can only fail for want of memory or of a working OpenSSL.
inline void require(int result) {
  if (result != 1) end_without_openssl();
}

/// For handles that are only missing for want of memory: then std::bad_alloc, and nothing was begun.
template <class T>
T* checked(T* handle) {
  if (handle == nullptr) throw std::bad_alloc();
  return handle;
}

/// An Error from OpenSSL's queue, which it empties. Whether a call failed is decided by its return value
/// only.
inline auto openssl_error(base::Code code, std::string_view doing) {
  std::string reason;
  while (const auto error = ERR_get_error()) {
    char text[256];
    ERR_error_string_n(error, text, sizeof text);
    if (reason.empty()) reason = text;
  }
  return base::fail(code, std::string(doing) + (reason.empty() ? std::string() : ": " + reason));
}

}  // namespace countersign::crypto
