#pragma once

#include "reports/engine/report.h"

namespace countersign::testing {

/// An invented report of the third quarter of 2026, arranged by SOC 2, that has something of everything a
/// writer of reports must cope with: a control without exceptions, one with 2 of 25, one with nothing to
/// test, a detection of which not all exceptions are told, three listings, a sample, warnings, responses in
/// each state, text in many scripts and text that means to break out of its place. All digests are those of
/// what they say they are. The same at each call.
reports::Report sample_report();

/// The run that made it.
reports::Run sample_run();

}  // namespace countersign::testing
