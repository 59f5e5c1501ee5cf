"""Runs every vector of LBP/1 against the reference peer, in both directions.

One line for each failure, then `N passed, M failed`; the exit code is 1 when one failed.
"""

import io
import json
import sys

import lbp
from lbp import Peer, Reader

KINDS = ("unary", "serverStream", "clientStream", "bidirectional")
# Keys whose values `vectors.json` writes as decimal strings.
DECIMAL = {"tenant", "features", "serverTime", "environment", "shardEpoch"}


class Report:
    """Counts what passed and prints what did not."""

    def __init__(self):
        self.passed = self.failed = 0

    def expect(self, name, got, wanted):
        """One check."""
        if got == wanted:
            self.passed += 1
        else:
            self.failed += 1
            print(f"{name}: {got!r} instead of {wanted!r}")


def outcome(action, *arguments):
    """What `action` returns, or the name of its error."""
    try:
        return action(*arguments)
    except lbp.WireError as error:
        return str(error)


def published(frame):
    """A frame as `decoded` has it; an error as it is."""
    if isinstance(frame, str):
        return frame
    return {key: value.hex() if isinstance(value, bytes)
            else str(value) if key in DECIMAL else value for key, value in frame.items()}


def from_published(decoded):
    """The frame that `decoded` describes."""
    octets = {"token", "body", "details", "callerToken"}
    return {key: bytes.fromhex(value) if key in octets
            else int(value) if key in DECIMAL else value for key, value in decoded.items()}


def check_prefaces(report, vectors):
    """Prefaces from bytes to versions and back."""
    for vector in vectors["accepted"]:
        data, decoded = bytes.fromhex(vector["hex"]), vector["decoded"]
        pair = (decoded["lowest"], decoded["highest"])
        report.expect(vector["name"], outcome(Reader(data).preface), pair)
        if pair == (1, 1):  # The only one that it writes.
            report.expect(vector["name"] + ", written", lbp.PREFACE, data)
    for vector in vectors["refused"]:
        got = outcome(Reader(bytes.fromhex(vector["hex"])).preface)
        report.expect(vector["name"], got, vector["error"])


def check_frames(report, vectors):
    """Frames from bytes to fields and back; all their truncations and flipped bits refused."""
    for vector in vectors["accepted"]:
        name, data = vector["name"], bytes.fromhex(vector["hex"])
        report.expect(name, published(outcome(Reader(data).frame)), vector["decoded"])
        if vector.get("reencodes", True):
            written = lbp.write_frame(from_published(vector["decoded"]))
            report.expect(name + ", written", written.hex(), vector["hex"])
        for size in range(len(data)):
            got = outcome(Reader(data[:size]).frame)
            report.expect(f"{name}, {size} bytes", got, "truncated")
        for bit in range(8 * len(data)):
            flipped = bytearray(data)
            flipped[bit // 8] ^= 1 << bit % 8
            refused = isinstance(outcome(Reader(bytes(flipped)).frame), str)
            report.expect(f"{name}, bit {bit} flipped, refused", refused, True)
    for vector in vectors["refused"]:
        got = outcome(Reader(bytes.fromhex(vector["hex"])).frame)
        report.expect(vector["name"], got, vector["error"])


class Wire:
    """A socket whose input is given before, and whose output is kept."""

    def __init__(self, data):
        self.data, self.output = data, b""

    def makefile(self, mode):
        """All of the input, and then the end."""
        return io.BytesIO(self.data)

    def sendall(self, data):
        """Keeps what is sent."""
        self.output += data


def session(vector):
    """The error of a connection that gets a session vector, and what it sends then."""
    handshake = bytes.fromhex(vector.get("handshake", ""))
    data = b"".join(bytes.fromhex(part) * count for part, count in vector["receives"])
    wire = Wire(handshake + data)
    peer = Peer(vector["receiver"], wire)
    while handshake and not peer.ready:
        peer.pump()
    if "calls" in vector:
        credit = 65536 if vector["calls"] == "serverStream" else 0
        peer.open(3, 1, KINDS.index(vector["calls"]), credit=credit)
    before = len(wire.output)
    return outcome(all, iter(peer.pump, False)), wire.output[before:]


def frame_size(data):
    """The bytes of the frame that `data` begins with."""
    return 16 + int.from_bytes(data[:4], "little")


def goaways(output):
    """The GOAWAY frames among what a connection sent."""
    output = output[8:] if output.startswith(lbp.MAGIC) else output
    while output:
        size = frame_size(output)
        frame = Reader(output).frame()
        if frame["type"] == "GOAWAY":
            yield {"lastAccepted": frame["lastAccepted"], "reason": frame["reason"]}
        output = output[size:]


def check_sessions(report, vectors):
    """What a receiver gets."""
    for vector in vectors:
        wanted = [vector["goAway"]] if vector["goAway"] else []
        error, output = session(vector)
        name = f"{vector['name']} ({vector['receiver']})"
        report.expect(name, error, vector["error"])
        report.expect(name + ", GOAWAY", list(goaways(output)), wanted)


def known(values):
    """Values without what a newer peer sent; an error as it is."""
    if isinstance(values, list):
        return [known(value) for value in values]
    if not isinstance(values, dict):
        return values
    newer = ("unknownBlock", "unknownTails")
    return {name: known(value) for name, value in values.items() if name not in newer}


def check_messages(report, vectors):
    """Messages and batches from bytes to values and back; truncations and more bytes refused."""
    for vector in vectors:
        kind, data = vector["message"], bytes.fromhex(vector["hex"])
        name = f"{kind} {vector['case']}"
        got = outcome(Reader(data).message, kind)
        if "error" in vector:
            report.expect(name, got, vector["error"])
            continue
        report.expect(name, known(got), vector["fields"])
        if vector.get("reencodes", True):
            report.expect(name + ", written", lbp.encode(kind, vector["fields"]), data)
        elif "unknownBlock" in got or "unknownTails" in got:
            report.expect(name + ", passed on", lbp.encode(kind, got).hex(), vector["hex"])
        for size in range(len(data)):
            short = outcome(Reader(data[:size]).message, kind)
            report.expect(f"{name}, {size} bytes, refused", isinstance(short, str), True)
        report.expect(name + ", a byte more", outcome(Reader(data + b"\0").message, kind),
                      "trailingByte")


def main():
    """All vectors of both files."""
    report = Report()
    with open(lbp.SHARED / "WireFormat" / "vectors.json", encoding="utf-8") as file:
        vectors = json.load(file)
    check_prefaces(report, vectors["prefaces"])
    check_frames(report, vectors["frames"])
    check_sessions(report, vectors["sessions"])
    with open(lbp.SHARED / "Messages" / "vectors.json", encoding="utf-8") as file:
        check_messages(report, json.load(file))
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
