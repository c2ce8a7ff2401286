#pragma once

#include "apps/countersign/command.h"

namespace countersign::apps {

/// `countersign source show`: what came of a source, and for how much of a period it was heard.
void add_source_show(CLI::App& source, Context& context);

}  // namespace countersign::apps
