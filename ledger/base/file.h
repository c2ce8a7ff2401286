#pragma once

#include "ledger/base/open_file.h"
#include "ledger/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace countersign::base {

/// Who may read a file that is written.
enum class FileMode : unsigned { secret = 0600, readable = 0644 };

/// Reads a whole file of at most `bytes_max` bytes. Errors: not_found, resource_exhausted (larger), internal.
Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t bytes_max);

/// Refuses a file that others than its owner can read, saying how to mend it: failed_precondition. What
/// cannot be looked at is the reader's to complain of.
Result<void> check_owner_alone_reads(const std::filesystem::path& path);

/// Puts `content` at `path` so that after a crash there is either the old file or the new one, whole:
/// temporary file beside it, full write, fsync, rename, fsync of the folder. On failure the old file is
/// untouched.
Result<void> write_file_durably(const std::filesystem::path& path, std::string_view content, FileMode mode);

/// As write_file_durably, but fails with already_exists where there is a file: for keys, which are never
/// replaced.
Result<void> create_file_durably(const std::filesystem::path& path, std::string_view content, FileMode mode);

/// Puts a file in the place of another in the same folder, durably. Errors as write_file_durably.
Result<void> replace_file_durably(const std::filesystem::path& from, const std::filesystem::path& to);

/// Makes a folder and those above it that are missing, readable by the owner's group at most (0750), and
/// fsyncs each parent of a folder newly made.
Result<void> make_folders_durably(const std::filesystem::path& path);

enum class FileLock { shared, alone };
/// Waits for the lock (flock(2)) on a file, which is made where there is none and stays, because removing it
/// would let two hold the lock. Held as long as the file is open. Any process.
Result<OpenFile> wait_for_lock(const std::filesystem::path& path, FileLock how);

/// As wait_for_lock, but unavailable where another has it for longer than `patience_ms`.
Result<OpenFile> wait_for_lock(const std::filesystem::path& path, FileLock how, std::int64_t patience_ms);

/// Bytes that an unprivileged writer can still use on the file system of `path`.
Result<std::uint64_t> free_bytes(const std::filesystem::path& path);

}  // namespace countersign::base
