#pragma once

#include "ledger/base/result.h"
#include "tests/web/webauthn/authenticator.h"
#include "web/webauthn/credential.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace countersign::testing {

inline webauthn::RelyingParty example_party() {
  return {"evidence.example.com",
          "Countersign",
          {"https://evidence.example.com", "https://evidence.example.com:8443"}};
}

inline const ByteVector kChallenge(32, 0xc4);
inline const ByteVector kHandle(16, 0xa7);

inline std::string algorithm_name(const ::testing::TestParamInfo<webauthn::Algorithm>& of) {
  switch (of.param) {
    case webauthn::Algorithm::es256:
      return "Es256";
    case webauthn::Algorithm::eddsa:
      return "Eddsa";
    case webauthn::Algorithm::rs256:
      return "Rs256";
  }
  return {};
}

/// Refused with this code, and for the reason that the message holds `why` of.
template <class T>
::testing::AssertionResult refused(const base::Result<T>& result, base::Code code, std::string_view why) {
  if (result) return ::testing::AssertionFailure() << "it was accepted";
  if (result.error().code != code || result.error().message.find(why) == std::string::npos)
    return ::testing::AssertionFailure()
           << base::to_string(result.error().code) << ": " << result.error().message;
  return ::testing::AssertionSuccess();
}

template <class T>
::testing::AssertionResult accepted(const base::Result<T>& result) {
  if (result) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << base::to_string(result.error().code) << ": " << result.error().message;
}

}  // namespace countersign::testing
