// libcurl for Swift: its headers, and fixed-argument forms of its variadic functions, which Swift cannot call.
#pragma once

#include <curl/curl.h>

/// curl_easy_setopt for options of type long.
static inline CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

/// curl_easy_setopt for options of type curl_off_t.
static inline CURLcode ccurl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

/// curl_easy_setopt for texts, which libcurl copies.
static inline CURLcode ccurl_set_text(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

/// curl_easy_setopt for pointers, which libcurl keeps.
static inline CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

/// curl_easy_setopt for the callbacks of reading, writing and headers, which have one type.
static inline CURLcode ccurl_set_data_function(CURL *easy, CURLoption option, curl_write_callback function) {
    return curl_easy_setopt(easy, option, function);
}

/// curl_easy_setopt for CURLOPT_OPENSOCKETFUNCTION.
static inline CURLcode ccurl_set_open_socket_function(CURL *easy, curl_opensocket_callback function) {
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, function);
}

/// curl_easy_getinfo for results of type long.
static inline CURLcode ccurl_get_long(CURL *easy, CURLINFO info, long *value) {
    return curl_easy_getinfo(easy, info, value);
}

/// curl_easy_getinfo for CURLINFO_PRIVATE.
static inline CURLcode ccurl_get_private(CURL *easy, void **value) {
    return curl_easy_getinfo(easy, CURLINFO_PRIVATE, value);
}

/// curl_multi_setopt for options of type long.
static inline CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

/// curl_multi_setopt for the socket callback and its context.
static inline CURLMcode ccurl_multi_set_socket_function(
    CURLM *multi,
    curl_socket_callback function,
    void *context
) {
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
    return curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, function);
}

/// curl_multi_setopt for the timer callback and its context.
static inline CURLMcode ccurl_multi_set_timer_function(
    CURLM *multi,
    curl_multi_timer_callback function,
    void *context
) {
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
    return curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, function);
}

/// The address inside, which goes on behind the declared end of its field for `addrlen` bytes.
static inline const void *ccurl_address_bytes(const struct curl_sockaddr *address) {
    return &address->addr;
}
