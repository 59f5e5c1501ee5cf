"""A peer of LBP/1 in both roles, made from PROTOCOL.md, frames.json and registry.json alone.

To be compared with the specification, not to be fast. Frames and messages are dictionaries with the
names of the vectors; ids and byte strings are hexadecimal digits, bodies and details bytes. Of
section 12 it knows the sizes and early PINGs; floods and silence are for whoever runs it.
"""

import json
import pathlib
import socket
import ssl
import struct
import time
import types

SHARED = pathlib.Path(__file__).resolve().parents[2] / "Shared"
PROTOCOL = (SHARED / "WireFormat" / "PROTOCOL.md").read_text("utf-8")
TABLES = json.loads((SHARED / "WireFormat" / "frames.json").read_text("utf-8"))
REGISTRY = json.loads((SHARED / "Messages" / "registry.json").read_text("utf-8"))
FRAMES = {frame[key]: frame for frame in TABLES["frames"] for key in ("type", "name")}
DEFAULTS = {tag["name"]: tag["default"] for tag in FRAMES["HELLO"]["tags"] if "default" in tag}
SHAPES = {shape["name"]: shape for part in ("messages", "elements", "batches")
          for shape in REGISTRY[part]}
METHODS = {(service["name"], method["name"]): (service["id"], method)
           for service in REGISTRY["services"] for method in service["methods"]}
CURRENCIES = {0, *map(int, PROTOCOL.partition("**Currencies**")[2].split("```")[1].split())}
LAYOUTS = {"u8": "<B", "bool": "<B", "u16": "<H", "currency": "<H", "u32": "<I", "i32": "<i",
           "u64": "<Q", "i64": "<q", "time": "<q", "id": "16s", "span": "8s"}
SHOWN = {"bool": bool, "id": bytes.hex, "span": bytes.hex}  # Numbers are shown as they are.
MAGIC, ZERO = b"LBP\x1a", "00" * 16
END, NOT_PROCESSED, CREDIT_MOST, FOREVER = 1, 2, 2**31 - 1, 2**32 - 1
KINDS = ("unary", "serverStream", "clientStream", "bidirectional")
UNARY, SERVER_STREAM, CLIENT_STREAM = range(3)  # One bit for each side that streams.
CRC_TABLE = list(range(256))
for _ in range(8):
    CRC_TABLE = [rest >> 1 ^ (0x82F63B78 if rest & 1 else 0) for rest in CRC_TABLE]


class WireError(Exception):
    """A broken rule by its published name; `reason` is that of the GOAWAY, None: none is sent."""

    def __init__(self, error):
        super().__init__(error)
        self.reason = TABLES["reasons"].get(error, 3)


def require(condition, error):
    if not condition:
        raise WireError(error)


def crc32c(data):
    crc = FOREVER
    for byte in data:
        crc = crc >> 8 ^ CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc ^ FOREVER


class Reader:
    """Bytes that are read from front to back; the first broken rule is raised."""

    def __init__(self, data):
        self.rest = data

    def take(self, size):
        require(size <= len(self.rest), "truncated")
        part, self.rest = self.rest[:size], self.rest[size:]
        return part

    def numbers(self, layout):
        return struct.unpack(layout, self.take(struct.calcsize(layout)))

    def fields(self, fields, size):
        """A block of `size` bytes; the fields behind its end have their defaults."""
        block, values = self.take(size), {}
        for field in fields:
            name, kind, offset = field["name"], field["type"], field["offset"]
            if offset >= size:
                values[name] = ZERO if kind == "id" else field.get("default")
                continue
            require(offset + field["bytes"] <= size, "notCanonical")
            (value,) = struct.unpack_from(LAYOUTS[kind], block, offset)
            error = "reservedNotZero" if name == "flags" else f"outOfRange({name})"
            require(value >= field.get("minimum", value), field.get("below", error))
            most = 1 if kind == "bool" else field.get("maximum", value)
            require(value <= most or value == field.get("also"), field.get("above", error))
            require(kind != "currency" or value in CURRENCIES, error)
            value = field["unknown"] if value > field.get("known", value) else value
            values[name] = SHOWN.get(kind, int)(value)
        return {name: value for name, value in values.items() if name not in ("flags", "reserved")}

    def tagged(self, tags, values, last=-1, count=None, depth=0):
        """Adds the values of `count` tags, or all; gives the number of unknown critical ones."""
        known, critical = {tag["tag"]: tag for tag in tags}, 0
        while self.rest if count is None else count:
            tag, size = self.numbers("<HH")
            require(tag != last, "duplicateTag")
            require(tag > last, "descendingTag")
            last, count, reader = tag, count and count - 1, Reader(self.take(size))
            if tag in known:
                values[known[tag]["name"]] = reader.value(known[tag], depth)
            else:
                critical += tag >> 15
        return critical

    def value(self, shape, depth=0):
        """What a tag or tail holds: a number, a text, a byte string or a list."""
        name, kind, size = shape["name"], shape["type"], len(self.rest)
        if kind in LAYOUTS:
            require(size == struct.calcsize(LAYOUTS[kind]), f"outOfRange({name})")
            (value,) = self.numbers(LAYOUTS[kind])
            require(value or name != "version", "outOfRange(version)")
            return SHOWN.get(kind, int)(value)
        require(size or "minimum" in shape, "notCanonical")  # Tails have no minimum.
        if "element" in shape:
            element, (count, stride) = SHAPES[shape["element"]], self.numbers("<HH")
            nested = kind == "messages"
            fits = stride == 0 if nested else stride >= element["blockBytes"]
            require(count > 0 and fits, "notCanonical")
            require(4 + count * (stride or 6) <= size, "truncated")
            require(count <= shape["maximum"], f"tooLong({name})")
            parts = [Reader(self.take(stride or self.numbers("<H")[0])) for _ in range(count)]
            require(not self.rest, "trailingByte")
            return [part.message(element, depth + 1) if nested
                    else part.fields(element["fields"], stride) for part in parts]
        require(size >= shape.get("minimum", 1), f"outOfRange({name})")
        require(size <= shape["maximum"], f"tooLong({name})")
        try:
            return self.rest.decode() if kind == "text" else self.rest.hex()
        except UnicodeDecodeError:
            raise WireError("notUTF8") from None

    def message(self, shape, depth=1):
        """Head, block and tails, what a newer peer added is passed over; or a batch of records."""
        if "record" in shape:
            values = self.fields(shape["header"], shape["headerBytes"])
            count, stride = values.pop("count"), values.pop("recordSize")
            require(count * stride <= len(self.rest), "truncated")
            require(count * stride == len(self.rest), "trailingByte")
            order = sorted(shape["record"], key=lambda field: field["name"] != "flags")
            return values | {"records": [self.fields(order, stride) for _ in range(count)]}
        require(depth <= 8, "nestedTooDeeply")
        size, count = self.numbers("<HH")
        require(size >= shape["minimumBlockBytes"], "truncated")
        values = self.fields(shape["fields"], size)
        self.tagged(shape["tails"], values, 0, count, depth)
        require(not self.rest, "trailingByte")
        return values


def decode(name, data):
    return Reader(data).message(SHAPES[name])


def encode(name, values):
    """The one encoding of a message or batch; the values are not judged."""
    shape = SHAPES[name]
    if "record" in shape:
        records = [write_fields(shape["record"], record) for record in values["records"]]
        header = {"count": len(records), "recordSize": shape["recordBytes"], **values}
        return write_fields(shape["header"], header) + b"".join(records)
    block = write_fields(shape["fields"], values)
    tails = [tail for tail in shape["tails"] if values.get(tail["name"])]
    return struct.pack("<HH", len(block), len(tails)) + block + write_tags(tails, values)


def write_fields(fields, values):
    return b"".join(write_value(field, values.get(field["name"])) for field in fields)


def write_tags(tags, values):
    pairs = sorted((tag["tag"], write_value(tag, values[tag["name"]])) for tag in tags)
    return b"".join(struct.pack("<HH", tag, len(value)) + value for tag, value in pairs)


def write_value(shape, value):
    """A field, tag or tail; of a field that is None the least that is allowed from 0 on."""
    kind = shape["type"]
    if kind in ("id", "span", "bytes"):
        return value if isinstance(value, bytes) else bytes.fromhex(value or "00" * shape["bytes"])
    if kind == "text":
        return value.encode()
    if kind in LAYOUTS:
        least = max(0, shape.get("minimum", 0)) if value is None else value
        return struct.pack(LAYOUTS[kind], least)
    element, nested = SHAPES[shape["element"]], kind == "messages"
    parts = [encode(element["name"], item) if nested else write_fields(element["fields"], item)
             for item in value]
    sized = (struct.pack("<H", len(part)) * nested + part for part in parts)
    return struct.pack("<HH", len(parts), 0 if nested else element["blockBytes"]) + b"".join(sized)


def read_preface(data):
    """The lowest and the highest version."""
    require(MAGIC.startswith(data[:4]), "badMagic")
    lowest, highest, reserved = Reader(data[4:]).numbers("<BBH")
    require(reserved == 0, "reservedNotZero")
    require(1 <= lowest <= highest, "outOfRange(version)")
    return lowest, highest


def write_preface(lowest, highest):
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
    shape, place = FRAMES[number], FRAMES[number]["stream"]
    fixed, name, rest = sum(f["bytes"] for f in shape["fields"]), shape["name"], shape.get("rest")
    require(flags & ~(END | NOT_PROCESSED) == 0, "reservedFlag")
    require(flags & ~sum(TABLES["flags"][flag] for flag in shape["flags"]) == 0, "flagNotAllowed")
    room = length - fixed if name in ("OPEN", "STATUS") else 0
    require(room < 0 or extension <= room, "badExtensionLength")
    require(name != "OPEN" or extension <= extension_limit, "extensionTooLong")
    require(place == "either" or (stream == 0) == (place == "connection"), "wrongStream")
    require(stream == 0 or stream % 2 == 1, "evenStream")
    require(rest or not fixed or length <= fixed, "trailingByte")
    frame = {"type": name, "stream": stream, "flags": flags}
    frame |= payload.fields(shape["fields"], fixed)
    if name == "OPEN":
        require(frame["kind"] != UNARY or frame["timeout"] <= 60000, "outOfRange(timeout)")
        require(frame["kind"] & CLIENT_STREAM or flags & END, "endRequired")
    require(frame.get("lastAccepted", 1) % 2 or not frame["lastAccepted"], "evenStream")
    require(name != "DATA" or payload.rest or flags & END, "emptyData")
    text = Reader(payload.take(frame.pop("textLength", 0)))
    tagged = Reader(payload.take(extension if rest else len(payload.rest)))
    if name == "STATUS":
        require(not payload.rest, "trailingByte")
        require(frame["code"] != 0 or not flags & NOT_PROCESSED, "flagNotAllowed")
        shown = text.value({"name": "text", "type": "text", "minimum": 0, "maximum": 256})
        frame |= {"text": shown, "details": tagged.rest}
    critical = tagged.tagged(shape["tags"], frame)
    if critical and name != "STATUS":
        require(name == "OPEN", "unknownCriticalTag")
        frame["unknownCritical"] = critical
    given = DEFAULTS | frame
    for tag in shape["tags"]:  # The table has them in the order in which they are judged.
        least, most = tag.get("minimum", 0), tag.get("maximum", 2**64)
        if tag["type"] in ("u32", "u64"):
            inside = given.get(least, least) <= given.get(tag["name"], most) <= most
            require(inside, f"outOfRange({tag['name']})")
    for tag in shape["tags"]:
        require(tag["name"] in frame or not tag.get("required"), f"missing({tag['name']})")
    return frame | ({"body": payload.rest} if rest == "body" else {})


def write_frame(frame):
    """The bytes of a frame from its fields."""
    shape, text = FRAMES[frame["type"]], frame.get("text", "").encode()
    tags = [tag for tag in shape["tags"] if frame.get(tag["name"]) is not None]
    tagged = write_tags(tags, frame) + frame.get("details", b"")
    fields = write_fields(shape["fields"], frame | {"textLength": len(text)})
    payload = fields + text + tagged + frame.get("body", b"")
    header = struct.pack("<IBBHI", len(payload), shape["type"], frame.get("flags", 0),
                         len(tagged) if "rest" in shape else 0, frame.get("stream", 0))
    return header + struct.pack("<I", crc32c(header + payload)) + payload


class Peer:
    """The rules of one side of a connection: bytes go in by `receive`, those to send stand in
    `output`, frames to act on in `events`. With a socket, `next` waits for the next event."""

    def __init__(self, role, sock=None, announce=None, environment=7, token=None):
        self.role, self.is_server, self.socket = role, role == "server", sock
        self.hello = {"agent": "py-ref/1", "version": 1, "serverTime": time.time_ns() // 1000,
                      "instance": ZERO, "environment": environment, "token": token,
                      **DEFAULTS, **(announce or {})}
        self.input, self.output, self.events, self.calls, self.pings = b"", b"", [], {}, []
        self.error, self.ended_by, self.pinged_at, self.strikes = None, None, -5, 0
        self.ready, self.preface_read, self.last_stream, self.due = False, not self.is_server, 0, 0
        self._agree(DEFAULTS)
        if not self.is_server:
            self.output += write_preface(1, 1)
            self.send("HELLO", **self.hello)

    def _agree(self, theirs):
        self.agreed = {name: min(self.hello[name], theirs[name]) for name in DEFAULTS}
        self.send_credit = self.receive_credit = self.first_credit = self.agreed["connectionCredit"]

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
            elif str(error) == "noCommonVersion" and self.is_server:
                self.output += write_preface(1, 1)

    def _step(self):
        """Takes preface or frame from the input; whether it was all there."""
        answered = not self.is_server and not self.ready and self.input[:4] == MAGIC
        if answered or not self.preface_read:
            if MAGIC.startswith(self.input[:4]) and len(self.input) < 8:
                return False
            lowest, _ = read_preface(self.input)
            require(self.is_server and lowest == 1, "noCommonVersion")
            self.preface_read, self.input = True, self.input[8:]
        limits = (self.agreed["maximumPayload"],) if self.ready else (4096, "helloTooLong")
        if len(self.input) < (size := frame_size(self.input, *limits)):
            return False
        frame, self.input = read_frame(self.input[:size], 2048), self.input[size:]
        if self._handle(frame, frame["type"], frame["stream"], len(frame.get("body", b""))):
            self.events.append(frame)
        return True

    def _handle(self, frame, name, stream, size):
        """What one frame does, by sections 4 to 10; whether it is an event."""
        call, first = self.calls.get(stream), "HELLO" if self.is_server else "HELLO_ACK"
        expected = name != first if self.ready else name in (first, "GOAWAY")
        sender = FRAMES.get(name, {}).get("sentBy")
        require(expected and sender != self.role, "unexpectedFrame")
        if name == "OPEN":
            require(stream > self.last_stream, "streamNotIncreasing")
        elif sender and stream not in self.calls:
            require(stream <= self.last_stream * self.is_server, "streamUnknown")
        require(size <= self.receive_credit, "creditExceeded")
        self.receive_credit -= size
        if name == first:
            require(frame.get("version", 1) == 1, "outOfRange(version)")
            allowed = (None, self.hello["environment"])
            require(frame.get("environment") in allowed, "wrongEnvironment")
            self._agree(DEFAULTS | frame)
            self.ready = True
            if self.is_server:
                self.send("HELLO_ACK", **self.hello)
        elif name == "PING":
            early, self.pinged_at = time.monotonic() - self.pinged_at < 5, time.monotonic()
            self.strikes = max(0, self.strikes + (1 if early else -1))
            require(self.strikes < 3, "pingTooOften")
            self.send("PONG", opaque=frame["opaque"])
        elif name == "PONG":
            require(self.pings and self.pings.pop(0) == frame["opaque"], "unexpectedFrame")
        elif name == "GOAWAY":
            self.ended_by = frame["reason"]
            require(self.ended_by in (1, 2), "endedByPeer")
        elif name == "CREDIT":
            if account := call if stream else self:
                account.send_credit += frame["bytes"]
                require(account.send_credit <= CREDIT_MOST, "creditOverflow")
        elif name == "OPEN":
            ended, credit = bool(frame["flags"] & END), self.agreed["streamCredit"]
            self._add_call(stream, frame["kind"], frame["responseCredit"], credit, ended)
            unknown = "unknownCritical" in frame
            if unknown or len(self.calls) > self.agreed["streams"]:
                self.consumed(0, size)
                self.send("STATUS", stream, NOT_PROCESSED, code=12 if unknown else 8)
                return False
        elif name == "DATA":
            if call:
                require(not call.received_end, "dataAfterEnd")
                call.received_end = bool(frame["flags"] & END)
                streamed = self.is_server or call.kind & SERVER_STREAM
                require(streamed or call.received_end, "endRequired")
                require(not streamed or size <= call.receive_credit, "creditExceeded")
                call.receive_credit -= size
                if call.received_end and not self.is_server:
                    del self.calls[stream]
            if not call or call.cancelled:
                self.consumed(stream, size)
                return False
        elif name == "CANCEL":
            if not call or call.cancelled:
                return False
            call.cancelled = True
        elif name == "STATUS":
            del self.calls[stream]
        return name not in (first, "PING", "CREDIT", "skipped")

    def send(self, name, stream=0, flags=0, **fields):
        """Puts a frame into `output`; accounts and the call, while it is open, follow."""
        self.output += write_frame({"type": name, "stream": stream, "flags": flags, **fields})
        call, size = self.calls.get(stream), len(fields.get("body", b""))
        self.send_credit -= size
        if name == "PING":
            self.pings.append(fields["opaque"])
        elif call:
            call.send_credit -= size * (name == "DATA")
            call.cancelled = call.cancelled or name == "CANCEL"
        if self.is_server and (name == "STATUS" or flags & END):
            del self.calls[stream]

    def goaway(self, reason=1, drain=10000):
        """Takes no more calls; open ones may finish."""
        last = self.last_stream if self.is_server else 0
        self.send("GOAWAY", lastAccepted=last, reason=reason, drain=drain)

    def _add_call(self, stream, kind, send_credit, receive_credit, received_end=False):
        self.last_stream, self.calls[stream] = stream, types.SimpleNamespace(
            kind=kind, send_credit=send_credit, receive_credit=receive_credit, due=0,
            first_credit=receive_credit, cancelled=False, received_end=received_end)

    def open(self, service, method, kind, body=b"", timeout=5000, credit=0, **block):
        """Opens a call with its first message and returns its stream."""
        stream, flags = (self.last_stream or -1) + 2, 0 if kind & CLIENT_STREAM else END
        self._add_call(stream, kind, self.agreed["streamCredit"], credit)
        self.send("OPEN", stream, flags, service=service, method=method, kind=kind, body=body,
                  timeout=timeout, responseCredit=credit, **block)
        return stream

    def room(self, stream):
        """The payload bytes that may be sent on a call now."""
        call = self.calls[stream]
        streamed = not self.is_server or call.kind & SERVER_STREAM
        own = call.send_credit if streamed else CREDIT_MOST
        return min(self.send_credit, own, self.agreed["maximumPayload"])

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

    def wait(self, condition):
        """Receives until `condition()` holds; False when the peer closed before."""
        while not condition():
            data, self.output = self.output, b""
            self.socket.sendall(data)
            if self.error:
                raise self.error
            if not (data := self.socket.recv(65536)):
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
