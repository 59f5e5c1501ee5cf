"""Messages and location batches of LBP/1 by `registry.json`; PROTOCOL.md, section 11.

A message is a dictionary: fields by name, ids and byte strings as hexadecimal digits, tails with
nothing in them absent. What a newer peer sent is kept under `unknownBlock` and `unknownTails`.
"""

import json
import struct

from lbp import SHARED, WireError, require, text_of

LAYOUTS = {"u8": "<B", "bool": "<B", "u16": "<H", "currency": "<H", "u32": "<I", "i32": "<i",
           "u64": "<Q", "i64": "<q", "time": "<q", "id": "16s"}
DEPTH_MAXIMUM = 8

# The currencies of section 11; 0 is none.
CURRENCIES = frozenset(map(int, """
    0 8 12 32 36 44 48 50 51 52 60 64 68 72 84 90 96 104 108 116 124 132 136 144 152 156 170 174
    188 192 203 208 214 222 230 232 238 242 262 270 292 320 324 328 332 340 344 348 352 356 360
    364 368 376 388 392 398 400 404 408 410 414 417 418 422 426 430 434 446 454 458 462 480 484
    496 498 504 512 516 524 532 533 548 554 558 566 578 586 590 598 600 604 608 634 643 646 654
    682 690 702 704 706 710 728 748 752 756 760 764 776 780 784 788 800 807 818 826 834 840 858
    860 882 886 901 924 925 926 927 928 929 930 933 934 936 938 940 941 943 944 946 947 948 949
    950 951 952 953 967 968 969 970 971 972 973 976 977 978 979 980 981 984 985 986 990
    997""".split()))

with open(SHARED / "Messages" / "registry.json", encoding="utf-8") as file:
    REGISTRY = json.load(file)
SHAPES = {shape["name"]: shape for shape in REGISTRY["messages"] + REGISTRY["elements"]}
BATCHES = {batch["name"]: batch for batch in REGISTRY["batches"]}
METHODS = {(service["name"], method["name"]): (service["id"], method)
           for service in REGISTRY["services"] for method in service["methods"]}


def check(field, value):
    """Refuses a value outside the range of its field."""
    inside = field.get("minimum", value) <= value <= field.get("maximum", value)
    inside = inside or value == field.get("also")
    inside = inside and not (field["type"] == "bool" and value > 1)
    inside = inside and not (field["type"] == "currency" and value not in CURRENCIES)
    require(inside, f"outOfRange({field['name']})")


def read_fields(fields, data):
    """The fields that end within `data`, front to back, each checked; those behind: defaults."""
    result = {}
    for field in fields:
        name, kind = field["name"], field["type"]
        if field["offset"] + field["bytes"] > len(data):
            require(field["offset"] >= len(data), "notCanonical")
            result[name] = "00" * 16 if kind == "id" else field["default"]
            continue
        (value,) = struct.unpack_from(LAYOUTS[kind], data, field["offset"])
        if kind == "id":
            result[name] = value.hex()
            continue
        check(field, value)
        result[name] = bool(value) if kind == "bool" else value
    return result


def write_fields(fields, values):
    """The block of `fields`; what `values` does not have is the least that is allowed from 0 on."""
    result = b""
    for field in fields:
        least = "00" * 16 if field["type"] == "id" else max(0, field.get("minimum", 0))
        value = values.get(field["name"], least)
        if field["type"] == "id":
            value = bytes.fromhex(value)
        else:
            check(field, value)
        result += struct.pack(LAYOUTS[field["type"]], value)
    return result


def decode(name, data):
    """The message or batch `name` from exactly `data`."""
    return decode_batch(name, data) if name in BATCHES else decode_message(name, data, 1)


def encode(name, values):
    """The one encoding of a message or batch."""
    return encode_batch(name, values) if name in BATCHES else encode_message(name, values)


def decode_message(name, data, depth):
    """Head, block and tails, in this order."""
    shape = SHAPES[name]
    require(depth <= DEPTH_MAXIMUM, "nestedTooDeeply")
    require(len(data) >= 4, "truncated")
    size, tail_count = struct.unpack_from("<HH", data)
    require(4 + size <= len(data) and size >= shape["minimumBlockBytes"], "truncated")
    values = read_fields(shape["fields"], data[4 : 4 + size])
    if size > shape["blockBytes"]:
        values["unknownBlock"] = data[4 + shape["blockBytes"] : 4 + size].hex()
    known = {tail["tag"]: tail for tail in shape["tails"]}
    position, last = 4 + size, 0
    for _ in range(tail_count):
        require(position + 4 <= len(data), "truncated")
        tag, length = struct.unpack_from("<HH", data, position)
        require(tag != last, "duplicateTag")
        require(tag > last, "descendingTag")
        position, last = position + 4 + length, tag
        require(position <= len(data), "truncated")
        require(length > 0 or tag not in known, "notCanonical")
        value = data[position - length : position]
        if tag in known:
            values[known[tag]["name"]] = decode_tail(known[tag], value, depth)
        else:
            values.setdefault("unknownTails", []).append([tag, value.hex()])
    require(position == len(data), "trailingByte")
    return values


def decode_tail(tail, value, depth):
    """A text, a byte string, a list of elements or a list of messages."""
    kind, name, maximum = tail["type"], tail["name"], tail["maximum"]
    if kind in ("text", "bytes"):
        require(len(value) <= maximum, f"tooLong({name})")
        return text_of(value) if kind == "text" else value.hex()
    require(len(value) >= 4, "truncated")
    count, stride = struct.unpack_from("<HH", value)
    require(count > 0, "notCanonical")
    if kind == "messages":
        require(stride == 0, "notCanonical")
        require(count * 6 <= len(value) - 4, "truncated")
        require(count <= maximum, f"tooLong({name})")
        return decode_messages(tail["element"], value[4:], count, depth)
    shape = SHAPES[tail["element"]]
    require(stride >= shape["blockBytes"], "notCanonical")
    require(4 + count * stride <= len(value), "truncated")
    require(count <= maximum, f"tooLong({name})")
    require(4 + count * stride == len(value), "trailingByte")
    return [read_fields(shape["fields"], value[4 + index * stride :][: shape["blockBytes"]])
            for index in range(count)]


def decode_messages(name, data, count, depth):
    """Messages that each stand behind their own length."""
    result, position = [], 0
    for _ in range(count):
        require(position + 2 <= len(data), "truncated")
        (length,) = struct.unpack_from("<H", data, position)
        position += 2 + length
        require(position <= len(data), "truncated")
        result.append(decode_message(name, data[position - length : position], depth + 1))
    require(position == len(data), "trailingByte")
    return result


def encode_message(name, values):
    """A message; texts and lists above their limit are refused as a reader would."""
    shape, tails = SHAPES[name], []
    for tail in shape["tails"]:
        if values.get(tail["name"]):
            tails.append((tail["tag"], encode_tail(tail, values[tail["name"]])))
    tails += [(tag, bytes.fromhex(value)) for tag, value in values.get("unknownTails", ())]
    block = write_fields(shape["fields"], values) + bytes.fromhex(values.get("unknownBlock", ""))
    result = struct.pack("<HH", len(block), len(tails)) + block
    for tag, value in sorted(tails):
        result += struct.pack("<HH", tag, len(value)) + value
    return result


def encode_tail(tail, value):
    """The value of one tail."""
    kind, element = tail["type"], tail.get("element")
    if kind in ("text", "bytes"):
        result = value.encode() if kind == "text" else bytes.fromhex(value)
        require(len(result) <= tail["maximum"], f"tooLong({tail['name']})")
        return result
    require(len(value) <= tail["maximum"], f"tooLong({tail['name']})")
    if kind == "messages":
        parts = [encode_message(element, item) for item in value]
        parts = [struct.pack("<H", len(part)) + part for part in parts]
        return struct.pack("<HH", len(value), 0) + b"".join(parts)
    parts = [write_fields(SHAPES[element]["fields"], item) for item in value]
    return struct.pack("<HH", len(value), SHAPES[element]["blockBytes"]) + b"".join(parts)


def batch_fields(fields, data, order=()):
    """Fields of a batch's header or record; flags that are not zero have an error of their own."""
    for field in sorted(fields, key=lambda field: (field["name"] not in order, field["offset"])):
        (value,) = struct.unpack_from(LAYOUTS[field["type"]], data, field["offset"])
        require(field["name"] != "flags" or value == 0, "reservedNotZero")
        check(field, value)
    return read_fields([field for field in fields if field["name"] != "flags"], data)


def decode_batch(name, data):
    """A batch of records; further bytes of longer records are skipped."""
    shape = BATCHES[name]
    size = shape["headerBytes"]
    require(len(data) >= size, "truncated")
    values = batch_fields(shape["header"], data)
    count, stride = values.pop("count"), values.pop("recordSize")
    require(len(data) >= size + count * stride, "truncated")
    require(len(data) == size + count * stride, "trailingByte")
    records = (data[size + index * stride :][:stride] for index in range(count))
    values["records"] = [batch_fields(shape["record"], record, ("flags",)) for record in records]
    return values


def encode_batch(name, values):
    """A batch with records of the size that the registry has."""
    shape, records = BATCHES[name], values["records"]
    header = {"count": len(records), "recordSize": shape["recordBytes"], **values}
    parts = [write_fields(shape["record"], record) for record in records]
    return write_fields(shape["header"], header) + b"".join(parts)
