// SQLite 3 for Swift.
#pragma once

#include <sqlite3.h>
