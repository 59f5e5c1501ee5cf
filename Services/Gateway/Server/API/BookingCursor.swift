internal import Crypto
internal import Model

/// A place in a list of bookings: the last id of the page before, signed for whom it was made.
struct BookingCursor {
    private let hashKey: HashKey

    init(_ hashKey: HashKey) {
        self.hashKey = hashKey
    }

    /// The cursor behind `booking`.
    func text(_ booking: BookingID, _ credential: Credential) -> String {
        Base64.encode(booking.bytes + signature(booking, credential), .url)
    }

    /// The booking that a cursor stands behind; `nil` where it was not made for this key's tenant and partner.
    func booking(_ text: String, _ credential: Credential) -> BookingID? {
        guard text.utf8.count <= 64, let bytes = Base64.decode(text, .url), bytes.count == 32,
            let booking = BookingID(bytes: bytes[..<16]),
            ConstantTime.areEqual(Array(bytes[16...]), signature(booking, credential))
        else { return nil }
        return booking
    }

    private func signature(_ booking: BookingID, _ credential: Credential) -> [UInt8] {
        var content = booking.bytes + credential.partner.bytes
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            content.append(UInt8(truncatingIfNeeded: credential.tenant.rawValue >> shift))
        }
        return hashKey.signature(ofCursor: content)
    }
}
