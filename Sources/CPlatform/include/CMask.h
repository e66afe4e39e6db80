// SIMD instructions that Swift's vectors cannot say: sign bits as a word, and loads from eight places.
#ifndef STRATA_CMASK_H
#define STRATA_CMASK_H

#include <stdint.h>

#if defined(__AVX2__)
#include <immintrin.h>

typedef char strata_bytes32 __attribute__((ext_vector_type(32)));

/// Bit i is the top bit of byte i.
static inline uint32_t strata_sign_bits(strata_bytes32 bytes) {
  return (uint32_t)__builtin_ia32_pmovmskb256((char __attribute__((vector_size(32))))bytes);
}

/// Bit i is !(limits[labels[i]] < values[i]), for eight i.
static inline uint32_t strata_expired8(const uint16_t *labels, const float *values, const float *limits) {
  __m256i places = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)labels));
  __m256 reached = _mm256_i32gather_ps(limits, places, 4);
  return (uint32_t)_mm256_movemask_ps(_mm256_cmp_ps(reached, _mm256_loadu_ps(values), _CMP_NLT_UQ));
}
#endif

#endif
