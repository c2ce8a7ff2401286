#pragma once

#include "apps/exporting.h"
#include "exporters/jsonl/disclosure_scope.h"
#include "ledger/record/profile.h"

#include <string>

namespace countersign::apps {

/// The profile of an export: what was asked for, if the tenant's policy allows it to the role that the bundle
/// is for, or the most that the policy allows. Errors: invalid_argument for options that contradict each
/// other; permission_denied, with the policy's word and how to change it.
base::Result<record::Profile> choose_profile(const Config& config, const ExportOptions& options);

/// The scope of disclosure that the options name. Errors: invalid_argument where it does not read, or where
/// nobody is named for whom it is.
base::Result<jsonl::DisclosureScope> choose_scope(const ExportOptions& options);

/// What the system log says of an export: profile, scope and role; no personal value of a subject.
std::string sharing_note(const ExportOptions& options, record::Profile profile,
                         const jsonl::DisclosureScope& scope);

}  // namespace countersign::apps
