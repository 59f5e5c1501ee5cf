/// A value of `vectors.json`; whole numbers of 64 bits come through exactly.
enum JSONValue: Hashable, Sendable, Decodable {
    case flag(Bool)
    case signed(Int64)
    case unsigned(UInt64)
    case text(String)
    case list([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Bool.self) {
            self = .flag(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .signed(value)
        } else if let value = try? container.decode(UInt64.self) {
            self = .unsigned(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// The value of a whole number: signed where it fits.
    init(_ number: Int128) {
        self = Int64(exactly: number).map { .signed($0) } ?? .unsigned(UInt64(clamping: number))
    }

    /// The whole number, where it is one.
    var number: Int128? {
        switch self {
        case .signed(let value): Int128(value)
        case .unsigned(let value): Int128(value)
        case .flag(let value): value ? 1 : 0
        default: nil
        }
    }
}

/// Bytes as two hexadecimal digits each.
enum Hex {
    static func text(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// `nil` for anything but pairs of digits.
    static func bytes(_ text: String) -> [UInt8]? {
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == text.count, digits.count % 2 == 0 else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
    }
}
