#include "CChecksum.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#include <string.h>

bool cchecksum_has_crc32c(void) { return __builtin_cpu_supports("sse4.2"); }

__attribute__((target("sse4.2")))
uint32_t cchecksum_crc32c(uint32_t crc, const void *bytes, size_t count) {
    const unsigned char *at = bytes;
    uint64_t state = (uint32_t)~crc;
    while (count >= 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        state = _mm_crc32_u64(state, word);
        at += 8;
        count -= 8;
    }
    while (count > 0) {
        state = _mm_crc32_u8((uint32_t)state, *at);
        at += 1;
        count -= 1;
    }
    return (uint32_t)~state;
}
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#include <string.h>

bool cchecksum_has_crc32c(void) { return true; }

uint32_t cchecksum_crc32c(uint32_t crc, const void *bytes, size_t count) {
    const unsigned char *at = bytes;
    uint32_t state = ~crc;
    while (count >= 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        state = __crc32cd(state, word);
        at += 8;
        count -= 8;
    }
    while (count > 0) {
        state = __crc32cb(state, *at);
        at += 1;
        count -= 1;
    }
    return ~state;
}
#else
bool cchecksum_has_crc32c(void) { return false; }
uint32_t cchecksum_crc32c(uint32_t crc, const void *bytes, size_t count) {
    (void)bytes;
    (void)count;
    return crc;
}
#endif
