"""A peer of LBP/1 in both roles, made from PROTOCOL.md, frames.json and registry.json alone.

To be compared with them, not to be fast. Frames and messages are dictionaries with the names of the
vectors: ids and byte strings are hexadecimal digits, bodies and details bytes.
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
CURRENCIES = {0, *map(int, PROTOCOL.partition("**Currencies**")[2].split("```")[1].split())}
LAYOUTS = {"u8": "<B", "bool": "<B", "u16": "<H", "currency": "<H", "u32": "<I", "i32": "<i",
           "u64": "<Q", "i64": "<q", "time": "<q", "id": "16s", "span": "8s"}
SHOWN = {"bool": bool, "id": bytes.hex, "span": bytes.hex}  # Numbers are shown as they are.
MAGIC, PREFACE, ZERO = b"LBP\x1a", b"LBP\x1a\x01\x01\0\0", "00" * 16
END, NOT_PROCESSED, LONGEST, CREDIT_MOST, FOREVER = 1, 2, 65536, 2**31 - 1, 2**32 - 1
UNARY, SERVER_STREAM, CLIENT_STREAM = range(3)  # One bit for each side that streams.

class WireError(Exception):
    """A broken rule by its published name."""

def require(condition, error):
    if not condition:
        raise WireError(error)

def crc32c(data):
    crc = FOREVER
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
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
            most = 1 if kind == "bool" else field.get("maximum", value)
            require(value >= field.get("minimum", value), field.get("below", error))
            require(value <= most or value == field.get("also"), field.get("above", error))
            require(kind != "currency" or value in CURRENCIES, error)
            value = field["unknown"] if value > field.get("known", value) else value
            values[name] = SHOWN.get(kind, int)(value)
        return {name: value for name, value in values.items() if name not in ("flags", "reserved")}

    def tagged(self, tags, values, last=-1, count=None):
        """Adds the values of `count` tags, or all; gives the number of unknown critical ones."""
        known, critical = {tag["tag"]: tag for tag in tags}, 0
        while self.rest if count is None else count:
            tag, size = self.numbers("<HH")
            require(tag != last, "duplicateTag")
            require(tag > last, "descendingTag")
            last, count, reader = tag, count and count - 1, Reader(self.take(size))
            if tag in known:
                values[known[tag]["name"]] = reader.value(known[tag])
            else:
                critical += tag >> 15
        return critical

    def value(self, shape):
        """What a tag or tail holds: a number, a text, a byte string or a list."""
        name, kind, size = shape["name"], shape["type"], len(self.rest)
        if kind in LAYOUTS:
            require(size == struct.calcsize(LAYOUTS[kind]), f"outOfRange({name})")
            return SHOWN.get(kind, int)(*self.numbers(LAYOUTS[kind]))
        require(size or "minimum" in shape, "notCanonical")  # Tails have no minimum.
        if "element" in shape:
            element, (count, stride) = SHAPES[shape["element"]], self.numbers("<HH")
            nested = kind == "messages"
            fits = stride == 0 if nested else stride >= element["blockBytes"]
            require(count > 0 and fits, "notCanonical")
            require(count * (stride or 6) <= len(self.rest), "truncated")
            require(count <= shape["maximum"], f"tooLong({name})")
            parts = [Reader(self.take(stride or self.numbers("<H")[0])) for _ in range(count)]
            require(not self.rest, "trailingByte")
            return [part.message(shape["element"]) if nested
                    else part.fields(element["fields"], stride) for part in parts]
        require(size >= shape.get("minimum", 1), f"outOfRange({name})")
        require(size <= shape["maximum"], f"tooLong({name})")
        try:
            return self.rest.decode() if kind == "text" else self.rest.hex()
        except UnicodeDecodeError:
            raise WireError("notUTF8") from None

    def message(self, name):
        """Head, block and tails, what a newer peer added is passed over; or a batch of records."""
        if "record" in (shape := SHAPES[name]):
            values = self.fields(shape["header"], shape["headerBytes"])
            count, stride = values.pop("count"), values.pop("recordSize")
            require(count * stride <= len(self.rest), "truncated")
            require(count * stride == len(self.rest), "trailingByte")
            order = sorted(shape["record"], key=lambda field: field["name"] != "flags")
            return values | {"records": [self.fields(order, stride) for _ in range(count)]}
        size, count = self.numbers("<HH")
        require(size >= shape["minimumBlockBytes"], "truncated")
        values = self.fields(shape["fields"], size)
        self.tagged(shape["tails"], values, 0, count)
        require(not self.rest, "trailingByte")
        return values

    def preface(self):
        """The lowest and the highest version."""
        require(MAGIC.startswith(self.rest[:4]), "badMagic")
        _, lowest, highest, reserved = self.numbers("<IBBH")
        require(reserved == 0, "reservedNotZero")
        require(1 <= lowest <= highest, "outOfRange(version)")
        return lowest, highest

    def frame(self, extension_limit=4096):
        """A frame, by the order of checks of section 3."""
        head, start = self.rest[:12], self.rest[:4]
        require(len(start) < 4 or int.from_bytes(start, "little") <= LONGEST, "payloadTooLong")
        length, number, flags, extension, stream, checksum = self.numbers("<IBBHII")
        payload = Reader(self.take(length))
        require(checksum == crc32c(head + payload.rest), "badChecksum")
        if number >= 0x80:
            return {"type": "skipped", "stream": stream, "flags": flags}
        require(number in FRAMES, "unknownFrameType")
        shape, name, rest = FRAMES[number], FRAMES[number]["name"], FRAMES[number].get("rest")
        fixed = sum(field["bytes"] for field in shape["fields"])
        allowed = sum(TABLES["flags"][flag] for flag in shape["flags"])
        require(flags & ~(END | NOT_PROCESSED) == 0, "reservedFlag")
        require(flags & ~allowed == 0, "flagNotAllowed")
        room = length - fixed if name in ("OPEN", "STATUS") else 0
        require(room < 0 or extension <= room, "badExtensionLength")
        require(name != "OPEN" or extension <= extension_limit, "extensionTooLong")
        require(shape["stream"] in ("either", "call" if stream else "connection"), "wrongStream")
        require(stream == 0 or stream % 2 == 1, "evenStream")
        require(rest or not fixed or length <= fixed, "trailingByte")
        frame = {"type": name, "stream": stream, "flags": flags}
        frame |= payload.fields(shape["fields"], fixed)
        require(frame.get("kind") != UNARY or frame["timeout"] <= 60000, "outOfRange(timeout)")
        require(frame.get("kind", CLIENT_STREAM) & CLIENT_STREAM or flags & END, "endRequired")
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
        require(not critical or name in ("OPEN", "STATUS"), "unknownCriticalTag")
        frame |= {"unknownCritical": critical} if critical and name == "OPEN" else {}
        given = DEFAULTS | frame
        for tag in shape["tags"]:  # The table has them in the order in which they are judged.
            least, most = tag.get("minimum", 0), tag.get("maximum", 2**64)
            if tag["type"] in ("u8", "u32", "u64"):
                inside = given.get(least, least) <= given.get(tag["name"], most) <= most
                require(inside, f"outOfRange({tag['name']})")
        for tag in shape["tags"]:
            require(tag["name"] in frame or not tag.get("required"), f"missing({tag['name']})")
        return frame | ({"body": payload.rest} if rest == "body" else {})

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
        value = max(0, shape.get("minimum", 0)) if value is None else value
        return struct.pack(LAYOUTS[kind], value)
    element, nested = SHAPES[shape["element"]], kind == "messages"
    parts = [encode(element["name"], item) if nested else write_fields(element["fields"], item)
             for item in value]
    sized = (struct.pack("<H", len(part)) * nested + part for part in parts)
    return struct.pack("<HH", len(parts), 0 if nested else element["blockBytes"]) + b"".join(sized)

def write_frame(frame):
    shape, text = FRAMES[frame["type"]], frame.get("text", "").encode()
    tags = [tag for tag in shape["tags"] if frame.get(tag["name"]) is not None]
    tagged = write_tags(tags, frame) + frame.get("details", b"")
    fields = write_fields(shape["fields"], frame | {"textLength": len(text)})
    payload = fields + text + tagged + frame.get("body", b"")
    header = struct.pack("<IBBHI", len(payload), shape["type"], frame.get("flags", 0),
                         len(tagged) if "rest" in shape else 0, frame.get("stream", 0))
    return header + struct.pack("<I", crc32c(header + payload)) + payload

def account(send_credit, receive_credit, kind=None, received_end=False):
    """What may still be sent and received on the connection, or for a call of a kind."""
    return types.SimpleNamespace(
        send_credit=send_credit, receive_credit=receive_credit, first_credit=receive_credit, due=0,
        kind=kind, received_end=received_end, cancelled=False)

class Peer:
    """One side of a connection: `send` and `open` write frames, `next` waits for one to act on."""
    def __init__(self, role, sock, **hello):
        self.role, self.is_server = role, role == "server"
        self.socket, self.input = sock, sock.makefile("rb")
        self.hello = {"agent": "py-ref/1", "version": 1, "serverTime": time.time_ns() // 1000,
                      "instance": ZERO, "environment": 7, **DEFAULTS, **hello}
        self.ready, self.ended_by, self.pinged_at, self.strikes = False, None, -5, 0
        self.calls, self.last_stream, self.pings, self.events = {}, 0, [], []
        self.agree(DEFAULTS)
        if not self.is_server:
            self.socket.sendall(PREFACE)
            self.send("HELLO", **self.hello)

    def agree(self, theirs):
        self.agreed = {name: min(self.hello[name], theirs[name]) for name in DEFAULTS}
        self.calls[0] = account(*[self.agreed["connectionCredit"]] * 2)

    def add(self, stream, kind, credit, received_end=False):
        """A call is open; one answer alone is paid for by the connection."""
        answers, requests = credit if kind & SERVER_STREAM else LONGEST, self.agreed["streamCredit"]
        both = (answers, requests) if self.is_server else (requests, answers)
        self.last_stream, self.calls[stream] = stream, account(*both, kind, received_end)

    def pump(self):
        """Takes a frame; False when the peer closed. A broken rule is told to it and raised."""
        try:
            if not (head := self.input.read(16)):
                return False
            if not self.ready and (self.is_server or head[:4] == MAGIC):
                lowest, _ = Reader(head[:8]).preface()
                require(self.is_server and lowest == 1, "noCommonVersion")
                head = head[8:] + self.input.read(8)
            length, limit = int.from_bytes(head[:4], "little"), self.agreed["maximumPayload"]
            require(self.ready or length <= 4096, "helloTooLong")
            require(length <= limit, "payloadTooLong")
            frame = Reader(head + self.input.read(length)).frame(2048)
            if self.handle(frame, frame["type"], len(frame.get("body", b""))):
                self.events.append(frame)
            return True
        except WireError as error:
            if reason := TABLES["reasons"].get(str(error), 3):
                self.send("GOAWAY", lastAccepted=self.last_stream * self.is_server, reason=reason)
            elif str(error) == "noCommonVersion" and self.is_server:
                self.socket.sendall(PREFACE)
            raise

    def next(self):
        """The next event; None when the peer closed. Raises the error of a broken rule."""
        while not self.events and self.pump():
            pass
        return self.events.pop(0) if self.events else None

    def handle(self, frame, name, size):
        """What one frame does, by sections 4 to 10; whether it is an event."""
        stream, first = frame["stream"], "HELLO" if self.is_server else "HELLO_ACK"
        call, connection = self.calls.get(stream), self.calls[0]
        expected = name != first if self.ready else name in (first, "GOAWAY")
        require(expected and FRAMES.get(name, {}).get("sentBy") != self.role, "unexpectedFrame")
        if name == "OPEN":
            require(stream > self.last_stream, "streamNotIncreasing")
        elif name != "skipped" and stream not in self.calls:
            require(stream <= self.last_stream * self.is_server, "streamUnknown")
        for paying in (connection, call) if name == "DATA" and call else (connection,):
            require(size <= paying.receive_credit, "creditExceeded")
            paying.receive_credit -= size
        if name == first:
            require(frame.get("version", 1) == 1, "outOfRange(version)")
            allowed = (None, self.hello["environment"])
            require(frame.get("environment") in allowed, "wrongEnvironment")
            self.agree(DEFAULTS | frame)
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
        elif name == "CREDIT" and call:
            call.send_credit += frame["bytes"]
            require(call.send_credit <= CREDIT_MOST, "creditOverflow")
        elif name == "OPEN":
            self.add(stream, frame["kind"], frame["responseCredit"], frame["flags"] & END)
            unknown = "unknownCritical" in frame
            if unknown or len(self.calls) - 1 > self.agreed["streams"]:
                self.consumed(0, size)
                self.send("STATUS", stream, NOT_PROCESSED, code=12 if unknown else 8)
                return False
        elif name == "DATA" and call:
            require(not call.received_end, "dataAfterEnd")
            call.received_end = frame["flags"] & END
            many = self.is_server or call.kind & SERVER_STREAM
            require(many or call.received_end, "endRequired")
            if call.received_end and not self.is_server:
                del self.calls[stream]
        elif name == "STATUS":
            del self.calls[stream]
        if name in ("DATA", "CANCEL") and (not call or call.cancelled):
            self.consumed(stream, size)
            return False
        if name == "CANCEL":
            call.cancelled = True
        return name not in (first, "PING", "CREDIT", "skipped")

    def send(self, name, stream=0, flags=0, **fields):
        """Sends a frame, DATA once there is credit; accounts and the call, while open, follow."""
        call, size = self.calls.get(stream), len(fields.get("body", b""))
        while size > min(self.calls[0].send_credit, call.send_credit if call else FOREVER):
            require(self.pump(), "closed")
        self.socket.sendall(write_frame({"type": name, "stream": stream, "flags": flags, **fields}))
        self.calls[0].send_credit -= size
        if name == "PING":
            self.pings.append(fields["opaque"])
        elif call:
            call.send_credit -= size * (name == "DATA")
            call.cancelled = call.cancelled or name == "CANCEL"
        if self.is_server and (name == "STATUS" or flags & END):
            del self.calls[stream]

    def open(self, service, method, kind, body=b"", timeout=5000, credit=0, **block):
        """Opens a call with its first message and returns its stream."""
        stream, flags = (self.last_stream or -1) + 2, 0 if kind & CLIENT_STREAM else END
        self.add(stream, kind, credit)
        self.send("OPEN", stream, flags, service=service, method=method, kind=kind, body=body,
                  timeout=timeout, responseCredit=credit, **block)
        return stream

    def consumed(self, stream, size):
        """The reader took `size` bytes: granted again when half of the first amount is due."""
        for number in {0, stream} & self.calls.keys():
            paid = self.calls[number]
            paid.due += size
            if paid.due * 2 >= paid.first_credit > 0 and not paid.received_end:
                self.send("CREDIT", number, bytes=paid.due)
                paid.receive_credit, paid.due = paid.receive_credit + paid.due, 0

def secure(role, authority, certificate=None, key=None):
    """TLS 1.3 with ALPN `lbp/1`; mutual where a certificate is given, as between services."""
    context = ssl.SSLContext(getattr(ssl, "PROTOCOL_TLS_" + role.upper()))
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols(["lbp/1"])
    if authority:
        context.load_verify_locations(authority)
        context.verify_mode = ssl.CERT_REQUIRED
    if certificate:
        context.load_cert_chain(certificate, key)
    return context

def connect(host, port, context=None, name=None, **hello):
    """A client after its handshake, under TLS with a context; every wait ends after 20 s."""
    sock = socket.create_connection((host, port), timeout=20)
    sock = context.wrap_socket(sock, server_hostname=name or host) if context else sock
    peer = Peer("client", sock, **hello)
    while not peer.ready:
        require(peer.pump(), "closed")
    return peer
