/// The classes of octets in the grammar of HTTP (RFC 9110 section 5.6, RFC 9112).
enum Octet {
    static let tab = UInt8(ascii: "\t")
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let space = UInt8(ascii: " ")
    static let colon = UInt8(ascii: ":")
    static let slash = UInt8(ascii: "/")
    static let percent = UInt8(ascii: "%")

    // A bit for each octet below 128: 0 ... 63, then 64 ... 127. Literals, because a computed table costs a
    // check of its initialisation on each octet; a test holds them to the characters they stand for.
    private static let tokens: (low: UInt64, high: UInt64) = (
        0x03FF_6CFA_0000_0000, 0x57FF_FFFF_C7FF_FFFE
    )
    private static let targets: (low: UInt64, high: UInt64) = (
        0xAFFF_FFF2_0000_0000, 0x47FF_FFFE_AFFF_FFFF
    )
    private static let authorities: (low: UInt64, high: UInt64) = (
        0x2FFF_7FF2_0000_0000, 0x47FF_FFFE_AFFF_FFFE
    )

    @inline(__always)
    private static func holds(_ bits: (low: UInt64, high: UInt64), _ octet: UInt8) -> Bool {
        guard octet < 128 else { return false }
        return (octet < 64 ? bits.low : bits.high) >> UInt64(octet & 63) & 1 == 1
    }

    /// Whether `octet` may stand in a method or a field name.
    static func isToken(_ octet: UInt8) -> Bool { holds(tokens, octet) }

    /// Whether `octet` may stand in a request target: RFC 3986 without the fragment's `#`.
    static func isTarget(_ octet: UInt8) -> Bool { holds(targets, octet) }

    /// Whether `octet` may stand in a Host; no `@`, so no user name.
    static func isAuthority(_ octet: UInt8) -> Bool { holds(authorities, octet) }

    /// Whether `octet` may stand in a field's value: no control but the tab; above 127 is allowed, unread.
    static func isFieldValue(_ octet: UInt8) -> Bool {
        octet >= 0x20 ? octet != 0x7F : octet == tab
    }

    /// Whether `octet` is a space or a tab.
    static func isBlank(_ octet: UInt8) -> Bool { octet == space || octet == tab }

    /// The value of a hexadecimal digit, `nil` for any other octet.
    static func hexadecimal(_ octet: UInt8) -> UInt8? {
        switch octet {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): octet - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): octet - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): octet - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The lower case of an ASCII letter, any other octet unchanged.
    static func lowercased(_ octet: UInt8) -> UInt8 {
        octet &- UInt8(ascii: "A") < 26 ? octet | 0x20 : octet
    }
}

extension Span<UInt8> {
    /// Whether the octets from `start` on are exactly `text`; false where they end before.
    func matches(_ text: StaticString, at start: Int) -> Bool {
        guard start >= 0, start <= count, count - start >= text.utf8CodeUnitCount else {
            return false
        }
        // Safe: the index stays below the literal's count.
        for index in 0..<text.utf8CodeUnitCount
        where unsafe self[start + index] != text.utf8Start[index] {
            return false
        }
        return true
    }

    /// Whether `self[range]` is `name`, a lower-case literal, in any case.
    func matchesIgnoringCase(_ name: StaticString, _ range: Range<Int>) -> Bool {
        guard range.count == name.utf8CodeUnitCount else { return false }
        // Safe: the index stays below the literal's count, which is the range's.
        for index in 0..<range.count
        where unsafe Octet.lowercased(self[range.lowerBound + index]) != name.utf8Start[index] {
            return false
        }
        return true
    }

    /// `range` without the spaces and tabs at both ends.
    func trimmingBlanks(_ range: Range<Int>) -> Range<Int> {
        var lower = range.lowerBound
        var upper = range.upperBound
        while lower < upper, Octet.isBlank(self[lower]) { lower += 1 }
        while lower < upper, Octet.isBlank(self[upper - 1]) { upper -= 1 }
        return lower..<upper
    }
}
