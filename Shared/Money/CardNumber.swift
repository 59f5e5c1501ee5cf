/// Finds what looks like a card number, so that it can be refused at the door and never stored or logged.
package enum CardNumber {
    /// The shortest and the longest primary account number (ISO/IEC 7812-1).
    package static let digitCounts = 13...19

    /// Whether `text` holds a run of 13 to 19 digits that passes Luhn's check.
    ///
    /// Single spaces and hyphens between digits belong to a run, as people write card numbers so. Longer runs
    /// are no card numbers and are let through. One in ten numbers of such a length passes by chance, so ids of
    /// ours are never written with 13 digits or more alone.
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
        guard digitCounts.contains(digits.count) else { return false }
        var sum = 0
        for (index, digit) in digits.reversed().enumerated() {
            let value = index % 2 == 0 ? Int(digit) : 2 * Int(digit)
            sum += value > 9 ? value - 9 : value
        }
        return sum % 10 == 0
    }
}
