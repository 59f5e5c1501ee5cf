// libcurl for Swift: its headers, and fixed-argument forms of its variadic functions, which Swift cannot call.
#pragma once

#include <curl/curl.h>
