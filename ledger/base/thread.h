#pragma once

namespace countersign::base {

/// Gives the calling thread a name that `ps` and debuggers show, 15 bytes at most, and the lowest priority
/// (nice 19; setpriority(2) is of one thread on Linux): it works when nothing else wants to.
void run_in_background(const char* name);

}  // namespace countersign::base
