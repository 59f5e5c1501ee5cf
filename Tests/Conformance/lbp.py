"""The frames of LBP/1, written from Shared/WireFormat/PROTOCOL.md alone.

Python 3.11, standard library only; made to be compared with the specification, not to be fast.
A frame is a dictionary with the keys of `vectors.json`. `messages.py` has the bodies,
`connection.py` the rules of a connection and its sockets.
"""

import pathlib
import struct

SHARED = pathlib.Path(__file__).resolve().parents[2] / "Shared"
MAGIC = b"LBP\x1a"
END, NOT_PROCESSED = 1, 2
UNARY, SERVER_STREAM, CLIENT_STREAM, BIDIRECTIONAL = range(4)
KINDS = ("unary", "serverStream", "clientStream", "bidirectional")
CREDIT_MAXIMUM = 2**31 - 1
FOREVER = 2**32 - 1

# Errors -----------------------------------------------------------------------------------------

# Section 13: the reason of the GOAWAY that answers an error; None: closed without one; else 3.
REASONS = {
    "badMagic": None, "peerDead": None, "endedByPeer": None, "noCommonVersion": None,
    "badChecksum": 4, "creditExceeded": 5, "tooManyControlFrames": 6, "pingTooOften": 6,
    "tooManyCancels": 7, "authenticationExpired": 8, "authenticationFailed": 9,
    "wrongEnvironment": 10, "payloadTooLong": 11, "helloTooLong": 11, "earlyDataTooLong": 11,
    "extensionTooLong": 11, "helloTimeout": 12, "frameTimeout": 12, "drainTimeout": 12,
    "slowConsumer": 13,
}


class WireError(Exception):
    """A broken rule; its text is the published name, such as `outOfRange(timeout)`."""

    @property
    def reason(self):
        """The GOAWAY reason, or None when the connection is closed without one."""
        return REASONS.get(str(self), 3)


def require(condition, error):
    """Raises `error` unless `condition` holds."""
    if not condition:
        raise WireError(error)


def text_of(value):
    """UTF-8 without overlong forms and surrogates, as Python's strict decoder has it."""
    try:
        return bytes(value).decode("utf-8")
    except UnicodeDecodeError:
        raise WireError("notUTF8") from None


def fixed(layout, data):
    """The fields of a payload of one exact size."""
    require(len(data) >= struct.calcsize(layout), "truncated")
    require(len(data) == struct.calcsize(layout), "trailingByte")
    return struct.unpack(layout, data)


# Checksum ---------------------------------------------------------------------------------------

CRC_TABLE = []
for remainder in range(256):
    for _ in range(8):
        remainder = remainder >> 1 ^ (0x82F63B78 if remainder & 1 else 0)
    CRC_TABLE.append(remainder)


def crc32c(*parts):
    """CRC-32C of the parts one after the other; of "123456789": 0xE3069283."""
    crc = 0xFFFFFFFF
    for part in parts:
        for byte in part:
            crc = crc >> 8 ^ CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


# Tagged fields ----------------------------------------------------------------------------------

# Tag: name, shape (an integer is a number or id of that size), least and most bytes.
LIMITS = {
    3: ("maximumPayload", "<I"), 4: ("connectionCredit", "<I"), 5: ("streamCredit", "<I"),
    6: ("streams", "<I"), 7: ("keepAlive", "<I"),
}
TOKEN = {8: ("token", (1, 2048))}
COMMON = {1: ("agent", (0, 64)), **LIMITS, 9: ("features", "<Q"), 14: ("environment", "<Q")}
ACK_ONLY = {2: ("version", "<B"), 11: ("serverTime", "<q"), 12: ("instance", "16s")}
EXTENSIONS = {1: ("callerToken", (1, 2048)), 2: ("shardEpoch", "<Q")}
TAGGED = {"HELLO": COMMON | TOKEN, "HELLO_ACK": COMMON | ACK_ONLY, "AUTH": TOKEN}
DEFAULTS = {"maximumPayload": 65536, "connectionCredit": 1048576, "streamCredit": 65536,
            "streams": 100, "keepAlive": 25000}


def split_tagged(data):
    """The (tag, value) pairs, one after the other; ascending tags, all bytes there."""
    last, position = -1, 0
    while position < len(data):
        require(len(data) - position >= 4, "truncated")
        tag, size = struct.unpack_from("<HH", data, position)
        require(tag != last, "duplicateTag")
        require(tag > last, "descendingTag")
        position, last = position + 4 + size, tag
        require(position <= len(data), "truncated")
        yield tag, data[position - size : position]


def read_tagged(data, known):
    """The known fields by name, and how many unknown ones had to be understood."""
    fields, critical = {}, 0
    for tag, value in split_tagged(data):
        if tag not in known:
            critical += tag >> 15
            continue
        name, shape = known[tag]
        if isinstance(shape, str):
            require(len(value) == struct.calcsize(shape), f"outOfRange({name})")
            (fields[name],) = struct.unpack(shape, value)
        else:
            require(len(value) >= shape[0], f"outOfRange({name})")
            require(len(value) <= shape[1], f"tooLong({name})")
            fields[name] = text_of(value) if name == "agent" else value
        require(name != "version" or fields[name] > 0, "outOfRange(version)")
    return fields, critical


def write_tagged(fields, known):
    """The bytes of those `fields` that are known, in the order of their tags."""
    result = b""
    for tag, (name, shape) in sorted(known.items()):
        if name in fields:
            value = fields[name].encode() if name == "agent" else fields[name]
            value = struct.pack(shape, value) if isinstance(shape, str) else value
            result += struct.pack("<HH", tag, len(value)) + value
    return result


def check_hello(name, fields):
    """What section 13 has judged after the last field of HELLO and HELLO_ACK."""
    value = DEFAULTS | fields
    payload, stream = value["maximumPayload"], value["streamCredit"]
    require(16384 <= payload <= 65536, "outOfRange(maximumPayload)")
    require(payload <= stream <= CREDIT_MAXIMUM, "outOfRange(streamCredit)")
    require(stream <= value["connectionCredit"] <= CREDIT_MAXIMUM, "outOfRange(connectionCredit)")
    require(1 <= value["streams"] <= 65536, "outOfRange(streams)")
    require(5000 <= value["keepAlive"] <= 3600000, "outOfRange(keepAlive)")
    require(fields.get("environment") != 0, "outOfRange(environment)")
    for needed in ("version", "serverTime", "instance", "environment") * (name == "HELLO_ACK"):
        require(needed in fields, f"missing({needed})")


# Frames -----------------------------------------------------------------------------------------

# Type: name, flags it may carry, whether its stream is the connection, a call or either.
TYPES = {
    0x01: ("HELLO", 0, "zero"), 0x02: ("HELLO_ACK", 0, "zero"), 0x03: ("AUTH", 0, "zero"),
    0x04: ("PING", 0, "zero"), 0x05: ("PONG", 0, "zero"), 0x06: ("GOAWAY", 0, "zero"),
    0x07: ("CREDIT", 0, "either"), 0x10: ("OPEN", END, "call"), 0x11: ("DATA", END, "call"),
    0x12: ("STATUS", NOT_PROCESSED, "call"), 0x13: ("CANCEL", 0, "call"),
}
NUMBERS = {name: number for number, (name, _, _) in TYPES.items()}
BLOCK = "<HHI16s8sBBBBIQ16s"
BLOCK_NAMES = ("service", "method", "timeout", "traceID", "parentSpanID", "traceFlags", "kind",
               "criticality", "attempt", "responseCredit", "tenant", "idempotencyKey")


def read_preface(data):
    """The lowest and the highest version of a preface."""
    require(MAGIC.startswith(data[:4]), "badMagic")
    require(len(data) >= 8, "truncated")
    lowest, highest, reserved = struct.unpack_from("<BBH", data, 4)
    require(reserved == 0, "reservedNotZero")
    require(1 <= lowest <= highest, "outOfRange(version)")
    return lowest, highest


def write_preface(lowest, highest):
    """The 8 bytes before the first frame."""
    return MAGIC + struct.pack("<BBH", lowest, highest, 0)


def frame_size(data, limit=65536, error="payloadTooLong"):
    """The bytes of the frame that `data` begins with, None while four are not there."""
    if len(data) < 4:
        return None
    (length,) = struct.unpack_from("<I", data)
    require(length <= limit, error)
    return 16 + length


def read_frame(data, extension_limit=4096):
    """The frame that `data` begins with, by the order of checks of section 3."""
    size = frame_size(data)
    require(len(data) >= 16 and len(data) >= size, "truncated")
    length, number, flags, extension, stream, checksum = struct.unpack_from("<IBBHII", data)
    payload = data[16 : 16 + length]
    require(checksum == crc32c(data[:12], payload), "badChecksum")
    if number >= 0x80:
        return {"type": "skipped", "stream": stream, "flags": flags}
    require(number in TYPES, "unknownFrameType")
    name, allowed, place = TYPES[number]
    require(flags & ~(END | NOT_PROCESSED) == 0, "reservedFlag")
    require(flags & ~allowed == 0, "flagNotAllowed")
    # Before the fixed part is there, its payload's own error comes first: `truncated`.
    room = length - {"OPEN": 64, "STATUS": 10}.get(name, length)
    require(room < 0 or extension <= room, "badExtensionLength")
    require(name != "OPEN" or extension <= extension_limit, "extensionTooLong")
    require(place == "either" or (stream == 0) == (place == "zero"), "wrongStream")
    require(stream == 0 or stream % 2 == 1, "evenStream")
    frame = {"type": name, "stream": stream, "flags": flags}
    return frame | read_payload(name, payload, flags, extension)


def read_payload(name, payload, flags, extension):
    """The fields of a payload, and the rules that one frame alone can break."""
    if name in TAGGED:
        fields, critical = read_tagged(payload, TAGGED[name])
        require(not critical, "unknownCriticalTag")
        if name == "AUTH":
            require("token" in fields, "missing(token)")
        else:
            check_hello(name, fields)
        return fields
    if name in ("PING", "PONG"):
        return {"opaque": fixed("8s", payload)[0]}
    if name == "GOAWAY":
        last, reason, reserved, drain = fixed("<IHHI", payload)
        require(reserved == 0, "reservedNotZero")
        require(last == 0 or last % 2 == 1, "evenStream")
        return {"lastAccepted": last, "reason": reason if reason <= 13 else 0, "drain": drain}
    if name == "CREDIT":
        (granted,) = fixed("<I", payload)
        require(granted > 0, "creditZero")
        require(granted <= CREDIT_MAXIMUM, "creditOverflow")
        return {"bytes": granted}
    if name == "OPEN":
        return read_open(payload, flags, extension)
    if name == "DATA":
        require(payload or flags & END, "emptyData")
        return {"body": payload}
    if name == "STATUS":
        return read_status(payload, flags, extension)
    code, reserved = fixed("<HH", payload)
    require(code != 0, "outOfRange(code)")
    require(reserved == 0, "reservedNotZero")
    return {"code": code if code <= 16 else 2}


def read_open(payload, flags, extension):
    """Call block, extensions and first message."""
    require(len(payload) >= 64, "truncated")
    frame = dict(zip(BLOCK_NAMES, struct.unpack_from(BLOCK, payload)))
    require(frame["timeout"] != 0, "timeoutZero")
    require(frame["kind"] <= 3, "outOfRange(callKind)")
    require(frame["kind"] != UNARY or frame["timeout"] <= 60000, "outOfRange(timeout)")
    require(frame["criticality"] <= 3, "outOfRange(criticality)")
    require(frame["responseCredit"] <= CREDIT_MAXIMUM, "outOfRange(responseCredit)")
    require(frame["kind"] in (CLIENT_STREAM, BIDIRECTIONAL) or flags & END, "endRequired")
    fields, critical = read_tagged(payload[64 : 64 + extension], EXTENSIONS)
    if critical:
        frame["unknownCritical"] = critical
    return frame | fields | {"body": payload[64 + extension :]}


def read_status(payload, flags, extension):
    """Code, text and details of STATUS."""
    require(len(payload) >= 10, "truncated")
    code, sub_code, retry_after, size = struct.unpack_from("<HHIH", payload)
    require(size <= 256, "tooLong(text)")
    require(10 + size + extension <= len(payload), "truncated")
    require(10 + size + extension == len(payload), "trailingByte")
    require(code != 0 or not flags & NOT_PROCESSED, "flagNotAllowed")
    details = payload[10 + size :]
    result = {"code": code if code <= 16 else 2, "subCode": sub_code, "retryAfter": retry_after,
              "text": text_of(payload[10 : 10 + size]), "details": details}
    list(split_tagged(details))
    return result


def write_frame(frame):
    """The bytes of a frame from its fields."""
    name, extensions, payload = frame["type"], b"", b""
    if name in TAGGED:
        payload = write_tagged(frame, TAGGED[name])
    elif name in ("PING", "PONG"):
        payload = frame["opaque"]
    elif name == "GOAWAY":
        payload = struct.pack("<IHHI", frame["lastAccepted"], frame["reason"], 0, frame["drain"])
    elif name == "CREDIT":
        payload = struct.pack("<I", frame["bytes"])
    elif name == "OPEN":
        extensions = write_tagged(frame, EXTENSIONS)
        block = struct.pack(BLOCK, *(frame[name] for name in BLOCK_NAMES))
        payload = block + extensions + frame["body"]
    elif name == "DATA":
        payload = frame["body"]
    elif name == "STATUS":
        text, extensions = frame["text"].encode(), frame["details"]
        payload = struct.pack("<HHIH", frame["code"], frame["subCode"], frame["retryAfter"],
                              len(text)) + text + extensions
    else:
        payload = struct.pack("<HH", frame["code"], 0)
    header = struct.pack("<IBBHI", len(payload), NUMBERS[name], frame.get("flags", 0),
                         len(extensions), frame.get("stream", 0))
    return header + struct.pack("<I", crc32c(header, payload)) + payload
