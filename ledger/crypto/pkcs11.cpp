#include "ledger/crypto/pkcs11.h"

#include "ledger/base/file.h"

#include <fmt/format.h>

#include <p11-kit/p11-kit.h>
#include <p11-kit/pkcs11.h>
#include <p11-kit/uri.h>

#include <algorithm>
#include <mutex>

namespace countersign::crypto {
namespace {

using base::Code;
using base::fail;

constexpr std::uint64_t kPinBytesMax = 256;
constexpr std::size_t kNonceSize = 12;
constexpr std::size_t kTagSize = 16;

struct UriFreer {
  void operator()(P11KitUri* uri) const { p11_kit_uri_free(uri); }
};
using UriPtr = std::unique_ptr<P11KitUri, UriFreer>;

auto token_error(std::string_view doing, CK_RV result) {
  return fail(Code::internal,
              fmt::format("the PKCS #11 token: {}: {} (0x{:x})", doing, p11_kit_strerror(result), result));
}

base::Result<UriPtr> parse_uri(const std::string& text) {
  UriPtr uri(p11_kit_uri_new());
  const auto bad = [](std::string_view why) {
    return fail(Code::invalid_argument, fmt::format("the PKCS #11 URI {} (RFC 7512); it is like "
                                                    "pkcs11:token=NAME;object=NAME?pin-source=/path/of/pin",
                                                    why));
  };
  if (p11_kit_uri_parse(text.c_str(), P11_KIT_URI_FOR_ANY, uri.get()) != P11_KIT_URI_OK)
    return bad("does not read");
  if (p11_kit_uri_any_unrecognized(uri.get()) != 0) return bad("has a part that is not known");
  if (p11_kit_uri_get_pin_value(uri.get()) != nullptr)
    return bad("holds a PIN, which does not belong into a configuration: name its file with pin-source");
  if (p11_kit_uri_get_pin_source(uri.get()) == nullptr) return bad("names no pin-source");
  if (p11_kit_uri_get_attribute(uri.get(), CKA_LABEL) == nullptr &&
      p11_kit_uri_get_attribute(uri.get(), CKA_ID) == nullptr)
    return bad("names no object");
  return uri;
}

base::Result<Secret> read_pin(const P11KitUri* uri) {
  std::string file = p11_kit_uri_get_pin_source(uri);
  if (file.starts_with("file:")) file.erase(0, 5);
  auto text = base::read_file(file, kPinBytesMax);
  if (!text) return fail("the token's PIN (pin-source of the PKCS #11 URI)", text.error());
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  Secret pin(base::bytes_of(*text));
  std::fill(text->begin(), text->end(), '\0');
  return pin;
}

/// The modules that are loaded, or the one that the URI names.
class Modules {
 public:
  static base::Result<std::unique_ptr<Modules>> load(const P11KitUri* uri) {
    auto out = std::make_unique<Modules>();
    if (const char* path = p11_kit_uri_get_module_path(uri)) {
      out->one_ = p11_kit_module_load(path, 0);
      if (out->one_ == nullptr)
        return fail(Code::unavailable,
                    fmt::format("the PKCS #11 module {} cannot be loaded: {}; install it, or name the right "
                                "module-path",
                                path, last_message()));
      if (const auto result = p11_kit_module_initialize(out->one_); result != CKR_OK) {
        p11_kit_module_release(out->one_);
        out->one_ = nullptr;
        return fail(Code::unavailable, fmt::format("the PKCS #11 module {} does not start: {} (0x{:x})", path,
                                                   p11_kit_strerror(result), result));
      }
      out->list_ = {out->one_};
      return out;
    }
    out->all_ = p11_kit_modules_load_and_initialize(0);
    for (auto** module = out->all_; module != nullptr && *module != nullptr; ++module)
      out->list_.push_back(*module);
    if (out->list_.empty())
      return fail(Code::unavailable,
                  "p11-kit knows no PKCS #11 module; name one with module-path, or register it in "
                  "/etc/pkcs11/modules");
    return out;
  }
  Modules() = default;
  Modules(const Modules&) = delete;
  Modules& operator=(const Modules&) = delete;
  ~Modules() {
    if (one_ != nullptr) {
      p11_kit_module_finalize(one_);
      p11_kit_module_release(one_);
    }
    if (all_ != nullptr) p11_kit_modules_finalize_and_release(all_);
  }
  const std::vector<CK_FUNCTION_LIST*>& list() const { return list_; }

 private:
  static std::string last_message() {
    const char* message = p11_kit_message();
    return message != nullptr ? message : "no reason is given";
  }
  CK_FUNCTION_LIST* one_ = nullptr;
  CK_FUNCTION_LIST** all_ = nullptr;
  std::vector<CK_FUNCTION_LIST*> list_;
};

struct Slot {
  CK_FUNCTION_LIST* module = nullptr;
  CK_SLOT_ID id = 0;
  CK_TOKEN_INFO token{};
};

base::Result<Slot> find_token(const Modules& modules, const P11KitUri* uri) {
  for (auto* module : modules.list()) {
    CK_ULONG count = 0;
    if (module->C_GetSlotList(CK_TRUE, nullptr, &count) != CKR_OK || count == 0) continue;
    std::vector<CK_SLOT_ID> slots(count);
    if (module->C_GetSlotList(CK_TRUE, slots.data(), &count) != CKR_OK) continue;
    for (CK_ULONG i = 0; i < std::min<CK_ULONG>(count, slots.size()); ++i) {
      Slot slot{module, slots[i], {}};
      if (module->C_GetTokenInfo(slot.id, &slot.token) != CKR_OK) continue;
      if ((slot.token.flags & CKF_TOKEN_INITIALIZED) != 0 &&
          p11_kit_uri_match_token_info(uri, &slot.token) == 1)
        return slot;
    }
  }
  return fail(Code::unavailable,
              "the PKCS #11 token that keys.vault names is not there; connect it, or name the right token. "
              "Nothing was changed");
}

base::Result<void> log_in(const Slot& slot, CK_SESSION_HANDLE session, const Secret& pin) {
  const std::string how =
      "put the right PIN into the file of pin-source and log in once by hand, for example: pkcs11-tool "
      "--module MODULE --token-label NAME --login --list-objects";
  if ((slot.token.flags & CKF_USER_PIN_LOCKED) != 0)
    return fail(Code::permission_denied,
                "the PKCS #11 token has locked its PIN; its security officer can unlock it");
  if ((slot.token.flags & (CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY)) != 0)
    return fail(Code::permission_denied,
                "a login to the PKCS #11 token has failed before, and it is not tried again so that the "
                "token does not lock; " +
                    how);
  auto* bytes = const_cast<unsigned char*>(pin.view().data());
  const auto result = slot.module->C_Login(session, CKU_USER, bytes, pin.size());
  if (result == CKR_OK || result == CKR_USER_ALREADY_LOGGED_IN) return {};
  if (result == CKR_PIN_INCORRECT || result == CKR_PIN_LEN_RANGE || result == CKR_PIN_INVALID)
    return fail(Code::permission_denied,
                "the PKCS #11 token refuses the PIN, which is not tried again; " + how);
  if (result == CKR_PIN_LOCKED)
    return fail(Code::permission_denied,
                "the PKCS #11 token has locked its PIN; its security officer can unlock it");
  return token_error("log in", result);
}

base::Result<CK_OBJECT_HANDLE> find_key(const Slot& slot, CK_SESSION_HANDLE session, P11KitUri* uri) {
  CK_OBJECT_CLASS kind = CKO_SECRET_KEY;
  CK_KEY_TYPE type = CKK_AES;
  std::vector<CK_ATTRIBUTE> wanted{{CKA_CLASS, &kind, sizeof kind}, {CKA_KEY_TYPE, &type, sizeof type}};
  for (const auto attribute : {CKA_LABEL, CKA_ID}) {
    if (const auto* named = p11_kit_uri_get_attribute(uri, attribute)) wanted.push_back(*named);
  }
  if (const auto result = slot.module->C_FindObjectsInit(session, wanted.data(), wanted.size());
      result != CKR_OK)
    return token_error("look for the key", result);
  CK_OBJECT_HANDLE found[2] = {};
  CK_ULONG count = 0;
  const auto result = slot.module->C_FindObjects(session, found, 2, &count);
  slot.module->C_FindObjectsFinal(session);
  if (result != CKR_OK) return token_error("look for the key", result);
  if (count == 0)
    return fail(
        Code::not_found,
        "the PKCS #11 token has no AES key of the name that keys.vault gives; make one (docs/keys.md) "
        "or name the right object. Nothing was changed");
  if (count > 1)
    return fail(Code::failed_precondition,
                "the PKCS #11 token has several AES keys of the name that keys.vault gives; add its id");
  CK_BBOOL extractable = CK_TRUE;
  CK_ULONG bytes = 0;
  CK_ATTRIBUTE is_extractable{CKA_EXTRACTABLE, &extractable, sizeof extractable};
  CK_ATTRIBUTE length{CKA_VALUE_LEN, &bytes, sizeof bytes};
  if (slot.module->C_GetAttributeValue(session, found[0], &is_extractable, 1) != CKR_OK ||
      extractable != CK_FALSE)
    return fail(Code::failed_precondition,
                "the key on the PKCS #11 token can be extracted, which makes the token pointless; make one "
                "that cannot (docs/keys.md)");
  if (slot.module->C_GetAttributeValue(session, found[0], &length, 1) == CKR_OK && bytes != 32)
    return fail(Code::failed_precondition, "the key on the PKCS #11 token is not of AES-256");
  return found[0];
}

/// A login holds for all sessions of a process, so one that ends would take it from another: one at a time.
std::mutex& one_at_a_time() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace

struct Pkcs11Key::Impl {
  std::unique_lock<std::mutex> alone{one_at_a_time()};
  std::unique_ptr<Modules> modules;
  Slot slot;
  CK_SESSION_HANDLE session = 0;
  bool open = false;
  CK_OBJECT_HANDLE key = 0;

  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (open) {
      slot.module->C_Logout(session);
      slot.module->C_CloseSession(session);
    }
  }
};

Pkcs11Key::Pkcs11Key(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Pkcs11Key::~Pkcs11Key() = default;
Pkcs11Key::Pkcs11Key(Pkcs11Key&&) noexcept = default;
Pkcs11Key& Pkcs11Key::operator=(Pkcs11Key&&) noexcept = default;

base::Result<Pkcs11Key> Pkcs11Key::open(const std::string& uri_text) {
  TRY_ASSIGN(const auto uri, parse_uri(uri_text));
  TRY_ASSIGN(const auto pin, read_pin(uri.get()));
  auto impl = std::make_unique<Impl>();
  TRY_ASSIGN(impl->modules, Modules::load(uri.get()));
  TRY_ASSIGN(impl->slot, find_token(*impl->modules, uri.get()));
  if (const auto result = impl->slot.module->C_OpenSession(impl->slot.id, CKF_SERIAL_SESSION, nullptr,
                                                           nullptr, &impl->session);
      result != CKR_OK)
    return token_error("open a session", result);
  impl->open = true;
  TRY(log_in(impl->slot, impl->session, pin));
  TRY_ASSIGN(impl->key, find_key(impl->slot, impl->session, uri.get()));
  return Pkcs11Key(std::move(impl));
}

base::Result<std::vector<std::uint8_t>> Pkcs11Key::seal(base::Bytes plain, std::string_view associated,
                                                        const Entropy& entropy) const {
  std::vector<std::uint8_t> out(kNonceSize + plain.size() + kTagSize);
  entropy(std::span(out).first(kNonceSize));
  std::string bound(associated);
  CK_GCM_PARAMS how{out.data(),   kNonceSize,  kNonceSize * 8, reinterpret_cast<unsigned char*>(bound.data()),
                    bound.size(), kTagSize * 8};
  CK_MECHANISM mechanism{CKM_AES_GCM, &how, sizeof how};
  auto* module = impl_->slot.module;
  if (const auto result = module->C_EncryptInit(impl_->session, &mechanism, impl_->key); result != CKR_OK)
    return token_error("seal with AES-GCM", result);
  CK_ULONG length = out.size() - kNonceSize;
  const auto result = module->C_Encrypt(impl_->session, const_cast<unsigned char*>(plain.data()),
                                        plain.size(), out.data() + kNonceSize, &length);
  if (result != CKR_OK || length != out.size() - kNonceSize) return token_error("seal with AES-GCM", result);
  return out;
}

base::Result<Secret> Pkcs11Key::unseal(base::Bytes sealed, std::string_view associated) const {
  if (sealed.size() < kNonceSize + kTagSize) return fail(Code::data_loss, "a sealed value is cut short");
  std::vector<std::uint8_t> bytes(sealed.begin(), sealed.end()), plain(sealed.size());
  std::string bound(associated);
  CK_GCM_PARAMS how{bytes.data(), kNonceSize,  kNonceSize * 8, reinterpret_cast<unsigned char*>(bound.data()),
                    bound.size(), kTagSize * 8};
  CK_MECHANISM mechanism{CKM_AES_GCM, &how, sizeof how};
  auto* module = impl_->slot.module;
  if (const auto result = module->C_DecryptInit(impl_->session, &mechanism, impl_->key); result != CKR_OK)
    return token_error("open with AES-GCM", result);
  CK_ULONG length = plain.size();
  const auto result = module->C_Decrypt(impl_->session, bytes.data() + kNonceSize, bytes.size() - kNonceSize,
                                        plain.data(), &length);
  const Secret wiped(std::move(plain));
  if (result == CKR_ENCRYPTED_DATA_INVALID || result == CKR_GENERAL_ERROR ||
      result == CKR_ENCRYPTED_DATA_LEN_RANGE)
    return fail(Code::data_loss, "it was altered or is sealed under another key of the token");
  if (result != CKR_OK) return token_error("open with AES-GCM", result);
  return Secret(wiped.view().first(length));
}

}  // namespace countersign::crypto
