package import Timekeeping

/// Times as JSON carries them: `2026-11-20T07:30:00.250Z` (RFC 3339).
package enum RFC3339 {
    /// How much of a second is written.
    package enum Fraction: Int, Sendable {
        /// Whole seconds; the rest is cut.
        case none = 0
        /// Three digits; the rest is cut. What the partner API shows.
        case milliseconds = 3
        /// Six digits, all that `WallTime` holds.
        case microseconds = 6
    }

    /// The text of `moment` in UTC; moments outside the years 0000 ... 9999 are written as the nearest inside.
    package static func text(_ moment: WallTime, _ fraction: Fraction = .milliseconds) -> String {
        var builder = ByteBuilder(capacity: 32)
        append(moment, fraction, to: &builder)
        return String(decoding: builder.finish(), as: UTF8.self)
    }

    static func append(_ moment: WallTime, _ fraction: Fraction, to builder: inout ByteBuilder) {
        let time = CivilTime(moment)
        builder.append(digits: time.year, count: 4)
        builder.append(UInt8(ascii: "-"))
        builder.append(digits: time.month, count: 2)
        builder.append(UInt8(ascii: "-"))
        builder.append(digits: time.day, count: 2)
        builder.append(UInt8(ascii: "T"))
        builder.append(digits: time.hour, count: 2)
        builder.append(UInt8(ascii: ":"))
        builder.append(digits: time.minute, count: 2)
        builder.append(UInt8(ascii: ":"))
        builder.append(digits: time.second, count: 2)
        switch fraction {
        case .none:
            break
        case .milliseconds:
            builder.append(UInt8(ascii: "."))
            builder.append(digits: time.microsecond / 1000, count: 3)
        case .microseconds:
            builder.append(UInt8(ascii: "."))
            builder.append(digits: time.microsecond, count: 6)
        }
        builder.append(UInt8(ascii: "Z"))
    }

    /// The longest text that `parse` looks at, bytes.
    static let byteCountMax = 40

    /// The moment that `text` names.
    ///
    /// - Parameter text: Date, `T`, time, up to 9 digits of a second (cut to microseconds), and `Z` or an
    ///   offset; upper or lower case letters. An offset is required: local times are ambiguous.
    /// - Returns: `nil` for anything else, for moments that do not exist, and for leap seconds.
    package static func parse(_ text: String) -> WallTime? {
        let bytes = Array(text.utf8)
        guard (20...byteCountMax).contains(bytes.count),
            bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] | 0x20 == UInt8(ascii: "t"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
            let day = number(bytes[8..<10]), let hour = number(bytes[11..<13]),
            let minute = number(bytes[14..<16]), let second = number(bytes[17..<19])
        else { return nil }
        var index = 19
        var microsecond = 0
        if bytes[index] == UInt8(ascii: ".") {
            let start = index + 1
            index = start
            while index < bytes.count, number(bytes[index...index]) != nil { index += 1 }
            guard (1...9).contains(index - start) else { return nil }
            for place in 0..<6 {
                let digit = start + place < index ? Int(bytes[start + place] & 0x0F) : 0
                microsecond = microsecond * 10 + digit
            }
        }
        let time = CivilTime(
            year: year,
            month: month,
            day: day,
            hour: hour,
            minute: minute,
            second: second,
            microsecond: microsecond
        )
        guard time.isValid, let offset = offsetMinutes(bytes[index...]) else { return nil }
        let moment = time.wallTime.advanced(by: .seconds(-60 * offset))
        return CivilTime.range.contains(moment.microseconds) ? moment : nil
    }

    private static func offsetMinutes(_ bytes: ArraySlice<UInt8>) -> Int? {
        let start = bytes.startIndex
        if bytes.count == 1 { return bytes[start] | 0x20 == UInt8(ascii: "z") ? 0 : nil }
        guard bytes.count == 6, bytes[start + 3] == UInt8(ascii: ":"),
            let hours = number(bytes[start + 1..<start + 3]), hours < 24,
            let minutes = number(bytes[start + 4..<start + 6]), minutes < 60
        else { return nil }
        switch bytes[start] {
        case UInt8(ascii: "+"): return hours * 60 + minutes
        case UInt8(ascii: "-"): return -(hours * 60 + minutes)
        default: return nil
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for digit in digits {
            guard digit &- UInt8(ascii: "0") < 10 else { return nil }
            value = value * 10 + Int(digit & 0x0F)
        }
        return value
    }
}
