internal import Money
internal import PaymentsCore
internal import Storage

/// Wishes that wait behind an operation, as one column: rarely any, and never searched.
///
/// Each is 12 bytes: kind (1 capture, 2 last capture, 3 void, 4 refund), a zero, the currency's numeric code, the
/// minor units; numbers most significant byte first.
enum WishCoding {
    private static let byteCount = 12

    static func encode(_ wishes: [PaymentWish]) -> [UInt8] {
        wishes.flatMap { wish -> [UInt8] in
            switch wish {
            case .capture(let amount, let isFinal): encode(isFinal ? 2 : 1, amount)
            case .void: encode(3, nil)
            case .refund(let amount): encode(4, amount)
            }
        }
    }

    static func decode(_ bytes: [UInt8]) throws(StorageError) -> [PaymentWish] {
        guard bytes.count % byteCount == 0, bytes.count / byteCount <= Payment.wishCountMax else {
            throw StorageError(.corrupt, "waiting wishes of \(bytes.count) bytes")
        }
        var wishes: [PaymentWish] = []
        for start in stride(from: 0, to: bytes.count, by: byteCount) {
            wishes.append(try decode(bytes[start..<start + byteCount]))
        }
        return wishes
    }

    private static func encode(_ kind: UInt8, _ amount: Amount?) -> [UInt8] {
        let currency = amount?.currency.numericCode ?? 0
        let units = UInt64(bitPattern: amount?.minorUnits ?? 0)
        return [kind, 0, UInt8(currency >> 8), UInt8(currency & 0xFF)]
            + (0..<8).map { UInt8(truncatingIfNeeded: units >> UInt64(56 - 8 * $0)) }
    }

    private static func decode(_ bytes: ArraySlice<UInt8>) throws(StorageError) -> PaymentWish {
        let bytes = Array(bytes)
        let code = UInt16(bytes[2]) << 8 | UInt16(bytes[3])
        let units = bytes[4...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let amount = Currency(numericCode: code).map {
            Amount(minorUnits: Int64(bitPattern: units), currency: $0)
        }
        switch (bytes[0], amount) {
        case (1, let amount?): return .capture(amount, isFinal: false)
        case (2, let amount?): return .capture(amount, isFinal: true)
        case (3, _): return .void
        case (4, let amount?): return .refund(amount)
        default: throw StorageError(.corrupt, "a waiting wish of kind \(bytes[0])")
        }
    }
}
