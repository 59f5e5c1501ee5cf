"""The client's part of `peer.py`: a script of calls; `peer_misuse.py` has what no client should do.

Each step is one function; the server is expected to serve the methods as `Tests/ConformanceTests`
does. What is expected is what PROTOCOL.md says.
"""

import json
import socket

import lbp
from check_vectors import KINDS
from lbp import Peer, Reader

METHODS = {(service["name"], method["name"]): (service["id"], method)
           for service in lbp.REGISTRY["services"] for method in service["methods"]}

KEY, HOLD = bytes(range(1, 17)).hex(), f"{2:032x}"
BOOKING = "019e704d5b0171abae84c8f00822e8e7"


class Client:
    """Where the server is, and how to reach it as one of its callers."""

    def __init__(self, host, port, authority, report):
        self.address, self.report = (host, port), report
        self.context = lbp.secure("client", authority) if authority else None

    def peer(self, caller="gateway", **hello):
        """A new connection whose token names the caller."""
        return lbp.connect(*self.address, self.context, token=caller.encode(), **hello)

    def dial(self):
        """A connected socket."""
        sock = socket.create_connection(self.address, timeout=20)
        context = self.context
        return context.wrap_socket(sock, server_hostname=self.address[0]) if context else sock

    def open(self, peer, name, values=None, body=None, **block):
        """Opens a call of a registry method, with values or bytes as its first message."""
        service, method = METHODS[tuple(name.split("."))]
        kind = KINDS.index(method["kind"])
        if body is None:
            body = lbp.encode(method["request"], values) if values is not None else b""
        block.setdefault("idempotencyKey", KEY if method["mutating"] else lbp.ZERO)
        return peer.open(service, method["id"], kind, body, **block)

    def answer(self, peer, name):
        """The next event: a message's values where it is DATA, else the frame."""
        frame = peer.next()
        if frame is None or frame["type"] != "DATA" or not frame["body"]:
            return frame
        peer.consumed(frame["stream"], len(frame["body"]))
        method = METHODS[tuple(name.split("."))][1]
        return Reader(frame["body"]).message(method["response"])

    def status(self, step, peer, code, not_processed=False):
        """Expects STATUS next."""
        frame = peer.next() or {}
        got = (frame.get("type"), frame.get("code"), frame.get("flags"))
        self.report.expect(step, got, ("STATUS", code, lbp.NOT_PROCESSED * not_processed))

    def alive(self, step, peer):
        """Expects that the connection still answers."""
        peer.send("PING", opaque=b"still up".hex())
        frame = peer.next()
        self.report.expect(step, frame and frame.get("opaque"), b"still up".hex())
        peer.socket.close()


class OneByOne:
    """A socket that sends each byte by itself."""

    def __init__(self, sock):
        self.sock, self.close = sock, sock.close

    def sendall(self, data):
        """Sends one byte after the other."""
        for byte in data:
            self.sock.sendall(bytes([byte]))


def unary(client):
    """One request, one answer; two at once; a call byte by byte; one right behind HELLO."""
    peer = client.peer()
    client.open(peer, "dispatch.getBooking", {"booking": BOOKING})
    got = client.answer(peer, "dispatch.getBooking")
    client.report.expect("unary", (got["booking"], got["note"]), (BOOKING, "Zürich 漢 🚕"))
    streams = [client.open(peer, "dispatch.getBooking", {"booking": f"{n:032x}"}) for n in (1, 2)]
    got = sorted(client.answer(peer, "dispatch.getBooking")["booking"] for _ in streams)
    client.report.expect("two at once", got, [f"{n:032x}" for n in (1, 2)])
    peer.socket = OneByOne(peer.socket)
    client.open(peer, "dispatch.getBooking", {"booking": BOOKING})
    got = client.answer(peer, "dispatch.getBooking")
    client.report.expect("byte by byte", got["booking"], BOOKING)
    client.alive("unary, then PING", peer)
    peer = Peer("client", client.dial(), token=b"gateway")
    client.open(peer, "dispatch.getBooking", {"booking": BOOKING})
    got = client.answer(peer, "dispatch.getBooking")
    client.report.expect("OPEN behind HELLO", got["booking"], BOOKING)
    peer.socket.close()


def server_stream(client):
    """Answers in order, held at the credit that was given, going on with more."""
    peer, step = client.peer(), "server stream"
    request = {"booking": BOOKING, "afterSequence": 20}
    stream = client.open(peer, "dispatch.watchBooking", request, credit=1000, timeout=lbp.FOREVER)
    peer.calls[stream].first_credit = 0
    frames = [peer.next()]
    held = 1000 // len(frames[0]["body"])
    frames += [peer.next() for _ in range(held - 1)]
    peer.send("PING", opaque=b"barrier.".hex())
    client.report.expect(step + ", held", peer.next()["type"], "PONG")
    peer.calls[stream].receive_credit += 65536
    peer.send("CREDIT", stream, bytes=65536)
    updates = [Reader(frame["body"]).message("BookingUpdate") for frame in frames]
    while True:
        frame = peer.next()
        if frame["body"]:
            updates.append(Reader(frame["body"]).message("BookingUpdate"))
        if frame["flags"] & lbp.END:
            break
    got = [update["sequence"] for update in updates]
    client.report.expect(step, got, list(range(1, 21)))
    client.alive(step + ", then PING", peer)


def client_stream(client):
    """More than the stream's credit in all: the server has to grant; one answer at the end."""
    peer = client.peer()
    points = [{"latitudeE7": 516123456 + n, "longitudeE7": -1234567} for n in range(4000)]
    chunk = {"zone": BOOKING, "zoneName": "Mitte", "points": points}
    body = lbp.encode("ZoneChunk", chunk)
    stream = client.open(peer, "ingest.putZones", timeout=30000)
    for _ in range(10):
        peer.send("DATA", stream, body=body)
    peer.send("DATA", stream, lbp.END)
    got = client.answer(peer, "ingest.putZones")
    client.report.expect("client stream", got.get("zoneCount"), 10)
    client.alive("client stream, then PING", peer)


def both(client):
    """An acknowledgement for each batch, and the end after ours."""
    peer, name, got = client.peer("driver"), "ingest.streamLocations", []
    stream = client.open(peer, name, timeout=lbp.FOREVER, credit=65536)
    record = {"driverReference": 0, "latitudeE7": 1, "longitudeE7": 2, "status": 1}
    for sequence in range(1, 6):
        batch = {"baseTimeMilliseconds": 1780000000000,
                 "records": [record | {"sequence": sequence * 10 + n} for n in range(3)]}
        peer.send("DATA", stream, body=lbp.encode("LocationBatch", batch))
        got.append(client.answer(peer, name)["sequence"])
    client.report.expect("both", got, [12, 22, 32, 42, 52])
    peer.send("DATA", stream, lbp.END)
    frame = peer.next()
    client.report.expect("both, end", (frame["type"], frame["flags"], frame["body"]),
                         ("DATA", lbp.END, b""))
    client.alive("both, then PING", peer)


def cancel(client):
    """The server's last frame comes, and the late ones of a closed call are passed over."""
    peer, request = client.peer(), {"booking": BOOKING, "afterSequence": 0}
    stream = client.open(peer, "dispatch.watchBooking", request, credit=100000, timeout=lbp.FOREVER)
    client.answer(peer, "dispatch.watchBooking")
    peer.send("CANCEL", stream, code=1)
    frame = peer.next()
    while frame["type"] == "DATA":
        frame = peer.next()
    client.report.expect("cancel", (frame["type"], frame["code"]), ("STATUS", 1))
    for name, fields in (("CANCEL", {"code": 1}), ("CREDIT", {"bytes": 50000}),
                         ("DATA", {"body": b"late"})):
        peer.send(name, stream, **fields)
    client.alive("late frames, then PING", peer)


def deadline(client):
    """STATUS 4 when the time left is up."""
    peer = client.peer()
    values = {"booking": BOOKING, "actor": 1, "reason": 1}
    client.open(peer, "dispatch.cancelBooking", values, timeout=2000)
    client.status("deadline", peer, 4)
    client.alive("deadline, then PING", peer)


def refusals(client):
    """Calls that are refused, one after the other, on one connection that goes on."""
    peer, quote = client.peer(), bytes.fromhex("10000000406bc31e7929edff4096c41ee029ecff")
    none = lbp.ZERO
    client.open(peer, "dispatch.getBooking", body=b"\x10\0\0\0")
    client.status("a message cut off", peer, 3, True)
    client.open(peer, "dispatch.getBooking", body=b"")
    client.status("no message", peer, 3, True)
    peer.open(3, 999, lbp.UNARY)
    client.status("an unknown method", peer, 12, True)
    peer.open(999, 1, lbp.UNARY)
    client.status("an unknown service", peer, 12, True)
    peer.open(3, 1, lbp.SERVER_STREAM, quote)
    client.status("another kind", peer, 3, True)
    client.open(peer, "dispatch.cancelBooking", {"booking": BOOKING}, idempotencyKey=none)
    client.status("no idempotency key", peer, 3, True)
    client.open(peer, "dispatch.answerOffer", {"offer": BOOKING})
    client.status("a caller that may not", peer, 7, True)
    client.open(peer, "dispatch.getBooking", {"booking": BOOKING}, timeout=1)
    client.status("less time than the floor", peer, 4, True)
    stream = peer.last_stream = peer.last_stream + 2
    peer.calls[stream] = None
    vectors = load("WireFormat")["frames"]["accepted"]
    frame = next(Reader(bytes.fromhex(vector["hex"])).frame() for vector in vectors
                 if "unknown critical extension" in vector["name"])
    extension = bytes.fromhex("00 80 00 00")
    block = lbp.write_fields(lbp.FRAMES[0x10]["fields"], frame)
    header = lbp.struct.pack("<IBBHI", 68, 0x10, lbp.END, 4, stream)
    payload = block + extension
    checksum = lbp.struct.pack("<I", lbp.crc32c(header + payload))
    peer.socket.sendall(header + checksum + payload)
    client.status("an unknown critical extension", peer, 12, True)
    client.alive("refusals, then PING", peer)


def surplus(client):
    """The call beyond the agreed number of open ones is refused unprocessed; others go on."""
    peer, request = client.peer(streams=10), {"booking": BOOKING}
    for _ in range(10):
        client.open(peer, "dispatch.watchBooking", request, credit=1, timeout=lbp.FOREVER)
    client.open(peer, "dispatch.getBooking", {"booking": BOOKING})
    client.status("a call too many", peer, 8, True)
    client.alive("a call too many, then PING", peer)


def small_frames(client):
    """Numbers are the smaller of both sides': the server keeps to a small client's."""
    small = {"maximumPayload": 16384, "streamCredit": 16384, "connectionCredit": 16384}
    peer = client.peer(**small)
    request, got = {"booking": BOOKING, "afterSequence": 400}, 0
    client.open(peer, "dispatch.watchBooking", request, credit=16384, timeout=lbp.FOREVER)
    while True:
        frame = peer.next()
        peer.consumed(frame["stream"], len(frame["body"]))
        got += bool(frame["body"])
        if frame["flags"] & lbp.END:
            break
    client.report.expect("small accounts", got, 400)
    client.alive("small accounts, then PING", peer)


def tokens(client):
    """A token that is refused, in HELLO and in AUTH; one that is renewed."""
    for step, token, reason in (("renewed", b"gateway", None), ("refused", b"nobody", 9)):
        peer = client.peer()
        peer.send("AUTH", token=token)
        peer.send("PING", opaque=b"barrier.".hex())
        try:
            got = peer.next()["type"]
        except lbp.WireError as error:
            got = (str(error), peer.ended_by)
        client.report.expect(f"token {step}", got, "PONG" if reason is None else
                             ("endedByPeer", reason))
        peer.socket.close()
    try:
        client.peer("nobody")
        got = None
    except lbp.WireError as error:
        got = str(error)
    client.report.expect("token refused in HELLO", got, "endedByPeer")


def currencies(client):
    """Which currencies a message may name: ours and the server's list are one."""
    peer, name = client.peer(), "payments.ledgerSummary"
    for code in [*range(1100), 65535]:
        client.open(peer, name, body=lbp.struct.pack("<HHH", 2, 0, code))
        accepted = peer.next()["type"] == "DATA"
        client.report.expect(f"currency {code} accepted", accepted, code in lbp.CURRENCIES)
    peer.socket.close()


def refused_messages(client):
    """Each refused message as a request: STATUS 3, and the connection goes on."""
    methods = {"QuoteRequest": ("dispatch.quote", "gateway"),
               "OfferAnswer": ("dispatch.answerOffer", "ingest"),
               "ApplyRosterRequest": ("dispatch.applyRoster", "gateway"),
               "CaptureRequest": ("payments.capture", "dispatch")}
    for vector in load("Messages"):
        if "error" in vector and vector["message"] in methods:
            name, caller = methods[vector["message"]]
            peer = client.peer(caller)
            client.open(peer, name, body=bytes.fromhex(vector["hex"]))
            client.status(f"{vector['message']} {vector['case']}", peer, 3, True)
            client.alive(f"{vector['message']} {vector['case']}, then PING", peer)


def load(module):
    """The vectors of WireFormat or Messages."""
    with open(lbp.SHARED / module / "vectors.json", encoding="utf-8") as file:
        return json.load(file)


STEPS = (unary, server_stream, client_stream, both, cancel, deadline, refusals, surplus,
         small_frames, tokens, currencies, refused_messages)
