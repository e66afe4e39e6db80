// Bit-packed integers spread over vectors: bytes moved to their lanes and shifted by an amount a lane, which Swift's
// vectors cannot say.
#ifndef STRATA_CUNPACK_H
#define STRATA_CUNPACK_H

#include <stddef.h>
#include <stdint.h>

#if defined(__AVX2__)
#include <immintrin.h>

/// out[i] = base + multiplier · residual i, of 1 to 25 bits each, for 8 · groupCount residuals.
/// Reads up to 16 bytes from any residual's first.
static inline void strata_unpack32(const uint8_t *packed, unsigned width, uint32_t base, uint32_t multiplier,
                                   uint32_t *out, size_t groupCount) {
  // Eight residuals are `width` bytes: where each of them stands in these is the same in all groups.
  uint8_t places[32];
  uint32_t shifts[8];
  for (unsigned lane = 0; lane < 8; lane++) {
    unsigned first = lane < 4 ? 0 : 4 * width >> 3;
    unsigned byte = (lane * width >> 3) - first;
    for (unsigned i = 0; i < 4; i++) places[4 * lane + i] = (uint8_t)(byte + i);
    shifts[lane] = lane * width & 7;
  }
  __m256i order = _mm256_loadu_si256((const __m256i *)places);
  __m256i shift = _mm256_loadu_si256((const __m256i *)shifts);
  __m256i mask = _mm256_set1_epi32((int)((1u << width) - 1));
  __m256i bases = _mm256_set1_epi32((int)base);
  __m256i multipliers = _mm256_set1_epi32((int)multiplier);
  for (size_t group = 0; group < groupCount; group++) {
    const uint8_t *from = packed + group * width;
    __m256i bytes = _mm256_inserti128_si256(
        _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)from)),
        _mm_loadu_si128((const __m128i *)(from + (4 * width >> 3))), 1);
    __m256i lanes = _mm256_srlv_epi32(_mm256_shuffle_epi8(bytes, order), shift);
    __m256i values = _mm256_mullo_epi32(_mm256_and_si256(lanes, mask), multipliers);
    _mm256_storeu_si256((__m256i *)(out + 8 * group), _mm256_add_epi32(values, bases));
  }
}

/// The same for residuals of 1 to 32 bits and a multiplier below 2³², and sums of 64 bits.
static inline void strata_unpack64(const uint8_t *packed, unsigned width, uint64_t base, uint32_t multiplier,
                                   uint64_t *out, size_t groupCount) {
  uint8_t places[2][32];
  uint64_t shifts[2][4];
  unsigned starts[4];
  for (unsigned half = 0; half < 2; half++) {
    for (unsigned lane = 0; lane < 4; lane++) {
      unsigned pair = 2 * half + lane / 2;
      unsigned bit = (4 * half + lane) * width;
      if (lane % 2 == 0) starts[pair] = bit >> 3;
      for (unsigned i = 0; i < 8; i++) places[half][8 * lane + i] = (uint8_t)((bit >> 3) - starts[pair] + i);
      shifts[half][lane] = bit & 7;
    }
  }
  __m256i mask = _mm256_set1_epi64x((long long)((UINT64_C(1) << width) - 1));
  __m256i bases = _mm256_set1_epi64x((long long)base);
  __m256i multipliers = _mm256_set1_epi64x((long long)multiplier);
  for (size_t group = 0; group < groupCount; group++) {
    const uint8_t *from = packed + group * width;
    for (unsigned half = 0; half < 2; half++) {
      __m256i bytes = _mm256_inserti128_si256(
          _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(from + starts[2 * half]))),
          _mm_loadu_si128((const __m128i *)(from + starts[2 * half + 1])), 1);
      __m256i lanes = _mm256_srlv_epi64(
          _mm256_shuffle_epi8(bytes, _mm256_loadu_si256((const __m256i *)places[half])),
          _mm256_loadu_si256((const __m256i *)shifts[half]));
      __m256i values = _mm256_mul_epu32(_mm256_and_si256(lanes, mask), multipliers);
      _mm256_storeu_si256((__m256i *)(out + 8 * group + 4 * half), _mm256_add_epi64(values, bases));
    }
  }
}
#endif

#endif
