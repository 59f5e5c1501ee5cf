package import Timekeeping

/// Writes one JSON document from left to right into bytes; no reflection, no intermediate tree.
///
///     var json = JSONWriter()
///     json.beginObject()
///     json.member("id", booking.description)
///     json.member("fare", fixedPoint: 12_350, digits: 2)
///     json.endObject()
///     response.body = .bytes(json.finish())
///
/// Begin and end calls, keys and values out of place are mistakes of the program and stop it.
package struct JSONWriter: ~Copyable {
    private var builder: ByteBuilder
    /// Whether a value was written before at this level, so that the next needs a comma.
    private var needsComma = false
    /// A bit for each open level, the innermost lowest: 1 for an object, 0 for an array.
    private var levels: UInt64 = 0
    private var depth = 0

    /// The most levels that can be open.
    static let depthMax = 63

    /// A writer with room for `capacity` bytes before it grows.
    package init(capacity: Int = 512) {
        builder = ByteBuilder(capacity: capacity)
    }

    /// The document, complete.
    package consuming func finish() -> [UInt8] {
        precondition(depth == 0 && needsComma, "the document is not complete")
        return builder.finish()
    }

    /// Bytes written so far.
    package var byteCount: Int { builder.count }

    private mutating func begin(_ bracket: UInt8, isObject: UInt64) {
        separate()
        precondition(depth < Self.depthMax, "the document is too deep")
        builder.append(bracket)
        levels = levels << 1 | isObject
        depth += 1
        needsComma = false
    }

    private mutating func end(_ bracket: UInt8, isObject: UInt64) {
        precondition(depth > 0 && levels & 1 == isObject, "the brackets do not match")
        builder.append(bracket)
        levels >>= 1
        depth -= 1
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { builder.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    /// Opens an object.
    package mutating func beginObject() { begin(UInt8(ascii: "{"), isObject: 1) }
    /// Closes the innermost object.
    package mutating func endObject() { end(UInt8(ascii: "}"), isObject: 1) }
    /// Opens an array.
    package mutating func beginArray() { begin(UInt8(ascii: "["), isObject: 0) }
    /// Closes the innermost array.
    package mutating func endArray() { end(UInt8(ascii: "]"), isObject: 0) }

    /// Writes a member's name, a literal that needs no escapes; its value follows.
    package mutating func key(_ name: StaticString) {
        precondition(levels & 1 == 1, "a key outside an object")
        builder.append(needsComma ? ",\"" : "\"")
        builder.append(name)
        builder.append("\":")
        needsComma = false
    }

    /// Writes a member's name that is not known beforehand; its value follows.
    package mutating func key(text name: String) {
        precondition(levels & 1 == 1, "a key outside an object")
        string(name)
        builder.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a text; quotes, backslashes and controls are escaped, everything else stays UTF-8.
    package mutating func string(_ text: String) {
        separate()
        builder.append(UInt8(ascii: "\""))
        var text = text
        // Safe: the pointer is used only while `withUTF8` lends it.
        text.withUTF8 { bytes in
            var start = 0
            for index in 0..<bytes.count {
                let byte = unsafe bytes[index]
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
                    continue
                }
                unsafe builder.append(UnsafeBufferPointer(rebasing: bytes[start..<index]))
                appendEscaped(byte)
                start = index + 1
            }
            unsafe builder.append(UnsafeBufferPointer(rebasing: bytes[start...]))
        }
        builder.append(UInt8(ascii: "\""))
    }

    private mutating func appendEscaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): builder.append("\\\"")
        case UInt8(ascii: "\\"): builder.append("\\\\")
        case UInt8(ascii: "\n"): builder.append("\\n")
        case UInt8(ascii: "\r"): builder.append("\\r")
        case UInt8(ascii: "\t"): builder.append("\\t")
        default:
            builder.append("\\u00")
            for digit in [byte >> 4, byte & 15] {
                builder.append(
                    digit < 10 ? digit + UInt8(ascii: "0") : digit - 10 + UInt8(ascii: "a")
                )
            }
        }
    }

    /// Writes an integer. Above 2^53 a reader that uses doubles loses digits: send such as text.
    package mutating func integer(_ value: Int64) {
        separate()
        builder.append(decimal: value)
    }

    /// Writes `units` x 10^-`digits` exactly: degrees from e7, an amount from minor units.
    ///
    /// - Parameter digits: 0 ... 18 places behind the point; all are written, so 5000 with 2 gives `50.00`.
    package mutating func fixedPoint(_ units: Int64, digits: Int) {
        precondition((0...18).contains(digits), "digits out of range")
        separate()
        if units < 0 { builder.append(UInt8(ascii: "-")) }
        var scale: UInt64 = 1
        for _ in 0..<digits { scale *= 10 }
        let (whole, fraction) = units.magnitude.quotientAndRemainder(dividingBy: scale)
        builder.append(decimal: whole)
        guard digits > 0 else { return }
        builder.append(UInt8(ascii: "."))
        builder.append(digits: fraction, count: digits)
    }

    /// Writes `true` or `false`.
    package mutating func boolean(_ value: Bool) {
        separate()
        builder.append(value ? "true" : "false")
    }

    /// Writes `null`.
    package mutating func null() {
        separate()
        builder.append("null")
    }

    /// Writes a moment in UTC as text (RFC 3339).
    package mutating func time(_ moment: WallTime, _ fraction: RFC3339.Fraction = .milliseconds) {
        separate()
        builder.append(UInt8(ascii: "\""))
        RFC3339.append(moment, fraction, to: &builder)
        builder.append(UInt8(ascii: "\""))
    }

    /// Writes a complete document made elsewhere, as it is; the caller vouches that it is one.
    package mutating func raw(_ document: [UInt8]) {
        separate()
        builder.append(document)
    }
}

/// Members in one call.
extension JSONWriter {
    /// Writes a text member.
    package mutating func member(_ name: StaticString, _ text: String) {
        key(name)
        string(text)
    }

    /// Writes a text member, or nothing where it is `nil`.
    package mutating func member(_ name: StaticString, ifPresent text: String?) {
        if let text { member(name, text) }
    }

    /// Writes an integer member.
    package mutating func member(_ name: StaticString, _ value: Int64) {
        key(name)
        integer(value)
    }

    /// Writes an exact decimal member; see `fixedPoint`.
    package mutating func member(_ name: StaticString, fixedPoint units: Int64, digits: Int) {
        key(name)
        fixedPoint(units, digits: digits)
    }

    /// Writes a boolean member.
    package mutating func member(_ name: StaticString, _ value: Bool) {
        key(name)
        boolean(value)
    }

    /// Writes a time member.
    package mutating func member(
        _ name: StaticString,
        _ moment: WallTime,
        _ fraction: RFC3339.Fraction = .milliseconds
    ) {
        key(name)
        time(moment, fraction)
    }
}
