"""A peer of LBP/1 in both roles, made from PROTOCOL.md, frames.json and registry.json alone.

To be compared with the specification, not to be fast. Frames and messages are dictionaries with the
names of the vectors; byte strings of fixed width are hexadecimal digits, others bytes. A `Peer` has
the rules of one side of a connection: bytes go in by `receive`, those to send stand in `output`,
frames to act on in `events`. Of section 12 it knows the sizes and early PINGs; floods and silence
are for whoever runs it. With a socket, `next` waits for the next event.

    peer = connect("127.0.0.1", 7003, "authority.pem", token=token)    a client after its handshake
    peer = Peer("server", accepted)                                    a server
"""

import json
import pathlib
import re
import socket
import ssl
import struct
import time
import types

SHARED = pathlib.Path(__file__).resolve().parents[2] / "Shared"
PROTOCOL = (SHARED / "WireFormat" / "PROTOCOL.md").read_text("utf-8")
TABLES = json.loads((SHARED / "WireFormat" / "frames.json").read_text("utf-8"))
REGISTRY = json.loads((SHARED / "Messages" / "registry.json").read_text("utf-8"))
FRAMES = {frame["type"]: frame for frame in TABLES["frames"]}
NUMBERS = {frame["name"]: frame["type"] for frame in TABLES["frames"]}
DEFAULTS = {tag["name"]: tag["default"] for tag in FRAMES[1]["tags"] if "default" in tag}
SHAPES = {shape["name"]: shape for shape in REGISTRY["messages"] + REGISTRY["elements"]}
BATCHES = {batch["name"]: batch for batch in REGISTRY["batches"]}
METHODS = {(service["name"], method["name"]): (service["id"], method)
           for service in REGISTRY["services"] for method in service["methods"]}
CURRENCIES = {0, *map(int, re.search(r"\*\*Currencies.*?```(.*?)```", PROTOCOL, re.S)[1].split())}
LAYOUTS = {"u8": "<B", "bool": "<B", "u16": "<H", "currency": "<H", "u32": "<I", "i32": "<i",
           "u64": "<Q", "i64": "<q", "time": "<q", "id": "16s", "span": "8s"}
MAGIC, ZERO = b"LBP\x1a", "00" * 16
END, NOT_PROCESSED, CREDIT_MOST, FOREVER = 1, 2, 2**31 - 1, 2**32 - 1
KINDS = ("unary", "serverStream", "clientStream", "bidirectional")
UNARY, SERVER_STREAM, CLIENT_STREAM, BIDIRECTIONAL = range(4)
ANSWER_STREAMS, REQUEST_STREAMS = (SERVER_STREAM, BIDIRECTIONAL), (CLIENT_STREAM, BIDIRECTIONAL)
CRC_TABLE = list(range(256))
for _ in range(8):
    CRC_TABLE = [rest >> 1 ^ (0x82F63B78 if rest & 1 else 0) for rest in CRC_TABLE]


class WireError(Exception):
    """A broken rule by its published name; `reason` is that of the GOAWAY, None: none is sent."""

    def __init__(self, error):
        super().__init__(error)
        self.reason = TABLES["reasons"].get(error, 3)


def require(condition, error):
    """Raises `error` unless `condition` holds."""
    if not condition:
        raise WireError(error)


def crc32c(data):
    """CRC-32C; of "123456789": 0xE3069283."""
    crc = FOREVER
    for byte in data:
        crc = crc >> 8 ^ CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc ^ FOREVER


def text_of(data):
    """UTF-8 without overlong forms and surrogates."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise WireError("notUTF8") from None


class Reader:
    """Bytes that are read from front to back; the first broken rule is raised."""

    def __init__(self, data):
        self.rest = data

    def take(self, size):
        """The next `size` bytes."""
        require(size <= len(self.rest), "truncated")
        part, self.rest = self.rest[:size], self.rest[size:]
        return part

    def numbers(self, layout):
        """The next numbers."""
        return struct.unpack(layout, self.take(struct.calcsize(layout)))

    def end(self):
        """Nothing may follow."""
        require(not self.rest, "trailingByte")

    def tagged(self, last, count=None):
        """Tags, ascending from above `last`, with their values: `count` of them, or all."""
        while self.rest if count is None else count:
            tag, size = self.numbers("<HH")
            require(tag != last, "duplicateTag")
            require(tag > last, "descendingTag")
            yield tag, self.take(size)
            last, count = tag, count and count - 1

    def fields(self, fields, size):
        """The fields of a block of `size` bytes; those behind its end have their defaults."""
        block, values = self.take(size), {}
        for field in fields:
            name, kind, offset = field["name"], field["type"], field["offset"]
            value = bytes(16) if kind == "id" else field.get("default")
            if offset + field["bytes"] <= size:
                value = check(field, *struct.unpack_from(LAYOUTS[kind], block, offset))
            else:
                require(offset >= size, "notCanonical")
            if name not in ("flags", "reserved"):
                values[name] = value.hex() if isinstance(value, bytes) else value
        return values

    def message(self, name, depth=1):
        """A message: head, block and tails; what a newer peer added is passed over."""
        shape = SHAPES[name]
        require(depth <= 8, "nestedTooDeeply")
        size, count = self.numbers("<HH")
        require(size >= shape["minimumBlockBytes"], "truncated")
        values, known = self.fields(shape["fields"], size), {t["tag"]: t for t in shape["tails"]}
        for tag, value in self.tagged(0, count):
            if tag in known:
                require(value, "notCanonical")
                values[known[tag]["name"]] = Reader(value).tail(known[tag], depth)
        self.end()
        return values

    def tail(self, tail, depth):
        """The value of a tail: text, byte string, list of elements or list of messages."""
        kind, size, too_long = tail["type"], len(self.rest), f"tooLong({tail['name']})"
        if kind in ("text", "bytes"):
            require(size <= tail["maximum"], too_long)
            return text_of(self.rest) if kind == "text" else self.rest.hex()
        shape, (count, stride) = SHAPES[tail["element"]], self.numbers("<HH")
        least = 0 if kind == "messages" else shape["blockBytes"]
        require(count > 0 and (stride >= least if least else stride == 0), "notCanonical")
        require(4 + count * (stride or 6) <= size, "truncated")
        require(count <= tail["maximum"], too_long)
        sizes = (stride if least else self.numbers("<H")[0] for _ in range(count))
        parts = [Reader(self.take(size)) for size in sizes]
        self.end()
        return [part.fields(shape["fields"], stride) if least
                else part.message(shape["name"], depth + 1) for part in parts]

    def batch(self, shape):
        """A batch of records; of a record the flags are judged first."""
        values = self.fields(shape["header"], shape["headerBytes"])
        count, stride = values.pop("count"), values.pop("recordSize")
        require(count * stride <= len(self.rest), "truncated")
        require(count * stride == len(self.rest), "trailingByte")
        order = sorted(shape["record"], key=lambda field: field["name"] != "flags")
        return values | {"records": [self.fields(order, stride) for _ in range(count)]}


def check(field, value):
    """The value of a field; refused outside its range, another where it has a name for unknowns."""
    name, kind = field["name"], field["type"]
    error = "reservedNotZero" if name == "flags" else f"outOfRange({name})"
    require(value >= field.get("minimum", value), field.get("below", error))
    most = 1 if kind == "bool" else field.get("maximum", value)
    require(value <= most or value == field.get("also"), field.get("above", error))
    require(kind != "currency" or value in CURRENCIES, error)
    known = "known" not in field or value <= field["known"]
    return bool(value) if kind == "bool" else value if known else field["unknown"]


def decode(name, data):
    """The message or batch `name` from exactly `data`."""
    return Reader(data).batch(BATCHES[name]) if name in BATCHES else Reader(data).message(name)


def encode(name, values):
    """The one encoding of a message or batch; the values are not judged."""
    if name in BATCHES:
        shape, records = BATCHES[name], values["records"]
        header = {"count": len(records), "recordSize": shape["recordBytes"], **values}
        records = b"".join(write_fields(shape["record"], record) for record in records)
        return write_fields(shape["header"], header) + records
    block, tails = write_fields(SHAPES[name]["fields"], values), []
    for tail in SHAPES[name]["tails"]:
        if values.get(tail["name"]):
            tails.append((tail["tag"], write_tail(tail, values[tail["name"]])))
    return struct.pack("<HH", len(block), len(tails)) + block + write_tagged(tails)


def write_fields(fields, values):
    """A block; what `values` lacks is the least that is allowed from 0 on."""
    block = b""
    for field in fields:
        layout, value = LAYOUTS[field["type"]], values.get(field["name"])
        if layout.endswith("s"):
            block += bytes.fromhex(value or "00" * field["bytes"])
        else:
            block += struct.pack(layout, value or max(0, field.get("minimum", 0)))
    return block


def write_tail(tail, value):
    """The value of one tail that is not empty."""
    kind, shape = tail["type"], SHAPES.get(tail.get("element"))
    if kind in ("text", "bytes"):
        return value.encode() if kind == "text" else bytes.fromhex(value)
    if kind == "messages":
        parts = [encode(shape["name"], item) for item in value]
        parts = [struct.pack("<H", len(part)) + part for part in parts]
    else:
        parts = [write_fields(shape["fields"], item) for item in value]
    stride = 0 if kind == "messages" else shape["blockBytes"]
    return struct.pack("<HH", len(value), stride) + b"".join(parts)


def write_tagged(pairs):
    """Tags with their values."""
    return b"".join(struct.pack("<HH", tag, len(value)) + value for tag, value in pairs)


def read_preface(data):
    """The lowest and the highest version."""
    require(MAGIC.startswith(data[:4]), "badMagic")
    lowest, highest, reserved = Reader(data[4:]).numbers("<BBH")
    require(reserved == 0, "reservedNotZero")
    require(1 <= lowest <= highest, "outOfRange(version)")
    return lowest, highest


def write_preface(lowest, highest):
    """The 8 bytes before the first frame."""
    return MAGIC + struct.pack("<BBH", lowest, highest, 0)


def frame_size(data, limit=65536, error="payloadTooLong"):
    """The bytes of the frame that `data` begins with; 20 while its length is not there."""
    length = int.from_bytes(data[:4], "little") if len(data) >= 4 else 4
    require(length <= limit, error)
    return 16 + length


def read_frame(data, extension_limit=4096):
    """The frame that `data` begins with, by the order of checks of section 3."""
    frame_size(data)
    reader = Reader(data)
    length, number, flags, extension, stream, checksum = reader.numbers("<IBBHII")
    payload = Reader(reader.take(length))
    require(checksum == crc32c(data[:12] + payload.rest), "badChecksum")
    if number >= 0x80:
        return {"type": "skipped", "stream": stream, "flags": flags}
    require(number in FRAMES, "unknownFrameType")
    shape, rest = FRAMES[number], FRAMES[number].get("rest")
    fixed, name = sum(field["bytes"] for field in shape["fields"]), shape["name"]
    require(flags & ~(END | NOT_PROCESSED) == 0, "reservedFlag")
    require(flags & ~sum(TABLES["flags"][flag] for flag in shape["flags"]) == 0, "flagNotAllowed")
    room = length - fixed if name in ("OPEN", "STATUS") else 0
    require(room < 0 or extension <= room, "badExtensionLength")
    require(name != "OPEN" or extension <= extension_limit, "extensionTooLong")
    place = shape["stream"]
    require(place == "either" or (stream == 0) == (place == "connection"), "wrongStream")
    require(stream == 0 or stream % 2 == 1, "evenStream")
    if fixed and not rest:
        require(length <= fixed or len(payload.rest) < fixed, "trailingByte")
    frame = {"type": name, "stream": stream, "flags": flags}
    frame |= payload.fields(shape["fields"], fixed)
    if name == "OPEN":
        require(frame["kind"] != UNARY or frame["timeout"] <= 60000, "outOfRange(timeout)")
        require(frame["kind"] in REQUEST_STREAMS or flags & END, "endRequired")
    require(frame.get("lastAccepted", 1) % 2 or not frame["lastAccepted"], "evenStream")
    require(name != "DATA" or payload.rest or flags & END, "emptyData")
    if name == "STATUS":
        size = frame.pop("textLength")
        require(size + extension <= len(payload.rest), "truncated")
        require(size + extension == len(payload.rest), "trailingByte")
        require(frame["code"] != 0 or not flags & NOT_PROCESSED, "flagNotAllowed")
        frame |= {"text": text_of(payload.take(size)), "details": payload.rest}
        list(payload.tagged(-1))
    elif shape["tags"]:
        read_tagged(frame, shape["tags"], payload.take(extension if rest else length))
    return frame | ({"body": payload.rest} if rest == "body" else {})


def read_tagged(frame, tags, data):
    """Adds the tagged fields to a frame; `unknownCritical` counts what an OPEN is refused for."""
    known, critical = {tag["tag"]: tag for tag in tags}, 0
    for number, value in Reader(data).tagged(-1):
        tag = known.get(number)
        if tag is None:
            critical += number >> 15
            continue
        name, kind = tag["name"], tag["type"]
        if kind in LAYOUTS:
            require(len(value) == struct.calcsize(LAYOUTS[kind]), f"outOfRange({name})")
            (value,) = struct.unpack(LAYOUTS[kind], value)
            require(name != "version" or value > 0, "outOfRange(version)")
            frame[name] = value.hex() if kind == "id" else value
        else:
            require(len(value) >= tag["minimum"], f"outOfRange({name})")
            require(len(value) <= tag["maximum"], f"tooLong({name})")
            frame[name] = text_of(value) if kind == "text" else value
    require(not critical or frame["type"] == "OPEN", "unknownCriticalTag")
    if critical:
        frame["unknownCritical"] = critical
    given = DEFAULTS | frame
    for tag in tags:  # The table has them in the order in which they are judged.
        name, least, most = tag["name"], tag.get("minimum", 0), tag.get("maximum", 2**64)
        if tag["type"] in ("u32", "u64"):
            inside = given.get(least, least) <= given.get(name, most) <= most
            require(inside, f"outOfRange({name})")
    for tag in tags:
        require(tag["name"] in frame or not tag.get("required"), f"missing({tag['name']})")


def write_frame(frame):
    """The bytes of a frame from its fields."""
    number, text, tags = NUMBERS[frame["type"]], frame.get("text", "").encode(), []
    shape = FRAMES[number]
    for tag in shape["tags"]:
        if tag["name"] in frame:
            value = frame[tag["name"]]
            if tag["type"] in LAYOUTS:
                value = write_fields([tag | {"minimum": 0}], frame)
            tags.append((tag["tag"], value.encode() if tag["type"] == "text" else value))
    tagged = write_tagged(sorted(tags)) + frame.get("details", b"")
    payload = write_fields(shape["fields"], frame | {"textLength": len(text)}) + text + tagged
    payload += frame.get("body", b"")
    header = struct.pack("<IBBHI", len(payload), number, frame.get("flags", 0),
                         len(tagged) if "rest" in shape else 0, frame.get("stream", 0))
    return header + struct.pack("<I", crc32c(header + payload)) + payload


class Peer:
    """One side of a connection."""

    def __init__(self, role, sock=None, announce=None, environment=7, token=None):
        self.role, self.socket, self.environment = role, sock, environment
        self.announced = DEFAULTS | (announce or {})
        self.hello = {"agent": "py-ref/1", "environment": environment, **self.announced}
        self.input, self.output, self.events, self.calls, self.pings = b"", b"", [], {}, []
        self.error, self.ended_by, self.pinged_at, self.strikes = None, None, -5, 0
        self.ready, self.preface_read, self.last_stream, self.due = False, role == "client", 0, 0
        self._agree({})
        if role == "client":
            self.output += write_preface(1, 1)
            self.send("HELLO", **self.hello, **({"token": token} if token else {}))

    def receive(self, data):
        """Takes bytes as they come; a broken rule leaves `error`, and the GOAWAY in `output`."""
        self.input += data
        try:
            while not self.error and self._step():
                pass
        except WireError as error:
            self.error, self.input = error, b""
            if error.reason is not None:
                self.goaway(error.reason, 0)
            elif str(error) == "noCommonVersion" and self.role == "server":
                self.output += write_preface(1, 1)

    def _step(self):
        """Takes preface or frame from the input; whether it was all there."""
        if not self.preface_read or not self.ready and self.input[:4] == MAGIC:
            require(MAGIC.startswith(self.input[:4]), "badMagic")
            if len(self.input) < 8:
                return False
            lowest, highest = read_preface(self.input)
            require(self.role == "server" and lowest <= 1 <= highest, "noCommonVersion")
            self.preface_read, self.input = True, self.input[8:]
        limits = (self.agreed["maximumPayload"],) if self.ready else (4096, "helloTooLong")
        size = frame_size(self.input, *limits)
        if len(self.input) < size:
            return False
        frame, self.input = read_frame(self.input[:size], 2048), self.input[size:]
        name, first = frame["type"], "HELLO" if self.role == "server" else "HELLO_ACK"
        sender = FRAMES[NUMBERS[name]]["sentBy"] if name in NUMBERS else "both"
        expected = name != first if self.ready else name in (first, "GOAWAY")
        require(sender != self.role and expected, "unexpectedFrame")
        self._handle(name, frame, frame["stream"], len(frame.get("body", b"")))
        return True

    def _agree(self, theirs):
        """Each number is the smaller of both sides'."""
        self.agreed = {name: min(number, theirs.get(name, DEFAULTS[name]))
                       for name, number in self.announced.items()}
        self.send_credit = self.receive_credit = self.first_credit = self.agreed["connectionCredit"]

    def _handle(self, name, frame, stream, size):
        """What one frame does; sections 4 to 10."""
        call = self.calls.get(stream)
        if name in ("DATA", "STATUS", "CANCEL", "CREDIT") and stream:
            known = stream in self.calls or self.role == "server" and stream <= self.last_stream
            require(known, "streamUnknown")
        require(name != "OPEN" or stream > self.last_stream, "streamNotIncreasing")
        require(size <= self.receive_credit, "creditExceeded")
        self.receive_credit -= size
        if name in ("HELLO", "HELLO_ACK"):
            require(frame.get("version", 1) == 1, "outOfRange(version)")
            same = frame.get("environment", self.environment) == self.environment
            require(same, "wrongEnvironment")
            self._agree(frame)
            self.ready = True
            if name == "HELLO":
                now = time.time_ns() // 1000
                self.send("HELLO_ACK", version=1, serverTime=now, instance=ZERO, **self.hello)
        elif name == "PING":
            early, self.pinged_at = time.monotonic() - self.pinged_at < 5, time.monotonic()
            self.strikes = max(0, self.strikes + (1 if early else -1))
            require(self.strikes < 3, "pingTooOften")
            self.send("PONG", opaque=frame["opaque"])
        elif name == "CREDIT":
            account = call if stream else self
            if account:
                account.send_credit += frame["bytes"]
                require(account.send_credit <= CREDIT_MOST, "creditOverflow")
        elif name == "OPEN":
            self.last_stream = stream
            self._add_call(stream, frame, frame["responseCredit"], self.agreed["streamCredit"])
            if "unknownCritical" in frame or len(self.calls) > self.agreed["streams"]:
                self.consumed(0, size)
                code = 12 if "unknownCritical" in frame else 8
                self.status(stream, code, flags=NOT_PROCESSED)
            else:
                self.events.append(frame)
        elif name == "DATA":
            self._handle_data(frame, call, stream, size)
        elif name == "CANCEL":
            if call and not call.cancelled:
                call.cancelled = True
                self.events.append(frame)
        elif name != "skipped":
            if name == "PONG":
                require(self.pings and self.pings.pop(0) == frame["opaque"], "unexpectedFrame")
            elif name == "GOAWAY":
                self.ended_by = frame["reason"]
                require(self.ended_by in (1, 2), "endedByPeer")
            self.calls.pop(stream, None)
            self.events.append(frame)

    def _handle_data(self, frame, call, stream, size):
        """DATA of an open call; of a closed one it is passed over."""
        if call:
            require(not call.received_end, "dataAfterEnd")
            call.received_end = bool(frame["flags"] & END)
            if self.role == "server" or call.kind in ANSWER_STREAMS:
                require(size <= call.receive_credit, "creditExceeded")
                call.receive_credit -= size
            else:
                require(call.received_end, "endRequired")
            if call.received_end and self.role == "client":
                del self.calls[stream]
            if not call.cancelled:
                return self.events.append(frame)
        self.consumed(stream, size)

    def _add_call(self, stream, frame, send_credit, receive_credit):
        """Opens the accounts of a call."""
        self.calls[stream] = types.SimpleNamespace(
            kind=frame["kind"], send_credit=send_credit, receive_credit=receive_credit,
            first_credit=receive_credit, due=0, cancelled=False,
            received_end=self.role == "server" and bool(frame["flags"] & END))

    def send(self, name, stream=0, flags=0, **fields):
        """Puts a frame into `output`."""
        self.output += write_frame({"type": name, "stream": stream, "flags": flags, **fields})

    def goaway(self, reason=1, drain=10000):
        """Takes no more calls; open ones may finish."""
        last = self.last_stream if self.role == "server" else 0
        self.send("GOAWAY", lastAccepted=last, reason=reason, drain=drain)

    def open(self, service, method, kind, body=b"", flags=None, timeout=5000, credit=0, **block):
        """Opens a call with its first message and returns its stream."""
        flags = END * (kind not in REQUEST_STREAMS) if flags is None else flags
        stream = self.last_stream = self.last_stream + 2 if self.last_stream else 1
        self._add_call(stream, {"kind": kind}, self.agreed["streamCredit"], credit)
        self.send_credit -= len(body)
        self.send("OPEN", stream, flags, service=service, method=method, timeout=timeout, kind=kind,
                  responseCredit=credit, body=body, **{"criticality": 1, **block})
        return stream

    def room(self, stream):
        """The payload bytes that may be sent on a call now."""
        call = self.calls[stream]
        one_answer = self.role == "server" and call.kind not in ANSWER_STREAMS
        own = CREDIT_MOST if one_answer else call.send_credit
        return min(self.send_credit, own, self.agreed["maximumPayload"])

    def data(self, stream, body=b"", end=False):
        """Sends one message, or the end alone, within the call's `room`."""
        assert len(body) <= self.room(stream)
        self.send_credit -= len(body)
        self.calls[stream].send_credit -= len(body)
        self.send("DATA", stream, END * end, body=body)
        if end and self.role == "server":
            del self.calls[stream]

    def status(self, stream, code, text="", flags=0, **fields):
        """Ends a call from the server's side."""
        self.send("STATUS", stream, flags, code=code, text=text, **fields)
        del self.calls[stream]

    def cancel(self, stream, code=1):
        """Gives a call up; its last frame still comes."""
        self.calls[stream].cancelled = True
        self.send("CANCEL", stream, code=code)

    def ping(self, opaque):
        """Asks for a PONG."""
        self.pings.append(opaque.hex())
        self.send("PING", opaque=opaque.hex())

    def consumed(self, stream, size):
        """The reader took `size` bytes: granted again when half of the first amount is due."""
        call = self.calls.get(stream)
        streamed = call and not call.received_end and call.first_credit
        for number, account in [(0, self)] + [(stream, call)] * bool(streamed):
            account.due += size
            if account.due * 2 >= account.first_credit:
                account.receive_credit += account.due
                self.send("CREDIT", number, bytes=account.due)
                account.due = 0

    def flush(self):
        """Sends what stands in `output`."""
        data, self.output = self.output, b""
        self.socket.sendall(data)

    def wait(self, condition):
        """Receives until `condition()` holds; False when the peer closed before."""
        while not condition():
            self.flush()
            if self.error:
                raise self.error
            data = self.socket.recv(65536)
            if not data:
                return False
            self.receive(data)
        return True

    def next(self):
        """The next event; None when the peer closed. Raises the error of a broken rule."""
        return self.events.pop(0) if self.wait(lambda: self.events) else None


def dial(host, port, authority=None):
    """A connected socket: TCP, or TLS 1.3 with ALPN `lbp/1`; every wait ends after 20 s."""
    sock = socket.create_connection((host, port), timeout=20)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not authority:
        return sock
    context = ssl.create_default_context(cafile=authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols(["lbp/1"])
    return context.wrap_socket(sock, server_hostname=host)


def connect(host, port, authority=None, **options):
    """A client after its handshake; over TLS when given the file of an authority."""
    peer = Peer("client", dial(host, port, authority), **options)
    require(peer.wait(lambda: peer.ready), "closed")
    return peer
