"""Speaks LBP/1 with the running programs of an installation, as a stranger who has only its keys.

    programs.py client SETTINGS     calls each of the five under mutual TLS, and drives as a phone
    programs.py billing SETTINGS    takes billing's place: prints `serving`, then `usage BOOKING` for
                                    each trip that dispatch reports, until it is ended

SETTINGS is JSON: `keys` (a folder), `calls` (ports by service), `drivers` (a port), `environment`,
`tenant`, `token`, `driver`, `vehicle`, `latitudeE7`, `longitudeE7`. The first prints a line for each
step that failed, then `N passed, M failed`.
"""

import json
import signal
import socket
import sys
import threading
import time

import lbp
from check_vectors import KINDS, Report
from peer_client import METHODS

SERVICES = ("gateway", "ingest", "dispatch", "payments", "billing")


class Stranger:
    """Calls the programs of an installation in the name of those whose keys lie there."""

    def __init__(self, settings, report):
        self.settings, self.report, self.keys = settings, report, settings["keys"]
        self.count = time.time_ns()

    def secure(self, role, own=None):
        """TLS as `own`, or as a phone, which has no certificate."""
        chain = (f"{self.keys}/{own}.crt", f"{self.keys}/{own}.key") if own else ()
        return lbp.secure(role, f"{self.keys}/authority.crt", *chain)

    def peer(self, service, own):
        """A connection to a service's port for calls, as another service."""
        port, environment = self.settings["calls"][service], self.settings["environment"]
        return lbp.connect("127.0.0.1", port, self.secure("client", own), service,
                           environment=environment)

    def open(self, peer, name, values=None, **block):
        """Opens a call with values as its first message, under a new key where it needs one."""
        service, method = METHODS[tuple(name.split("."))]
        body = lbp.encode(method["request"], values) if values is not None else b""
        if method["mutating"]:
            self.count += 1
            block.setdefault("idempotencyKey", f"{self.count:032x}")
        return peer.open(service, method["id"], KINDS.index(method["kind"]), body, **block)

    def next(self, peer, name):
        """The values of the next answer; a status as it is, an end without a message as nothing."""
        frame = peer.next() or {}
        if frame.get("type") != "DATA" or not frame["body"]:
            return None if frame.get("type") == "DATA" else frame
        peer.consumed(frame["stream"], len(frame["body"]))
        return lbp.Reader(frame["body"]).message(METHODS[tuple(name.split("."))][1]["response"])

    def call(self, own, name, values, via=None, **block):
        """One call on a connection of its own, and its answer."""
        peer = self.peer(via or name.split(".")[0], own)
        self.open(peer, name, values, **block)
        answer = self.next(peer, name)
        peer.socket.close()
        return answer


def control(stranger):
    """Each of the five says who it is and echoes."""
    for number, service in enumerate(SERVICES, 1):
        status = stranger.call("operator", "control.status", {}, via=service)
        got = (status.get("service"), status.get("isReady"))
        stranger.report.expect(f"status of {service}", got, (number, True))
        values = {"number": 2**63 + number, "payload": "00ff" * 1000}
        echo = stranger.call("billing", "control.echo", values, via=service)
        stranger.report.expect(f"echo of {service}", echo, values)


def unary(stranger):
    """A method of its own of each of the four that have one, and what each refuses."""
    tenant = {"tenant": stranger.settings["tenant"]}
    place = {"positionLatitudeE7": stranger.settings["latitudeE7"],
             "positionLongitudeE7": stranger.settings["longitudeE7"], "purpose": 1}
    reply = stranger.call("gateway", "ingest.coversPoint", place, **tenant)
    stranger.report.expect("coversPoint inside", reply.get("isCovered"), True)
    reply = stranger.call("dispatch", "ingest.coversPoint",
                          place | {"positionLatitudeE7": 0}, **tenant)
    stranger.report.expect("coversPoint outside", reply.get("isCovered"), False)
    unknown = {"payment": f"{1:032x}"}
    reply = stranger.call("dispatch", "payments.getPayment", unknown, **tenant)
    stranger.report.expect("an unknown payment", (reply.get("type"), reply.get("code")),
                           ("STATUS", 5))
    usage = {"trip": f"{1:032x}", "booking": f"{2:032x}", "fareMinorUnits": 100, "currency": 978,
             "completedAt": time.time_ns() // 1000, "vehicleClass": 1}
    key = {"idempotencyKey": f"{usage['completedAt']:032x}"}
    for step in ("usage of a trip", "the same under its key"):
        reply = stranger.call("dispatch", "billing.recordTripUsage", usage, **tenant, **key)
        stranger.report.expect(step, reply, {})
    other = usage | {"fareMinorUnits": 200}
    reply = stranger.call("dispatch", "billing.recordTripUsage", other, **tenant, **key)
    stranger.report.expect("another under its key", reply.get("type"), "STATUS")
    reply = stranger.call("gateway", "dispatch.getBooking", {"booking": f"{1:032x}"}, **tenant)
    got = (reply.get("code"), reply.get("flags"))
    stranger.report.expect("a booking on nobody's word", got, (16, lbp.NOT_PROCESSED))
    reply = stranger.call("payments", "dispatch.applyRoster", {}, **tenant)
    got = (reply.get("code"), reply.get("flags"))
    stranger.report.expect("a caller that may not", got, (7, lbp.NOT_PROCESSED))
    reply = stranger.call("gateway", "dispatch.status", {}, **tenant)
    stranger.report.expect("dispatch's figures", "type" in reply, False)


def shifts(stranger, driver_is_on_duty):
    """Dispatch's stream of shifts, to the end of its snapshot."""
    peer, name, open_drivers = stranger.peer("dispatch", "ingest"), "dispatch.watchShifts", set()
    stranger.open(peer, name, {}, timeout=lbp.FOREVER, credit=65536)
    while (event := stranger.next(peer, name)) and event.get("kind") == 1:
        if event["state"] == 1:
            open_drivers.add(event["driver"])
    stranger.report.expect("the snapshot of shifts ends", event and event.get("kind"), 2)
    got = stranger.settings["driver"] in open_drivers
    stranger.report.expect("on duty, says dispatch", got, driver_is_on_duty)
    peer.socket.close()


def phone(stranger):
    """A driver goes on duty with his signed token, sends fixes and goes home."""
    settings = stranger.settings
    peer = lbp.connect("127.0.0.1", settings["drivers"], stranger.secure("client"), "localhost",
                       environment=settings["environment"], token=settings["token"])
    now = time.time_ns() // 1000
    shift = {"shift": f"{now:032x}", "driver": settings["driver"], "vehicle": settings["vehicle"],
             "at": now, "positionLatitudeE7": settings["latitudeE7"],
             "positionLongitudeE7": settings["longitudeE7"], "positionAt": now, "isOnDuty": True}
    stranger.open(peer, "ingest.driverSetShift", shift)
    reply = stranger.next(peer, "ingest.driverSetShift")
    stranger.report.expect("the shift is open", reply.get("shift"), shift["shift"])
    shifts(stranger, True)
    name, record = "ingest.streamLocations", {"status": 1, "headingHundredthsOfDegree": 65535,
                                              "latitudeE7": settings["latitudeE7"],
                                              "longitudeE7": settings["longitudeE7"]}
    stream = stranger.open(peer, name, timeout=lbp.FOREVER, credit=65536)
    acknowledgement = stranger.next(peer, name)
    stranger.report.expect("nothing acknowledged yet", acknowledgement.get("sequence"), 0)
    batch = {"baseTimeMilliseconds": now // 1000,
             "records": [record | {"sequence": number, "offsetMilliseconds": number}
                         for number in range(1, 6)]}
    peer.send("DATA", stream, lbp.END, body=lbp.encode("LocationBatch", batch))
    while more := stranger.next(peer, name):
        acknowledgement = more
    got = (acknowledgement.get("sequence"), acknowledgement.get("refusedCount"))
    stranger.report.expect("five fixes acknowledged, none refused", got, (5, 0))
    fix = stranger.call("gateway", "ingest.getLastFix", {"driver": settings["driver"]},
                        tenant=settings["tenant"])
    got = (fix.get("positionLatitudeE7"), fix.get("positionLongitudeE7"))
    stranger.report.expect("the last fix", got, (settings["latitudeE7"], settings["longitudeE7"]))
    stranger.open(peer, "ingest.driverSetShift", shift | {"isOnDuty": False})
    reply = stranger.next(peer, "ingest.driverSetShift")
    stranger.report.expect("the shift is closed", reply.get("closedAt", 0) > 0, True)
    shifts(stranger, False)
    peer.socket.close()


def serve(stranger):
    """Billing's place, until the program is ended."""
    listener = socket.create_server(("127.0.0.1", stranger.settings["calls"]["billing"]))
    context = stranger.secure("server", "billing")
    print("serving")
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=serve_one, args=(stranger, context, sock), daemon=True).start()


def serve_one(stranger, context, sock):
    """One connection: trips are counted, all else is not served here."""
    number, method = METHODS["billing", "recordTripUsage"]
    try:
        sock = context.wrap_socket(sock, server_side=True)
        peer = lbp.Peer("server", sock, environment=stranger.settings["environment"])
        while frame := peer.next():
            if frame["type"] != "OPEN":
                continue
            peer.consumed(frame["stream"], len(frame["body"]))
            if (frame["service"], frame["method"]) != (number, method["id"]):
                peer.send("STATUS", frame["stream"], lbp.NOT_PROCESSED, code=12)
                continue
            usage = lbp.Reader(frame["body"]).message("TripUsageReport")
            print(f"usage {usage['booking']} {usage['fareMinorUnits']}")
            peer.send("DATA", frame["stream"], lbp.END, body=lbp.encode("Acknowledgement", {}))
    except (OSError, lbp.WireError) as error:
        print(f"closed by {error}")


def main(arguments):
    """The exit code."""
    # Who starts us may block signals on its threads; we must still end by SIGTERM.
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    report = Report()
    stranger = Stranger(json.loads(arguments[1]), report)
    if arguments[0] == "billing":
        serve(stranger)
    for step in (control, unary, phone):
        try:
            step(stranger)
        except Exception as error:  # Whatever it is, the other steps still run.
            report.expect(step.__name__, f"{type(error).__name__}: {error}", "no error")
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
