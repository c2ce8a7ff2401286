#pragma once

#include "reports/documents/document.h"

#include <boost/json/object.hpp>

namespace countersign::documents {

/// How much is told of a document.
enum class Telling {
  all,
  outside,  ///< to auditors: not who owns, added or withdrew it, nor why, nor when is reminded of it
};

/// A document as programs are given it, by the command line and over HTTP, with how it stands on a day:
/// docs/api.md. Pure.
boost::json::object to_json(const Document& document, Day today, Telling telling = Telling::all);
boost::json::object to_json(const Version& version, Telling telling = Telling::all);

}  // namespace countersign::documents
