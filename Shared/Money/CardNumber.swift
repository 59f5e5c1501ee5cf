/// Finds what looks like a card number, so that it can be refused at the door and never stored or logged.
package enum CardNumber {
    /// The shortest and the longest primary account number (ISO/IEC 7812-1).
    package static let digitCounts = 13...19

    /// Whether `text` holds a run of 13 to 19 digits that begins and is as long as a scheme's cards, and passes Luhn's
    /// check.
    ///
    /// Single spaces and hyphens between digits belong to a run, as people write card numbers so. Longer runs
    /// are no card numbers and are let through. One in ten numbers passes Luhn's check by chance; partners' own
    /// references are often a date or the seconds since 1970 with a count behind (`20261120-00123`), and how cards
    /// begin tells most of those apart: of 168 references `replay-1795169746-N` Luhn alone refused seven.
    ///
    /// - Complexity: O(n).
    package static func occurs(in text: some StringProtocol) -> Bool {
        occurs(in: Array(text.utf8))
    }

    /// Whether the bytes of a text or of a JSON document hold such a run.
    ///
    /// - Complexity: O(n).
    package static func occurs(in bytes: some Sequence<UInt8>) -> Bool {
        var digits: [UInt8] = []
        var isSeparated = false
        for byte in bytes {
            if byte &- UInt8(ascii: "0") < 10 {
                // One past the longest is enough to know that a run is too long.
                if digits.count <= digitCounts.upperBound {
                    digits.append(byte &- UInt8(ascii: "0"))
                }
                isSeparated = false
            } else if (byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-")) && !isSeparated
                && !digits.isEmpty
            {
                isSeparated = true
            } else {
                if passes(digits) { return true }
                digits.removeAll(keepingCapacity: true)
                isSeparated = false
            }
        }
        return passes(digits)
    }

    /// Luhn's check (ISO/IEC 7812-1 annex B): every second digit from the right doubled, digit sums added.
    private static func passes(_ digits: [UInt8]) -> Bool {
        guard digitCounts.contains(digits.count), isOfScheme(digits) else { return false }
        var sum = 0
        for (index, digit) in digits.reversed().enumerated() {
            let value = index % 2 == 0 ? Int(digit) : 2 * Int(digit)
            sum += value > 9 ? value - 9 : value
        }
        return sum % 10 == 0
    }

    /// Whether cards begin with these digits and have so many (issuer identification numbers, ISO/IEC 7812-1, as the
    /// schemes publish theirs): 1 UATP; 2200 ... 2204 Mir; 2221 ... 2720 Mastercard; 30, 34 ... 39 American Express,
    /// Diners Club and JCB; 4 Visa; 5 Mastercard and Maestro; 6 Discover, Maestro, UnionPay and RuPay; 8 RuPay and
    /// UnionPay; 9 Troy and national ones.
    private static func isOfScheme(_ digits: [UInt8]) -> Bool {
        let start = digits.prefix(4).reduce(0) { $0 * 10 + Int($1) }
        switch digits[0] {
        case 1: return digits.count == 15
        case 2:
            return digits.count >= 16
                && ((2200...2204).contains(start) || (2221...2720).contains(start))
        case 3: return digits.count >= 14 && (digits[1] == 0 || (4...9).contains(digits[1]))
        case 4, 5, 6: return true
        case 8, 9: return digits.count >= 16
        default: return false
        }
    }
}
