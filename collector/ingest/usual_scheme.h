#pragma once

#include <string_view>

namespace countersign::ingest {

/// The scheme of a source whose operator gives a secret: that by which the adapter's provider signs its
/// webhooks, or a static header where it signs nothing. docs/sources.md says where each is documented.
std::string_view usual_scheme(std::string_view adapter);

}  // namespace countersign::ingest
