// Byte classes of 64 bytes as bit masks: what Swift's SIMD types have no instruction for (movemask).
#ifndef STRATA_CPLATFORM_MASKS_H
#define STRATA_CPLATFORM_MASKS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX2__) || defined(__BMI2__)
#include <immintrin.h>
#endif

/// Bit i of each mask speaks of byte i.
typedef struct {
  uint64_t delimiter;
  uint64_t newline;
  uint64_t quote;
  /// Not 0 when any of the bytes is NUL; which one is not said.
  uint64_t nul;
} strata_byte_masks;

#if !defined(__AVX2__)
// Eight bytes at a time: the high bit of each byte that equals `b`, gathered by a multiplication.
static inline uint64_t strata_equal8(uint64_t word, uint8_t b) {
  uint64_t x = word ^ (0x0101010101010101ull * b);
  uint64_t zero = ~(((x & 0x7F7F7F7F7F7F7F7Full) + 0x7F7F7F7F7F7F7F7Full) | x | 0x7F7F7F7F7F7F7F7Full);
  return ((zero >> 7) * 0x0102040810204080ull) >> 56;
}
#endif

/// Masks of `bytes[0..<64]`.
static inline strata_byte_masks strata_masks64(const uint8_t *bytes, uint8_t delimiter, uint8_t newline,
                                               uint8_t other_newline) {
  strata_byte_masks masks;
#if defined(__AVX2__)
  __m256i low = _mm256_loadu_si256((const __m256i *)bytes);
  __m256i high = _mm256_loadu_si256((const __m256i *)(bytes + 32));
#define STRATA_MASK(a, b) \
  ((uint64_t)(uint32_t)_mm256_movemask_epi8(a) | ((uint64_t)(uint32_t)_mm256_movemask_epi8(b) << 32))
  __m256i wanted = _mm256_set1_epi8((char)delimiter);
  masks.delimiter = STRATA_MASK(_mm256_cmpeq_epi8(low, wanted), _mm256_cmpeq_epi8(high, wanted));
  wanted = _mm256_set1_epi8((char)newline);
  __m256i other = _mm256_set1_epi8((char)other_newline);
  masks.newline = STRATA_MASK(
      _mm256_or_si256(_mm256_cmpeq_epi8(low, wanted), _mm256_cmpeq_epi8(low, other)),
      _mm256_or_si256(_mm256_cmpeq_epi8(high, wanted), _mm256_cmpeq_epi8(high, other)));
  wanted = _mm256_set1_epi8('"');
  masks.quote = STRATA_MASK(_mm256_cmpeq_epi8(low, wanted), _mm256_cmpeq_epi8(high, wanted));
  __m256i least = _mm256_min_epu8(low, high);
  masks.nul = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(least, _mm256_setzero_si256()));
#undef STRATA_MASK
#else
  masks.delimiter = masks.newline = masks.quote = masks.nul = 0;
  for (int i = 0; i < 8; i++) {
    uint64_t word;
    memcpy(&word, bytes + 8 * i, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    masks.delimiter |= strata_equal8(word, delimiter) << (8 * i);
    masks.newline |= (strata_equal8(word, newline) | strata_equal8(word, other_newline)) << (8 * i);
    masks.quote |= strata_equal8(word, '"') << (8 * i);
    masks.nul |= strata_equal8(word, 0);
  }
#endif
  return masks;
}

/// Asks for the cache line at an address; never faults.
static inline void strata_prefetch(const void *address) { __builtin_prefetch(address); }

/// Whether `strata_extract_bits` is one instruction here.
static inline bool strata_extracts_bits_fast(void) {
#if defined(__BMI2__)
  return true;
#else
  return false;
#endif
}

/// The bits of `word` that `mask` chooses, moved together to the low end (PEXT).
static inline uint64_t strata_extract_bits(uint64_t word, uint64_t mask) {
#if defined(__BMI2__)
  return _pext_u64(word, mask);
#else
  uint64_t bits = 0;
  for (uint64_t place = 1; mask != 0; place += place, mask &= mask - 1)
    if (word & mask & (0 - mask)) bits |= place;
  return bits;
#endif
}

/// The low bits of `word` put where `mask` has ones (PDEP): undoes `strata_extract_bits`.
static inline uint64_t strata_deposit_bits(uint64_t word, uint64_t mask) {
#if defined(__BMI2__)
  return _pdep_u64(word, mask);
#else
  uint64_t bits = 0;
  for (; mask != 0; word >>= 1, mask &= mask - 1)
    if (word & 1) bits |= mask & (0 - mask);
  return bits;
#endif
}

#endif
