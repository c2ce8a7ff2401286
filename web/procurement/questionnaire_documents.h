#pragma once

#include "reports/questionnaires/store.h"

#include <boost/json/object.hpp>

/// What the routes of questionnaires and answers answer; docs/api.md describes it. Pure.
namespace countersign::procurement {

boost::json::object document_of(const questionnaires::Entry& entry, const questionnaires::Count& count);
boost::json::object document_of(const questionnaires::Asked& asked);
boost::json::object document_of(const questionnaires::Adopted& adopted);

/// An answer of the library, with what it says by these facts.
boost::json::object document_of(const answers::Answer& answer, const answers::Facts& facts);
/// What an answer would say by these facts, and of each claim and each of its needs whether it holds.
boost::json::object preview_of(const answers::Answer& answer, const answers::Facts& facts);

}  // namespace countersign::procurement
