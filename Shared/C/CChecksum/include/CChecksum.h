// CRC32C (Castagnoli) by the processor's own instruction.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Whether this processor has the instruction.
bool cchecksum_has_crc32c(void);

/// Continues `crc` (already inverted by the caller's convention: pass 0 first, then the last result).
/// Only to be called where `cchecksum_has_crc32c()` is true.
uint32_t cchecksum_crc32c(uint32_t crc, const void *bytes, size_t count);
