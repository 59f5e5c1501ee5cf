/// Bytes as hexadecimal digits, for golden vectors and messages.
public enum Hex {
    /// Two lower-case digits for each byte.
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self
        )
    }

    /// The bytes of `text`; spaces and line breaks between digits are skipped.
    ///
    /// - Returns: `nil` for an odd count of digits or any other character.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var nibbles: [UInt8] = []
        for character in text where !character.isWhitespace {
            guard character.isASCII, let value = character.hexDigitValue else { return nil }
            nibbles.append(UInt8(value))
        }
        guard nibbles.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: nibbles.count, by: 2).map { nibbles[$0] << 4 | nibbles[$0 + 1] }
    }
}
