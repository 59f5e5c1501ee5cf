import Money
import Testing

@Suite("Card numbers")
struct CardNumberTests {
    // Published test numbers of the schemes, one with 13 and one with 19 digits.
    @Test(
        "test numbers are found, alone, grouped and within JSON",
        arguments: [
            "4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "378282246310005",
            "5555555555554444", "4222222222222", "6304000000000000000", "2223003122003222",
            "30569309025904", "3530111333300000", "6011111111111117", "135410014004955",
            "{\"note\":\"card 4111111111111111 please\"}", "{\"n\":4111111111111111}",
        ]
    )
    func found(text: String) {
        #expect(CardNumber.occurs(in: text))
    }

    @Test(
        "other texts are let through",
        arguments: [
            "", "4111111111111112", "411111111111", "12345678901234567890123",
            "4111  1111  1111  1111", "pay_01jd0c5m8e7q2x9v4k6h3n1r5t", "2026-11-20T07:19:28Z",
            "41111111111111110000",
        ]
    )
    func letThrough(text: String) {
        #expect(!CardNumber.occurs(in: text))
    }

    @Test("lengths 13 to 19 are card numbers, 12 and 20 are not", arguments: 12...20)
    func lengths(count: Int) {
        let number = Self.completed("6", count: count)
        #expect(CardNumber.occurs(in: number) == (13...19).contains(count))
    }

    /// `start`, zeros and the check digit that makes it pass, `count` digits in all.
    static func completed(_ start: String, count: Int) -> String {
        let stem = start + String(repeating: "0", count: count - start.count - 1)
        let sum = stem.utf8.reversed().enumerated().reduce(0) { sum, digit in
            let value = Int(digit.element - 48) * (digit.offset % 2 == 0 ? 2 : 1)
            return sum + (value > 9 ? value - 9 : value)
        }
        return stem + String((10 - sum % 10) % 10)
    }

    @Test(
        "numbers that pass the check are cards where a scheme begins so and has that length",
        arguments: [
            ("1", 15, true), ("1", 14, false), ("1", 16, false), ("2199", 16, false),
            ("2200", 16, true), ("2204", 16, true), ("2205", 16, false), ("2220", 16, false),
            ("2221", 16, true), ("2720", 16, true), ("2721", 16, false), ("2221", 15, false),
            ("30", 14, true), ("30", 13, false), ("31", 16, false), ("33", 16, false),
            ("34", 15, true), ("39", 16, true), ("4", 13, true), ("5", 13, true), ("6", 13, true),
            ("7", 16, false), ("8", 16, true), ("8", 15, false), ("9", 16, true), ("0", 16, false),
        ]
    )
    func schemes(start: String, count: Int, isCard: Bool) {
        #expect(CardNumber.occurs(in: Self.completed(start, count: count)) == isCard)
    }

    @Test("a date or the seconds since 1970 with a count behind is a reference", arguments: 0..<100)
    func references(count: Int) {
        #expect(!CardNumber.occurs(in: "replay-1795169746-\(100 + count)"))
        #expect(!CardNumber.occurs(in: "20261120-\(10_000 + count)"))
    }

    @Test("one wrong digit is always noticed")
    func everyDigit() {
        let number = Array("4111111111111111".utf8)
        for index in number.indices {
            for digit in UInt8(ascii: "0")...UInt8(ascii: "9") where digit != number[index] {
                var wrong = number
                wrong[index] = digit
                #expect(!CardNumber.occurs(in: wrong))
            }
        }
    }
}
