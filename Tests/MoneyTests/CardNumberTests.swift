import Money
import Testing

@Suite("Card numbers")
struct CardNumberTests {
    // Published test numbers of the schemes, one with 13 and one with 19 digits.
    @Test(
        "test numbers are found, alone, grouped and within JSON",
        arguments: [
            "4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "378282246310005",
            "5555555555554444", "4222222222222", "6304000000000000000",
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
        // Zeros pass Luhn's check at every length.
        let zeros = String(repeating: "0", count: count)
        #expect(CardNumber.occurs(in: zeros) == (13...19).contains(count))
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
