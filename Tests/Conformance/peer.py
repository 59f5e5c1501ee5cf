"""Speaks LBP/1 with another implementation.

    peer.py client HOST PORT [AUTHORITY]     runs a script of calls and misuse against a server
    peer.py server [CERTIFICATE KEY]         prints `port N` and serves calls until it is ended
    peer.py sessions                         prints `port N`; before each connection `next KIND NAME`:
                                             the client shall connect, and open a call of the kind

The first and the last print a line for each step that failed, then `N passed, M failed`.
"""

import sys

import peer_client
import peer_server


def main(arguments):
    """The exit code."""
    match arguments:
        case ["client", host, port, *authority]:
            return 0 if peer_client.run(host, int(port), *authority or [None]) else 1
        case ["server", *files]:
            return 0 if peer_server.serve(*files) else 1
        case ["sessions"]:
            return 0 if peer_server.misbehave() else 1
        case _:
            print(__doc__)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
