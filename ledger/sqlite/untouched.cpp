#include "ledger/sqlite/untouched.h"

#include "ledger/base/open_file.h"

#include <fcntl.h>
#include <sqlite3.h>

#include <filesystem>
#include <mutex>
#include <new>
#include <string>
#include <vector>

namespace countersign::sqlite {
namespace {

enum class Kind {
  shared,    ///< another process has it open, or it has no WAL
  whole,     ///< nobody has, and there is nothing in its WAL
  with_wal,  ///< nobody has, and there is
};

/// A file of this VFS; that of the system's follows it in memory.
struct File {
  sqlite3_file base{};
  Kind kind = Kind::shared;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File* of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
sqlite3_file* real(sqlite3_file* file) { return of(file)->real(); }
const sqlite3_io_methods& system_of(sqlite3_file* file) { return *real(file)->pMethods; }

sqlite3_vfs* system_vfs() { return sqlite3_vfs_find("unix"); }

/// Open as long as the VFS is used: closing one would take away every lock of this process on the file.
struct Probes {
  std::mutex mutex;
  std::vector<base::OpenFile> files;
};
Probes& probes() {
  static Probes instance;
  return instance;
}

/// Who has a database in WAL mode open holds a lock on this byte of its -shm (UNIX_SHM_DMS of os_unix.c).
constexpr ::off_t kOpenByte = 128;

bool is_open_elsewhere(const std::string& database) {
  auto shared = base::OpenFile::open(database + "-shm", O_RDONLY);
  if (!shared) return false;
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = kOpenByte;
  lock.l_len = 1;
  const bool asked = ::fcntl(shared->descriptor(), F_GETLK, &lock) == 0;
  const std::lock_guard guard(probes().mutex);
  probes().files.push_back(std::move(*shared));
  return !asked || lock.l_type != F_UNLCK;
}

/// Bytes 18 and 19 of the header are 2 in a database with a WAL (SQLite's file format, 1.3.3).
bool has_wal_mode(sqlite3_file* file) {
  unsigned char versions[2] = {};
  return file->pMethods->xRead(file, versions, 2, 18) == SQLITE_OK && versions[0] == 2 && versions[1] == 2;
}

Kind kind_of(const std::string& database, sqlite3_file* file) {
  if (!has_wal_mode(file) || is_open_elsewhere(database)) return Kind::shared;
  std::error_code missing;
  const auto bytes = std::filesystem::file_size(database + "-wal", missing);
  return missing || bytes == 0 ? Kind::whole : Kind::with_wal;
}

int close_file(sqlite3_file* file) { return system_of(file).xClose(real(file)); }
int read_file(sqlite3_file* file, void* out, int count, sqlite3_int64 offset) {
  return system_of(file).xRead(real(file), out, count, offset);
}
int write_file(sqlite3_file*, const void*, int, sqlite3_int64) { return SQLITE_READONLY; }
int truncate_file(sqlite3_file*, sqlite3_int64) { return SQLITE_READONLY; }
int sync_file(sqlite3_file*, int) { return SQLITE_OK; }
int file_size(sqlite3_file* file, sqlite3_int64* size) { return system_of(file).xFileSize(real(file), size); }
int lock_file(sqlite3_file* file, int level) { return system_of(file).xLock(real(file), level); }
int unlock_file(sqlite3_file* file, int level) { return system_of(file).xUnlock(real(file), level); }
int check_lock(sqlite3_file* file, int* held) { return system_of(file).xCheckReservedLock(real(file), held); }
int control_file(sqlite3_file* file, int op, void* argument) {
  return system_of(file).xFileControl(real(file), op, argument);
}
int sector_size(sqlite3_file* file) { return system_of(file).xSectorSize(real(file)); }
int characteristics(sqlite3_file* file) {
  return system_of(file).xDeviceCharacteristics(real(file)) |
         (of(file)->kind == Kind::whole ? SQLITE_IOCAP_IMMUTABLE : 0);
}
// "Cannot be written, and nobody keeps it up": SQLite then reads the WAL into an index of its own, in memory.
int map_shared(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
  if (of(file)->kind == Kind::shared) return system_of(file).xShmMap(real(file), page, size, extend, out);
  *out = nullptr;
  return SQLITE_READONLY_CANTINIT;
}
int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
  return of(file)->kind == Kind::shared ? system_of(file).xShmLock(real(file), offset, count, flags)
                                        : SQLITE_OK;
}
void barrier_shared(sqlite3_file* file) {
  if (of(file)->kind == Kind::shared) system_of(file).xShmBarrier(real(file));
}
int unmap_shared(sqlite3_file* file, int) {
  // Never deleted.
  return of(file)->kind == Kind::shared ? system_of(file).xShmUnmap(real(file), 0) : SQLITE_OK;
}

const sqlite3_io_methods kMethods = {
    2,           close_file,     read_file,    write_file,   truncate_file, sync_file,       file_size,
    lock_file,   unlock_file,    check_lock,   control_file, sector_size,   characteristics, map_shared,
    lock_shared, barrier_shared, unmap_shared, nullptr,      nullptr,
};

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* out, int flags, int* flags_out) {
  auto* file = new (out) File{};
  // A WAL is always asked for as if it were to be written and made. Under its own name the system's VFS would
  // set its owner, which changes its times.
  if ((flags & SQLITE_OPEN_WAL) != 0) flags = SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_READONLY;
  if ((flags & SQLITE_OPEN_READONLY) == 0) return SQLITE_CANTOPEN;
  const int result = system_vfs()->xOpen(system_vfs(), name, file->real(), flags, flags_out);
  if (result != SQLITE_OK) return result;
  if ((flags & SQLITE_OPEN_MAIN_DB) != 0 && name != nullptr) file->kind = kind_of(name, file->real());
  file->base.pMethods = &kMethods;
  return SQLITE_OK;
}
int delete_file(sqlite3_vfs*, const char*, int) { return SQLITE_IOERR_DELETE; }
int access_file(sqlite3_vfs*, const char* name, int flags, int* out) {
  return system_vfs()->xAccess(system_vfs(), name, flags, out);
}
int full_path(sqlite3_vfs*, const char* name, int count, char* out) {
  return system_vfs()->xFullPathname(system_vfs(), name, count, out);
}

sqlite3_vfs& untouched_vfs() {
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs out = *system_vfs();
    out.szOsFile = static_cast<int>(sizeof(File)) + system_vfs()->szOsFile;
    out.pNext = nullptr;
    out.zName = "countersign-untouched";
    out.xOpen = open_file;
    out.xDelete = delete_file;
    out.xAccess = access_file;
    out.xFullPathname = full_path;
    return out;
  }();
  return vfs;
}

}  // namespace

UntouchedFiles::UntouchedFiles() {
  sqlite3_initialize();
  sqlite3_vfs_register(&untouched_vfs(), 1);
}

UntouchedFiles::~UntouchedFiles() {
  sqlite3_vfs_register(system_vfs(), 1);
  sqlite3_vfs_unregister(&untouched_vfs());
  const std::lock_guard guard(probes().mutex);
  probes().files.clear();
}

}  // namespace countersign::sqlite
