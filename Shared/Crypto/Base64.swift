/// Bytes as text of 64 signs (RFC 4648 sections 4 and 5).
///
/// Decoding is strict: the one canonical text of some bytes and no other. A lenient decoder lets several texts
/// stand for one token, so that a revoked or cached one could return in another spelling.
package enum Base64 {
    /// Which signs, and whether "=" fills the last group.
    package enum Alphabet: Sendable {
        /// "+", "/", and "=" to fill: PEM, HTTP's basic authentication.
        case standard
        /// "-", "_", and nothing to fill: tokens in addresses and headers.
        case url
    }

    private static let standardSigns = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )
    private static let urlSigns = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8
    )
    private static let filler = UInt8(ascii: "=")

    /// The text of `bytes`.
    package static func encode(_ bytes: [UInt8], _ alphabet: Alphabet = .standard) -> String {
        let signs = alphabet == .standard ? standardSigns : urlSigns
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let count = min(3, bytes.count - start)
            var group: UInt32 = 0
            for offset in 0..<3 {
                group = group << 8 | (offset < count ? UInt32(bytes[start + offset]) : 0)
            }
            for position in 0..<4 {
                if position <= count {
                    text.append(signs[Int(group >> UInt32(18 - 6 * position) & 63)])
                } else if alphabet == .standard {
                    text.append(filler)
                }
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes that `text` writes.
    ///
    /// - Returns: `nil` where it is not the canonical text of any bytes.
    package static func decode(_ text: String, _ alphabet: Alphabet = .standard) -> [UInt8]? {
        var signs = Array(text.utf8)
        if alphabet == .standard {
            guard signs.count.isMultiple(of: 4) else { return nil }
            for _ in 0..<2 where signs.last == filler { signs.removeLast() }
        }
        guard signs.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(signs.count * 3 / 4)
        var group: UInt32 = 0
        var bitCount: UInt32 = 0
        for sign in signs {
            guard let value = value(sign, alphabet) else { return nil }
            group = (group << 6 | value) & 0xFFFF
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: group >> bitCount))
            }
        }
        // The bits left over belong to no byte: any but zero is another text for the same bytes.
        guard group & (1 << bitCount - 1) == 0 else { return nil }
        return bytes
    }

    private static func value(_ sign: UInt8, _ alphabet: Alphabet) -> UInt32? {
        switch sign {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(sign - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(sign - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(sign - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+") where alphabet == .standard: 62
        case UInt8(ascii: "/") where alphabet == .standard: 63
        case UInt8(ascii: "-") where alphabet == .url: 62
        case UInt8(ascii: "_") where alphabet == .url: 63
        default: nil
        }
    }
}
