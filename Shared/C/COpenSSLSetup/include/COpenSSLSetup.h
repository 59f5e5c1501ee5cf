// How OpenSSL is set up in every program of ours: by what happens when the program is loaded, so there is nothing to call.
#pragma once
