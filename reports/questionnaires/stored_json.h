#pragma once

#include "ledger/base/result.h"
#include "reports/questionnaires/book.h"

#include <boost/json/object.hpp>

/// What `questionnaires.sqlite` holds as JSON. Reading gives data_loss for what was not written so.
namespace countersign::questionnaires {

boost::json::object to_json(const Entry& entry);
base::Result<Entry> entry_from(const boost::json::object& object);

boost::json::object to_json(const Question& question);
base::Result<Question> question_from(const boost::json::object& object);

boost::json::object to_json(const Standing& standing);
base::Result<Standing> standing_from(const boost::json::object& object);

boost::json::object to_json(const Adopted& adopted);
base::Result<Adopted> adopted_from(const boost::json::object& object);

boost::json::object to_json(const Layout& layout);
/// invalid_argument, in words, for what is none: others send layouts, too.
base::Result<Layout> layout_from(const boost::json::value& value);

}  // namespace countersign::questionnaires
