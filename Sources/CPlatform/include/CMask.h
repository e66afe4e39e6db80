// The one SIMD instruction that Swift's vectors cannot say: the sign bits of 32 bytes as a word.
#ifndef STRATA_CMASK_H
#define STRATA_CMASK_H

#include <stdint.h>

#if defined(__AVX2__)
typedef char strata_bytes32 __attribute__((ext_vector_type(32)));

/// Bit i is the top bit of byte i.
static inline uint32_t strata_sign_bits(strata_bytes32 bytes) {
  return (uint32_t)__builtin_ia32_pmovmskb256((char __attribute__((vector_size(32))))bytes);
}
#endif

#endif
