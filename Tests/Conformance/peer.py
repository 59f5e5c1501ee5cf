"""Speaks LBP/1 with another implementation.

    peer.py client HOST PORT [AUTHORITY]     runs a script of calls and misuse against a server
    peer.py server [CERTIFICATE KEY]         prints `port N` and serves calls until it is ended
    peer.py sessions                         prints `port N`, and `next KIND NAME` whenever the
                                             client shall connect and open a call of the kind

The first and the last print a line for each step that failed, then `N passed, M failed`.
"""

import signal
import sys

import peer_client
import peer_misuse
import peer_server
from check_vectors import Report


def run(host, port, authority):
    """All steps; gives whether all held."""
    report = Report()
    for step in peer_client.STEPS + peer_misuse.STEPS:
        try:
            step(peer_client.Client(host, port, authority, report))
        except Exception as error:  # Whatever it is, the other steps still run.
            report.expect(step.__name__, f"{type(error).__name__}: {error}", "no error")
    print(f"{report.passed} passed, {report.failed} failed")
    return report.failed == 0


def main(arguments):
    """The exit code."""
    # Who starts us may block signals on its threads; we must still end by SIGTERM.
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    match arguments:
        case ["client", host, port, *authority]:
            return 0 if run(host, int(port), *(authority or [None])) else 1
        case ["server", *files]:
            return 0 if peer_server.serve(*files) else 1
        case ["sessions"]:
            return 0 if peer_server.misbehave() else 1
        case _:
            print(__doc__)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
