#pragma once

#include <cstdint>
#include <string>

namespace countersign::fault {

/// What the n-th durable step (write, truncate or sync of any file) does.
enum class Fault {
  none,
  fails,           ///< is not done and reports an I/O error
  fails_but_done,  ///< is done and reports an I/O error all the same
  short_write,     ///< half of a write is done, then an I/O error; other steps fail
  disk_full,       ///< a write reports a full disk; other steps are done
  power_cut,       ///< this step and all later ones fail: nothing reaches the disk any more
};

/// A SQLite VFS over the operating system's that counts durable steps and makes one of them go wrong.
/// Registered once as kVfsName. All state is global and guarded: one workload at a time.
inline constexpr const char* kVfsName = "countersign-fault";

void register_fault_vfs();

/// Starts to count anew: step `n` (from 1) gets the fault. With Fault::disk_full, `steps` steps from n on do.
void arm(Fault fault, std::uint64_t n, std::uint64_t steps = 1);
/// No fault any more; keeps what is known of unsynced data.
void disarm();
/// Steps since arm().
std::uint64_t steps_taken();
/// Whether the fault has struck.
bool has_struck();

/// What a power cut leaves: everything synced, and of what was written since then a part, sector by sector,
/// that the seed chooses. To be called when no connection is open any more.
void lose_unsynced(std::uint64_t seed);
/// Forgets what was written but not synced, as if it had been synced.
void settle();

}  // namespace countersign::fault
