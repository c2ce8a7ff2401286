#pragma once

#include "ledger/base/result.h"

#include <cstddef>
#include <string_view>

namespace countersign::protocols {

struct ShapeLimits {
  std::size_t depth_max = 64;          ///< messages within messages
  std::size_t messages_max = 1 << 20;  ///< in all: a message of two bytes becomes an object of many
};

/// Checks the bytes of an ExportLogsServiceRequest before protobuf's library makes objects of them: that they
/// are protobuf at all, fields have the type that they should, texts are UTF-8, and the limits hold. Unknown
/// fields are let pass. Allocates nothing. invalid_argument with the byte; resource_exhausted above
/// messages_max.
base::Result<void> check_otlp_shape(std::string_view bytes, const ShapeLimits& limits);

}  // namespace countersign::protocols
