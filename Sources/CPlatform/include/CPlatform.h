// What Swift cannot say itself: the CPU's features, and libc entry points that are macros or variadic.
#ifndef STRATA_CPLATFORM_H
#define STRATA_CPLATFORM_H

#include <stdbool.h>

#include "CMask.h"
#include "CPlatformMasks.h"
#include "CPoll.h"
#include "CText.h"
#include "CUnpack.h"

/// Whether this CPU has what `Kernels` was compiled for on x86-64 (x86-64-v3: AVX2, FMA, BMI2, LZCNT, F16C).
/// True on every other architecture.
static inline bool strata_cpu_has_x86_64_v3(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
#else
  return true;
#endif
}

/// Processors in this process's affinity mask, or online where there is no such thing; at least 1.
int strata_usable_processor_count(void);

/// Asks the kernel to start writing a file's dirty pages to the disk, without waiting and without a promise:
/// a later fsync gives that, and is shorter. Does nothing where there is no such call.
void strata_start_write_back(int descriptor);

#endif
