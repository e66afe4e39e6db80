#ifndef STRATA_CXXHASH_H
#define STRATA_CXXHASH_H

#include <xxhash.h>

#if defined(__x86_64__) && defined(__has_include)
#if __has_include(<xxh_x86dispatch.h>)
// Names stay what they are: short strings are hashed faster without the choice.
#define XXH_DISPATCH_DISABLE_REPLACE
#include <xxh_x86dispatch.h>
#define STRATA_XXH3_DISPATCH 1
#endif
#endif

/// XXH3-64 of a block of bytes, by the widest vectors that this processor has (three times as fast as the SSE2 that
/// XXH3_64bits_withSeed was compiled for), where the library was built to choose.
static inline XXH64_hash_t strata_xxh3_of_block(const void *bytes, size_t count, XXH64_hash_t seed) {
#ifdef STRATA_XXH3_DISPATCH
  return XXH3_64bits_withSeed_dispatch(bytes, count, seed);
#else
  return XXH3_64bits_withSeed(bytes, count, seed);
#endif
}

#endif
