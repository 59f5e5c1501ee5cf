"""What no client should do: each refused frame and session of the vectors, and what floods.

Each is sent on a connection of its own; expected is the published GOAWAY, and the end.
"""

import socket

import lbp
from check_vectors import frame_size, goaways
from peer_client import BOOKING, HOLD, load


def greeting(**hello):
    """Preface and HELLO of a client."""
    hello = {"type": "HELLO", "agent": "py-ref/1", "environment": 7} | hello
    return lbp.PREFACE + lbp.write_frame(hello)


def reason(error):
    """The reason of the GOAWAY that an error is answered with; None where there is none."""
    return lbp.TABLES["reasons"].get(error, 3)


def refused_frames(client):
    """Each refused frame on a connection of its own: the published GOAWAY, and the end."""
    hello = greeting(token=b"gateway")
    vectors = load("WireFormat")
    for vector in vectors["frames"]["refused"]:
        data, error = bytes.fromhex(vector["hex"]), vector["error"]
        if len(data) < 16 + int.from_bytes(data[:4], "little") and error == "truncated":
            continue
        opening = hello[:8] if vector["name"].startswith("HELLO with ") else hello
        got = reaction(client, opening, data)
        wanted = {"lastAccepted": 0, "reason": reason(error)}
        # A connection takes extensions of 2,048 bytes; a frame alone is judged with more.
        if vector["name"] == "OPEN with a caller token of 2,049 bytes":
            wanted["reason"] = 11
        client.report.expect(f"frame: {vector['name']}", got, [wanted])
    for vector in vectors["prefaces"]["refused"]:
        data, error = bytes.fromhex(vector["hex"]), vector["error"]
        if error == "truncated":
            continue
        got = reaction(client, b"", data)
        wanted = [{"lastAccepted": 0, "reason": reason(error)}] if reason(error) else []
        client.report.expect(f"preface: {vector['name']}", got, wanted)


def floods(client):
    """Control frames, small grants and cancels: the last that is allowed, and one more."""
    hello = greeting(token=b"gateway")
    frame = lbp.write_frame
    skipped = lbp.struct.pack("<IBBHI", 0, 0x90, 0, 0, 0)
    skipped += lbp.struct.pack("<I", lbp.crc32c(skipped))
    grant = frame({"type": "CREDIT", "bytes": 1})
    end = frame({"type": "GOAWAY", "lastAccepted": 0, "reason": 1, "drain": 0})
    for step, one, most in (("skipped frames", skipped, 1000), ("small grants", grant, 100)):
        got = reaction(client, hello, one * most + end)
        client.report.expect(f"{most} {step}", got, [])
        got = reaction(client, hello, one * (most + 1))
        client.report.expect(f"{most + 1} {step}", got, [{"lastAccepted": 0, "reason": 6}])
    for count, expected in ((100, None), (101, 7)):
        peer = client.peer()
        client.open(peer, "dispatch.createBooking", {"booking": BOOKING})
        for _ in range(count):
            peer.send("CANCEL", 1, code=1)
        peer.send("GOAWAY", reason=1)
        try:
            client.status(f"{count} cancels", peer, 1)
            peer.next()
        except lbp.WireError:
            pass
        client.report.expect(f"{count} cancels, GOAWAY", peer.ended_by, expected)
        peer.socket.close()


def farewell(client):
    """CREDIT for a call whose one answer needs none; then the client's own GOAWAY."""
    peer = client.peer()
    stream = client.open(peer, "dispatch.createBooking", {"booking": BOOKING})
    peer.send("CREDIT", stream, bytes=1)
    client.open(peer, "dispatch.getBooking", {"booking": BOOKING})
    got = client.answer(peer, "dispatch.getBooking")
    client.report.expect("CREDIT on a unary call", got["booking"], BOOKING)
    peer.send("CANCEL", stream, code=1)
    client.status("cancel of a unary call", peer, 1)
    peer.send("GOAWAY", reason=1)
    client.report.expect("the client's GOAWAY, then the end", peer.next(), None)


def cut_short(client):
    """A connection that ends inside preface, HELLO or frame: closed, and nothing is said."""
    if client.context:
        return  # Python ends one direction of TLS only together with the other.
    hello = greeting()
    for step, opening, data in (("preface", b"", hello[:4]), ("HELLO", b"", hello[:20]),
                                ("header", hello, hello[8:23]), ("payload", hello, hello[8:30])):
        client.report.expect(f"cut in {step}", reaction(client, opening, data, finish=True), [])


def sessions(client):
    """The server's session vectors, as far as they need no call that stays open."""
    for vector in load("WireFormat")["sessions"]:
        if vector["receiver"] != "server" or vector["error"] in ("dataAfterEnd", "creditExceeded"):
            continue
        data = b"".join(bytes.fromhex(part) * count for part, count in vector["receives"])
        got = reaction(client, bytes.fromhex(vector.get("handshake", "")), data)
        wanted = [vector["goAway"]] if vector["goAway"] else []
        client.report.expect(f"session: {vector['name']}", got, wanted)


def open_call_sessions(client):
    """What the sessions left out have in common, on a call that the server keeps open."""
    for step, frames, expected in (
        ("DATA after END", [(b"", 1), (b"more", 0)], 3),
        ("more than the stream's credit", [(bytes(60000), 0), (bytes(10000), 0)], 5),
        ("an answer's DATA on a unary call", None, 3),
    ):
        peer = client.peer(streamCredit=65536)
        if frames is None:
            stream = client.open(peer, "dispatch.createBooking", {"booking": BOOKING})
            frames = [(b"more", 0)]
        else:
            # The server's handler does not read under this key.
            stream = client.open(peer, "ingest.putZones", timeout=30000, idempotencyKey=HOLD)
        for body, flags in frames:
            data = {"type": "DATA", "stream": stream, "flags": flags, "body": body}
            peer.socket.sendall(lbp.write_frame(data))
        try:
            while peer.next():
                pass
            got = None
        except lbp.WireError as error:
            got = (str(error), peer.ended_by)
        client.report.expect(f"open call: {step}", got, ("endedByPeer", expected))
        peer.socket.close()


def reaction(client, opening, data, finish=False):
    """The GOAWAYs that answer `data` behind a handshake, when the server has closed."""
    sock, received = client.dial(), b""
    try:
        if len(opening) > 8:
            sock.sendall(opening)
            received = sock.recv(65536)
            size = frame_size(received)
            assert lbp.Reader(received[:size]).frame()["type"] == "HELLO_ACK"
            received, opening = received[size:], b""
        sock.sendall(opening + data)
        if finish:
            sock.shutdown(socket.SHUT_WR)
        while part := sock.recv(65536):
            received += part
    except ConnectionResetError:
        pass
    finally:
        sock.close()
    return list(goaways(received))


STEPS = (refused_frames, cut_short, floods, farewell, sessions, open_call_sessions)
