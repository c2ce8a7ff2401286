#include "tests/fault/fault_vfs.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <random>
#include <vector>

namespace countersign::fault {
namespace {

constexpr std::size_t kSector = 512;

/// What stood in a file before a step that was not synced yet, so that the step can be undone.
struct Undo {
  std::int64_t offset = 0;
  std::vector<char> before;
  sqlite3_int64 size_before = 0;
  bool whole = false;  ///< of a truncation: undone whole or not at all
};

struct State {
  std::mutex mutex;
  Fault fault = Fault::none;
  std::uint64_t at = 0;
  std::uint64_t count = 1;
  std::uint64_t taken = 0;
  bool struck = false;
  std::map<std::string, std::vector<Undo>> unsynced;
};

State& state() {
  static State instance;
  return instance;
}

enum class Step { write, truncate, sync };

/// The fault of the step that is about to be taken.
Fault next_fault(Step step) {
  auto& s = state();
  ++s.taken;
  if (s.fault == Fault::none || s.taken < s.at) return Fault::none;
  if (s.fault != Fault::power_cut && s.taken >= s.at + s.count) return Fault::none;
  if (s.fault == Fault::disk_full && step != Step::write) return Fault::none;
  s.struck = true;
  return s.fault;
}

struct File {
  sqlite3_file base;
  char path[1024];
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File* of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }

void remember(File* file, std::int64_t offset, std::size_t length) {
  Undo undo;
  undo.offset = offset;
  file->real()->pMethods->xFileSize(file->real(), &undo.size_before);
  const auto there =
      std::clamp<std::int64_t>(undo.size_before - offset, 0, static_cast<std::int64_t>(length));
  undo.before.resize(static_cast<std::size_t>(there));
  if (there > 0)
    file->real()->pMethods->xRead(file->real(), undo.before.data(), static_cast<int>(there), offset);
  state().unsynced[file->path].push_back(std::move(undo));
}

int close_file(sqlite3_file* file) {
  const int result = of(file)->real()->pMethods->xClose(of(file)->real());
  return result;
}
int read_file(sqlite3_file* file, void* out, int count, sqlite3_int64 offset) {
  return of(file)->real()->pMethods->xRead(of(file)->real(), out, count, offset);
}

int write_file(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
  const std::lock_guard guard(state().mutex);
  const Fault fault = next_fault(Step::write);
  auto* real = of(file)->real();
  if (fault == Fault::fails || fault == Fault::power_cut) return SQLITE_IOERR_WRITE;
  if (fault == Fault::disk_full) return SQLITE_FULL;
  const int length = fault == Fault::short_write ? count / 2 : count;
  remember(of(file), offset, static_cast<std::size_t>(length));
  const int result = real->pMethods->xWrite(real, bytes, length, offset);
  return fault == Fault::none ? result : SQLITE_IOERR_WRITE;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  const std::lock_guard guard(state().mutex);
  const Fault fault = next_fault(Step::truncate);
  auto* real = of(file)->real();
  if (fault == Fault::fails || fault == Fault::power_cut || fault == Fault::short_write)
    return SQLITE_IOERR_TRUNCATE;
  sqlite3_int64 size_before = 0;
  real->pMethods->xFileSize(real, &size_before);
  if (size_before > size) {
    remember(of(file), size, static_cast<std::size_t>(size_before - size));
    state().unsynced[of(file)->path].back().whole = true;
  }
  const int result = real->pMethods->xTruncate(real, size);
  return fault == Fault::fails_but_done ? SQLITE_IOERR_TRUNCATE : result;
}

int sync_file(sqlite3_file* file, int flags) {
  const std::lock_guard guard(state().mutex);
  const Fault fault = next_fault(Step::sync);
  if (fault == Fault::fails || fault == Fault::power_cut || fault == Fault::short_write)
    return SQLITE_IOERR_FSYNC;
  // The data of a "power cut" is our own bookkeeping, so the real sync is left out to keep the tests quick.
  static_cast<void>(flags);
  state().unsynced.erase(of(file)->path);
  return fault == Fault::fails_but_done ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return of(file)->real()->pMethods->xFileSize(of(file)->real(), size);
}
int lock_file(sqlite3_file* file, int level) {
  return of(file)->real()->pMethods->xLock(of(file)->real(), level);
}
int unlock_file(sqlite3_file* file, int level) {
  return of(file)->real()->pMethods->xUnlock(of(file)->real(), level);
}
int check_lock(sqlite3_file* file, int* held) {
  return of(file)->real()->pMethods->xCheckReservedLock(of(file)->real(), held);
}
int control_file(sqlite3_file* file, int op, void* arg) {
  return of(file)->real()->pMethods->xFileControl(of(file)->real(), op, arg);
}
int sector_size(sqlite3_file*) { return kSector; }
// Not "powersafe overwrite": SQLite must not rely on bytes around a torn write.
int characteristics(sqlite3_file*) { return 0; }
int map_shared(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
  return of(file)->real()->pMethods->xShmMap(of(file)->real(), page, size, extend, out);
}
int lock_shared(sqlite3_file* file, int offset, int n, int flags) {
  return of(file)->real()->pMethods->xShmLock(of(file)->real(), offset, n, flags);
}
void barrier_shared(sqlite3_file* file) { of(file)->real()->pMethods->xShmBarrier(of(file)->real()); }
int unmap_shared(sqlite3_file* file, int del) {
  return of(file)->real()->pMethods->xShmUnmap(of(file)->real(), del);
}

const sqlite3_io_methods kMethods = {
    2,           close_file,     read_file,    write_file,   truncate_file, sync_file,       file_size,
    lock_file,   unlock_file,    check_lock,   control_file, sector_size,   characteristics, map_shared,
    lock_shared, barrier_shared, unmap_shared, nullptr,      nullptr,
};

sqlite3_vfs* real_vfs() { return sqlite3_vfs_find("unix"); }

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* out, int flags, int* out_flags) {
  auto* file = new (out) File{};
  std::snprintf(file->path, sizeof file->path, "%s", name == nullptr ? "" : name);
  const int result = real_vfs()->xOpen(real_vfs(), name, file->real(), flags, out_flags);
  file->base.pMethods = file->real()->pMethods != nullptr ? &kMethods : nullptr;
  return result;
}
int delete_file(sqlite3_vfs*, const char* name, int sync_folder) {
  const std::lock_guard guard(state().mutex);
  if (state().fault == Fault::power_cut && state().struck) return SQLITE_IOERR_DELETE;
  state().unsynced.erase(name);
  return real_vfs()->xDelete(real_vfs(), name, sync_folder);
}
int access_file(sqlite3_vfs*, const char* name, int flags, int* out) {
  return real_vfs()->xAccess(real_vfs(), name, flags, out);
}
int full_path(sqlite3_vfs*, const char* name, int n, char* out) {
  return real_vfs()->xFullPathname(real_vfs(), name, n, out);
}

}  // namespace

void register_fault_vfs() {
  static const bool done = [] {
    static sqlite3_vfs vfs = *real_vfs();
    vfs.szOsFile = static_cast<int>(sizeof(File)) + real_vfs()->szOsFile;
    vfs.pNext = nullptr;
    vfs.zName = kVfsName;
    vfs.xOpen = open_file;
    vfs.xDelete = delete_file;
    vfs.xAccess = access_file;
    vfs.xFullPathname = full_path;
    return sqlite3_vfs_register(&vfs, 0) == SQLITE_OK;
  }();
  static_cast<void>(done);
}

void arm(Fault fault, std::uint64_t n, std::uint64_t steps) {
  const std::lock_guard guard(state().mutex);
  state().fault = fault;
  state().at = n;
  state().count = steps;
  state().taken = 0;
  state().struck = false;
}
void disarm() {
  const std::lock_guard guard(state().mutex);
  state().fault = Fault::none;
}
std::uint64_t steps_taken() {
  const std::lock_guard guard(state().mutex);
  return state().taken;
}
bool has_struck() {
  const std::lock_guard guard(state().mutex);
  return state().struck;
}
void settle() {
  const std::lock_guard guard(state().mutex);
  state().unsynced.clear();
}

void lose_unsynced(std::uint64_t seed) {
  const std::lock_guard guard(state().mutex);
  std::mt19937_64 random(seed);
  for (auto& [path, undos] : state().unsynced) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0) continue;
    for (auto undo = undos.rbegin(); undo != undos.rend(); ++undo) {
      // What a truncation cut off had been synced: it is there whole, or the file is short.
      const bool kept = undo->whole && random() % 2 == 0;
      if (kept) continue;
      for (std::size_t at = 0; at < undo->before.size(); at += kSector) {
        if (!undo->whole && random() % 2 == 0) continue;  // this sector reached the disk
        const auto length = std::min(kSector, undo->before.size() - at);
        if (::pwrite(fd, undo->before.data() + at, length, undo->offset + static_cast<off_t>(at)) < 0) break;
      }
      if ((undo->whole || random() % 2 == 0) && ::ftruncate(fd, undo->size_before) != 0) break;
    }
    ::close(fd);
  }
  state().unsynced.clear();
}

}  // namespace countersign::fault
