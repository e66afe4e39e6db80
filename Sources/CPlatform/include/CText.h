// Whether bytes need quoting: loops that Swift's vectors say badly (19 times slower) and C's compiler sees through.
#ifndef STRATA_CTEXT_H
#define STRATA_CTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Whether any of the bytes could ask for quotes in a CSV: a comma, a quote, a line end or a space.
static inline bool strata_holds_csv_specials(const uint8_t *bytes, size_t count) {
  uint8_t found = 0;
  for (size_t i = 0; i < count; i++) {
    uint8_t b = bytes[i];
    found |= (b == ',') | (b == '"') | (b == '\n') | (b == '\r') | (b == ' ');
  }
  return found != 0;
}

/// Whether any of the bytes needs an escape in JSON: a quote, a backslash or a control character.
static inline bool strata_holds_json_specials(const uint8_t *bytes, size_t count) {
  uint8_t found = 0;
  for (size_t i = 0; i < count; i++) {
    uint8_t b = bytes[i];
    found |= (b == '"') | (b == '\\') | (b < 0x20);
  }
  return found != 0;
}

#endif
