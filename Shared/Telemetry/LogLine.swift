internal import Timekeeping

/// One JSON object on one line, at most `byteCountMax` bytes with its line break.
///
/// 4096 is Linux's PIPE_BUF: a line is written with one system call, and to a pipe such a write is never
/// interleaved with another process's. What does not fit is left out and `"truncated":true` says so.
struct LogLine {
    /// The most bytes of a line.
    static let byteCountMax = 4096
    /// The most bytes of one value's text before escaping.
    static let valueByteCountMax = 1024
    /// What the end of a truncated line takes.
    private static let endByteCount = 24

    private(set) var bytes: [UInt8] = []
    private var isTruncated = false

    /// Starts a line: time, level, service, message.
    init(at moment: WallTime, level: LogLevel, service: String, message: StaticString) {
        bytes.reserveCapacity(320)
        bytes += #"{"time":""#.utf8
        appendTime(moment)
        bytes += #"","level":""#.utf8
        bytes += level.rawValue.utf8
        bytes.append(UInt8(ascii: "\""))
        append("service", .text(service))
        message.withUTF8Buffer { units in
            append("message", .text(String(decoding: units, as: UTF8.self)))
        }
    }

    /// Adds a field, or nothing where the line would become too long.
    mutating func append(_ key: StaticString, _ value: LogValue) {
        let start = bytes.count
        bytes += #",""#.utf8
        key.withUTF8Buffer { appendEscaped($0) }
        bytes += #"":"#.utf8
        appendValue(value)
        if bytes.count + Self.endByteCount > Self.byteCountMax {
            bytes.removeSubrange(start...)
            isTruncated = true
        }
    }

    /// Ends the line and returns its bytes.
    consuming func finish() -> [UInt8] {
        if isTruncated { bytes += #","truncated":true"#.utf8 }
        bytes += "}\n".utf8
        return bytes
    }

    private mutating func appendValue(_ value: LogValue) {
        switch value {
        case .text(let text): appendText(text)
        case .integer(let number): bytes += String(number).utf8
        case .unsigned(let number): bytes += String(number).utf8
        case .number(let number):
            if number.isFinite { bytes += String(number).utf8 } else { appendText(String(number)) }
        case .boolean(let flag): bytes += (flag ? "true" : "false").utf8
        case .duration(let duration): appendDuration(duration)
        }
    }

    private mutating func appendText(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        if text.utf8.count <= Self.valueByteCountMax {
            appendEscaped(text.utf8)
        } else {
            // Cut before a scalar that does not fit, never within one.
            var end = text.utf8.index(text.startIndex, offsetBy: Self.valueByteCountMax)
            while end > text.startIndex, text.utf8[end] & 0xC0 == 0x80 {
                end = text.utf8.index(before: end)
            }
            appendEscaped(text.utf8[..<end])
            isTruncated = true
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func appendEscaped(_ units: some Sequence<UInt8>) {
        for unit in units {
            switch unit {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(unit)
            case UInt8(ascii: "\n"): bytes += #"\n"#.utf8
            case 0..<0x20, 0x7F:
                bytes += #"\u00"#.utf8
                bytes.append(Self.hexDigit(unit >> 4))
                bytes.append(Self.hexDigit(unit & 15))
            default: bytes.append(unit)
            }
        }
    }

    private static func hexDigit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") - 10 + nibble
    }

    private mutating func appendDuration(_ duration: Duration) {
        let nanoseconds = duration.wholeNanoseconds
        if nanoseconds < 0 { bytes.append(UInt8(ascii: "-")) }
        bytes += String(nanoseconds.magnitude / 1_000_000_000).utf8
        bytes.append(UInt8(ascii: "."))
        appendDigits(Int(nanoseconds.magnitude % 1_000_000_000), count: 9)
    }

    private mutating func appendTime(_ moment: WallTime) {
        let time = CivilTime(moment)
        appendDigits(time.year, count: 4)
        bytes.append(UInt8(ascii: "-"))
        appendDigits(time.month, count: 2)
        bytes.append(UInt8(ascii: "-"))
        appendDigits(time.day, count: 2)
        bytes.append(UInt8(ascii: "T"))
        appendDigits(time.hour, count: 2)
        bytes.append(UInt8(ascii: ":"))
        appendDigits(time.minute, count: 2)
        bytes.append(UInt8(ascii: ":"))
        appendDigits(time.second, count: 2)
        bytes.append(UInt8(ascii: "."))
        appendDigits(time.microsecond, count: 6)
        bytes.append(UInt8(ascii: "Z"))
    }

    private mutating func appendDigits(_ number: Int, count: Int) {
        var scale = (1..<count).reduce(1) { scale, _ in scale * 10 }
        while scale > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(number / scale % 10))
            scale /= 10
        }
    }
}
