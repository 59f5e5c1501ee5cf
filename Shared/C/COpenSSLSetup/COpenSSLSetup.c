#include "COpenSSLSetup.h"

#include <openssl/crypto.h>

// Keeps OpenSSL usable to the last instruction. By default its first use registers a handler that exit(3) calls and that
// takes the library apart, while other threads go on: a loop in the middle of a handshake or of RAND_bytes then reads
// what was freed. Test processes ended by signal 11 now and then, after all tests had passed. The system takes the memory
// back anyway.
//
// Before main, because the choice is made by whichever use is the first, and that may be another library's (libpq).
__attribute__((constructor)) static void keep_openssl_usable(void) {
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
}
