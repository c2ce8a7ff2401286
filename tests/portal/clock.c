// For LD_PRELOAD: the clock on the wall goes ahead by as many seconds as the file says that AHEAD names (8 bytes, as the machine writes them),
// also while the program runs. Clocks that only measure are left alone.
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t* ahead;

__attribute__((constructor)) static void begin(void) {
  const char* name = getenv("AHEAD");
  const int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void* mapped = mmap(NULL, sizeof *ahead, PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (mapped != MAP_FAILED) ahead = mapped;
}

int clock_gettime(clockid_t clock, struct timespec* out) {
  const long done = syscall(SYS_clock_gettime, clock, out);
  if (done == 0 && clock == CLOCK_REALTIME && ahead) out->tv_sec += *ahead;
  return (int)done;
}
