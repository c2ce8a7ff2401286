#pragma once

#include "exporters/bundle/staging.h"
#include "exporters/jsonl/totals.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"

#include <string>

namespace countersign::bundle {

/// What a bag says of itself in bag-info.txt.
struct BagFacts {
  std::string folder;
  base::LogName log;
  jsonl::Period period;
  base::Timestamp made;
};

/// Makes a BagIt bag (RFC 8493) of the staged files: the declaration, bag-info.txt, the manifest of what lies
/// in data/ and the one of all other files, which it gives: it is what is signed.
base::Result<std::string> write_bag(Staging& staging, const BagFacts& facts);

}  // namespace countersign::bundle
