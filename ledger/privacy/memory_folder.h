#pragma once

#include "ledger/base/result.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// Folders outside of a region's in which each file `<name>.json` is one thing to be remembered.
namespace countersign::privacy {

using ReadMemory =
    std::function<base::Result<void>(const std::string& name, const boost::json::object& content)>;

/// Calls `read` for each file, in no order; a folder that is not there holds none. data_loss, naming the file
/// and `what` it is not, where one is no JSON object or `read` fails.
base::Result<void> read_memories(const std::filesystem::path& folder, std::uint64_t file_bytes_max,
                                 std::string_view what, const ReadMemory& read);

/// A member's text; empty where it is no string.
std::string text_of(const boost::json::object& from, boost::json::string_view name);

/// The member `tokens`: an array of 43 characters each; data_loss otherwise.
base::Result<std::vector<std::string>> tokens_of(const boost::json::object& from);

}  // namespace countersign::privacy
