"""The server's parts of `peer.py`: one that serves calls, one that misbehaves as the vectors say.

The caller's side of both is `Tests/ConformanceTests/CallClientTests.swift`.
"""

import json
import socket
import threading

import lbp
from check_vectors import Report, frame_size, goaways
from lbp import Peer
from peer_client import METHODS


def listen():
    """A listening socket on a free port of the loopback address, which is printed."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(60)
    print(f"port {listener.getsockname()[1]}")
    return listener


class Service:
    """Serves the calls of one connection."""

    def __init__(self, peer):
        self.peer, self.received = peer, {}
        self.is_leaving = False

    def run(self):
        """Until the client closes, or the last call before a GOAWAY has ended."""
        while frame := self.peer.next():
            if frame["type"] in ("OPEN", "DATA", "CANCEL"):
                getattr(self, "on_" + frame["type"].lower())(frame)
            if self.is_leaving and len(self.peer.calls) == 1:
                return

    def on_open(self, frame):
        """Finds the method, and hands it the first message."""
        for (service, name), (number, method) in METHODS.items():
            if (number, method["id"]) == (frame["service"], frame["method"]):
                self.received[frame["stream"]] = (name, method, [])
        self.on_data(frame)

    def on_data(self, frame):
        """Hands a message to its method."""
        stream, body = frame["stream"], frame["body"]
        name, method, received = self.received[stream]
        if body:
            received.append(lbp.Reader(body).message(method["request"]))
        self.peer.consumed(stream, len(body))
        getattr(self, name)(stream, received, bool(frame["flags"] & lbp.END))

    def on_cancel(self, frame):
        """Ends what was given up."""
        self.peer.send("STATUS", frame["stream"], code=1, text="as you wish")

    def send(self, stream, name, values, end=False):
        """Sends a message when there is room for it."""
        self.peer.send("DATA", stream, lbp.END * end, body=lbp.encode(name, values))

    def getBooking(self, stream, received, end):
        """The booking with its id; NOT_FOUND for id 4, and GOAWAY of an old connection for id 5."""
        booking = received[0]["booking"]
        if booking == f"{4:032x}":
            self.peer.send("STATUS", stream, code=5, text="no such booking", subCode=1,
                           retryAfter=250)
            return
        if booking == f"{5:032x}":
            self.peer.send("GOAWAY", lastAccepted=stream, reason=2, drain=10000)
            self.is_leaving = True
        values = {"booking": booking, "note": "Zürich 漢 🚕"}
        self.send(stream, "BookingSnapshot", values, end=True)

    def watchBooking(self, stream, received, end):
        """As many updates as asked for; without end for 0."""
        count = received[0]["afterSequence"]
        for sequence in range(1, (count or 1) + 1):
            self.send(stream, "BookingUpdate", {"sequence": sequence})
        if count:
            self.peer.send("DATA", stream, lbp.END)

    def putZones(self, stream, received, end):
        """The number of chunks."""
        if end:
            self.send(stream, "PutZonesReply", {"zoneCount": len(received)}, end=True)

    def streamLocations(self, stream, received, end):
        """An acknowledgement of each batch."""
        if end:
            self.peer.send("DATA", stream, lbp.END)
        elif received:
            last = received[-1]["records"][-1]
            self.send(stream, "LocationAck", {"sequence": last["sequence"]})

    def createBooking(self, stream, received, end):
        """Never answers."""


def serve(certificate=None, key=None):
    """Serves every connection until the program is ended."""
    context = lbp.secure("server", None, certificate, key) if certificate else None
    listener = listen()
    while True:
        try:
            sock, _ = listener.accept()
        except TimeoutError:
            return True
        threading.Thread(target=serve_one, args=(sock, context), daemon=True).start()


def serve_one(sock, context):
    """One connection; how it ended is printed."""
    try:
        if context:
            sock = context.wrap_socket(sock, server_side=True)
        peer = Peer("server", sock)
        Service(peer).run()
        print(f"closed, {len(peer.calls) - 1} calls open")
    except (OSError, lbp.WireError) as error:
        print(f"closed by {error}")
    finally:
        sock.close()


def misbehave():
    """Each client session of the vectors on a connection of its own."""
    with open(lbp.SHARED / "WireFormat" / "vectors.json", encoding="utf-8") as file:
        vectors = json.load(file)["sessions"]
    report, listener = Report(), listen()
    for vector in vectors:
        if vector["receiver"] == "client":
            print(f"next {vector.get('calls', 'none')} {vector['name']}")
            sock, _ = listener.accept()
            with sock:
                sock.settimeout(20)
                judge(report, vector, sock)
    print(f"{report.passed} passed, {report.failed} failed")
    return report.failed == 0


def judge(report, vector, sock):
    """Sends one vector, and compares what comes back until the client closes."""
    hello = b""
    while len(hello) < 24 or not complete(hello[8:]):
        hello += sock.recv(65536)
    sock.sendall(bytes.fromhex(vector.get("handshake", "")))
    received = b""
    while "calls" in vector and not complete(received):
        received += sock.recv(65536)
    sock.sendall(b"".join(bytes.fromhex(part) * count for part, count in vector["receives"]))
    try:
        while part := sock.recv(65536):
            received += part
    except ConnectionResetError:
        pass
    wanted = [vector["goAway"]] if vector["goAway"] else []
    report.expect(vector["name"], list(goaways(received)), wanted)


def complete(received):
    """Whether the first frame is there."""
    return len(received) >= max(20, frame_size(received))
