#pragma once

#include <cstdio>
#include <cstdlib>

/// Ends the process where a property does not hold: a fuzzer takes that for a finding. Says which.
#define PROPERTY(holds)                                                                        \
  do {                                                                                         \
    if (!(holds)) {                                                                            \
      std::fprintf(stderr, "%s:%d: property does not hold: %s\n", __FILE__, __LINE__, #holds); \
      std::abort();                                                                            \
    }                                                                                          \
  } while (false)
