#pragma once

#include "collector/protocols/item.h"
#include "ledger/base/problem.h"
#include "ledger/record/prepare.h"

#include <boost/json/value.hpp>
#include <tl/expected.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace countersign::ingest {

/// What one request may hold.
struct IngestLimits {
  std::size_t body_bytes_max = 8 * 1024 * 1024;      ///< as it is sent
  std::size_t decoded_bytes_max = 32 * 1024 * 1024;  ///< when it is decompressed
  std::size_t events_max = 10'000;
  std::size_t depth_max = 16;  ///< nesting of a JSON document
};

using protocols::Item;

/// The body without its compression; a view of `body` or of `storage`. Problems: 415 a coding that we do not
/// take, 413 a limit, 400 damaged compression or an empty body.
tl::expected<std::string_view, base::Problem> plain_body(std::string_view content_encoding,
                                                         std::string_view body, const IngestLimits& limits,
                                                         std::string& storage);

/// Turns a request's body into items. What spoils the whole body is a Problem, and then nothing of it is
/// used: 415 a type or coding that we do not take, 413 a limit, 400 damaged compression, an empty body, or a
/// JSON document that does not parse. What spoils one event spoils no other: a line of NDJSON that does not
/// parse, a member that stands twice. Blank lines of NDJSON are skipped. Pure, thread-safe.
tl::expected<std::vector<Item>, base::Problem> decode_body(std::string_view content_type,
                                                           std::string_view content_encoding,
                                                           std::string_view body, const IngestLimits& limits);

}  // namespace countersign::ingest
