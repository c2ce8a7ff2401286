#pragma once

#include "exporters/siem/entry.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

/// The objects of OCSF 1.3.0 that a record fills. An empty one where it has nothing of it.
namespace countersign::siem {

boost::json::object ocsf_metadata(const Entry& entry, const Options& options);
/// Has what OCSF demands also where the record names nobody.
boost::json::object ocsf_user(const Entry& entry);
boost::json::object ocsf_actor(const Entry& entry);
boost::json::object ocsf_session(const Entry& entry);
boost::json::object ocsf_endpoint(const Entry& entry);
boost::json::object ocsf_auth_factor(const Entry& entry);
boost::json::object ocsf_finding_info(const Entry& entry);
boost::json::array ocsf_observables(const Entry& entry);

}  // namespace countersign::siem
