/// A currency of ISO 4217: what an amount is counted in.
///
/// Only the currencies of `Currency.all` exist; whatever else a client names is refused. The exponent is
/// ISO's. Providers have exceptions of their own, which their adapters hold.
@frozen
package struct Currency: Hashable, Sendable {
    /// The numeric code, 1 ... 999: what travels and is stored.
    package let numericCode: UInt16
    /// Decimal digits of the minor unit, 0 ... 4: 2 for cents, 0 where there is none.
    package let exponent: UInt8
    /// The three letters, the first in the lowest byte.
    private let packedLetters: UInt32

    /// A row of the table.
    init(_ letters: StaticString, _ numericCode: UInt16, _ exponent: UInt8) {
        self.numericCode = numericCode
        self.exponent = exponent
        packedLetters = letters.withUTF8Buffer { units in
            precondition(units.count == 3, "An alphabetic code has three letters.")
            return UInt32(units[0]) | UInt32(units[1]) << 8 | UInt32(units[2]) << 16
        }
    }

    /// The currency with this numeric code; `nil` where there is none.
    ///
    /// - Complexity: O(1).
    package init?(numericCode: UInt16) {
        guard Int(numericCode) < Self.positionByNumericCode.count else { return nil }
        let position = Self.positionByNumericCode[Int(numericCode)]
        guard position != Self.noPosition else { return nil }
        self = Self.all[Int(position)]
    }

    /// The currency with this alphabetic code, in capitals as ISO writes it; `nil` where there is none.
    ///
    /// - Complexity: O(log n) in the number of currencies.
    package init?(code: some StringProtocol) {
        let units = Array(code.utf8.prefix(4))
        guard units.count == 3 else { return nil }
        let key = Self.sortKey(units[0], units[1], units[2])
        var low = 0
        var high = Self.all.count
        while low < high {
            let middle = (low + high) / 2
            if Self.all[middle].sortKey < key { low = middle + 1 } else { high = middle }
        }
        guard low < Self.all.count, Self.all[low].sortKey == key else { return nil }
        self = Self.all[low]
    }

    /// The alphabetic code, three capitals.
    package var code: String {
        let units = [0, 8, 16].map { UInt8(truncatingIfNeeded: packedLetters >> UInt32($0)) }
        return String(decoding: units, as: UTF8.self)
    }
}

extension Currency: CustomStringConvertible {
    /// The alphabetic code.
    package var description: String { code }
}

extension Currency {
    /// Marks a numeric code that no currency has.
    private static let noPosition: UInt16 = .max

    /// For each numeric code the currency's place in `all`.
    private static let positionByNumericCode: [UInt16] = {
        var positions = [UInt16](repeating: noPosition, count: 1000)
        for (position, currency) in all.enumerated() {
            positions[Int(currency.numericCode)] = UInt16(position)
        }
        return positions
    }()

    /// Orders as the letters do.
    private var sortKey: UInt32 { packedLetters.byteSwapped >> 8 }

    private static func sortKey(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> UInt32 {
        UInt32(first) << 16 | UInt32(second) << 8 | UInt32(third)
    }
}
