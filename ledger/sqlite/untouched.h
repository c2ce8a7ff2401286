#pragma once

namespace countersign::sqlite {

/// As long as it lives, connections of this process leave the files that they open as they are, down to their
/// times: nothing can be opened for writing, and where no process has a database open, no file is made beside
/// it either, as SQLite would to read one in WAL mode. What a crash left in the WAL is read from there. Where
/// another process has it open the files are shared as usual. A database that another process opens meanwhile
/// may look damaged: who finds it so looks again.
///
/// It is SQLite's default VFS: for a program that looks at an appliance and ends. One at a time; no
/// connection of before or after it may be used while it lives, and those that it served are closed before it
/// goes.
class UntouchedFiles {
 public:
  UntouchedFiles();
  ~UntouchedFiles();
  UntouchedFiles(const UntouchedFiles&) = delete;
  UntouchedFiles& operator=(const UntouchedFiles&) = delete;
};

}  // namespace countersign::sqlite
