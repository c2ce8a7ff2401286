#pragma once

#include "exporters/verify/evidence.h"
#include "ledger/crypto/x509.h"

#include <string>

namespace countersign::bundle {

/// What README.txt needs to know beside the evidence.
struct ReadmeFacts {
  const crypto::Certificate* signer = nullptr;
  bool timestamped = false;
  bool values = false;  ///< there are disclosures or masks
  bool documents = false, questionnaire = false;
};

/// The text of README.txt: what the bundle is, and the commands of stock tools that check it.
std::string readme_text(const verify::Evidence& evidence, const ReadmeFacts& facts);

}  // namespace countersign::bundle
