"""Speaks LBP/1 with another implementation.

    peer.py client HOST PORT [AUTHORITY]     runs a script of calls and misuse against a server
    peer.py server [CERTIFICATE KEY]         prints `port N`, serves, and misbehaves where asked to

The client prints one line for each step that failed, then `N passed, M failed`.
"""

import sys

import peer_client


def main(arguments):
    """The exit code."""
    match arguments:
        case ["client", host, port, *authority]:
            return 0 if peer_client.run(host, int(port), *authority or [None]) else 1
        case _:
            print(__doc__)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
