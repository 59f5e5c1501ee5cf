/// A number of a JSON document, as text of the right form, read exactly when its use is known.
package struct JSONNumber: Equatable, Sendable {
    /// The number as it was written; at most `byteCountMax` characters.
    package let text: String

    /// The longest number that is read: 15 to 17 digits are all that a double can hold, and more than 38
    /// would not fit the exact arithmetic here.
    static let byteCountMax = 38

    /// What happens to digits beyond the wanted ones.
    package enum Excess: Sendable {
        /// They must be zeros: money.
        case refused
        /// They are rounded to nearest, half to even: coordinates, whose senders print doubles.
        case rounded
    }

    /// The number times 10^`digits`, exactly.
    ///
    /// - Parameters:
    ///   - digits: 0 ... 18 places behind the point that are wanted.
    ///   - excess: What happens to further ones.
    /// - Returns: `nil` where the result is no `Int64`, or digits are in excess and refused.
    package func scaled(digits: Int, excess: Excess) -> Int64? {
        var significand: UInt128 = 0
        var fractionCount = 0
        var exponent = 0
        var isNegative = false
        var isExponentNegative = false
        enum Part { case whole, fraction, exponent }
        var part = Part.whole
        for unit in text.utf8 {
            switch (unit, part) {
            case (UInt8(ascii: "-"), .whole): isNegative = true
            case (UInt8(ascii: "-"), _): isExponentNegative = true
            case (UInt8(ascii: "+"), _): break
            case (UInt8(ascii: "."), _): part = .fraction
            case (UInt8(ascii: "e"), _), (UInt8(ascii: "E"), _): part = .exponent
            case (let digit, .exponent):
                // Far beyond any number in range; the bound keeps the sum below from overflowing.
                exponent = min(exponent * 10 + Int(digit & 0x0F), 100_000)
            case (let digit, _):
                // At most 38 digits: below 10^38, which 128 bits hold.
                significand = significand &* 10 &+ UInt128(digit & 0x0F)
                if part == .fraction { fractionCount += 1 }
            }
        }
        let shift = (isExponentNegative ? -exponent : exponent) - fractionCount + digits
        guard let magnitude = Self.shifted(significand, by: shift, excess: excess) else {
            return nil
        }
        guard magnitude <= UInt128(Int64.max) else { return nil }
        return isNegative ? -Int64(magnitude) : Int64(magnitude)
    }

    private static func shifted(_ value: UInt128, by shift: Int, excess: Excess) -> UInt128? {
        guard value != 0 else { return 0 }
        if shift >= 0 {
            var result = value
            // 20 places take any digit out of Int64's range.
            for _ in 0..<min(shift, 20) {
                let (product, overflow) = result.multipliedReportingOverflow(by: 10)
                guard !overflow else { return nil }
                result = product
            }
            return result
        }
        // Past 38 places a number of 38 digits is less than a half.
        guard shift >= -38 else { return excess == .rounded ? 0 : nil }
        var scale: UInt128 = 1
        for _ in 0..<(-shift) { scale *= 10 }
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: scale)
        guard remainder != 0 else { return quotient }
        guard excess == .rounded else { return nil }
        let half = scale / 2
        let isUp = remainder > half || (remainder == half && quotient & 1 == 1)
        return isUp ? quotient + 1 : quotient
    }
}
