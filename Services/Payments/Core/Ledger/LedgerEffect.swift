package import Model

/// What a posting books: one thing that happened to one payment, once.
package struct LedgerEffect: Hashable, Sendable {
    /// Raw values are stored and never reused.
    package enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        /// Money is held.
        case hold = 1
        /// What was held is captured or let go.
        case release = 2
        /// Money is taken.
        case capture = 3
        /// Money goes back.
        case refund = 4
    }

    /// What happened.
    package let kind: Kind
    /// To which payment.
    package let payment: PaymentID
    /// By which of its operations, from 1; 0 where no operation did it (a hold that ran out).
    package let operation: UInt32

    /// The effect of the operation numbered `operation` of a payment.
    package init(_ kind: Kind, of payment: PaymentID, by operation: UInt32) {
        self.kind = kind
        self.payment = payment
        self.operation = operation
    }

    /// The posting's id, derived from the effect.
    package var postingID: PostingID {
        PostingID(bits: DerivedID.bits(of: payment, kind.rawValue, UInt64(operation)))
    }
}

/// Identifiers that follow from what they name, so that a repeat makes the same.
package enum DerivedID {
    /// Keeps reports apart from the kinds of ledger effects.
    private static let reportTag: UInt8 = 128

    /// The key under which dispatch is told a payment's outcome number `sequence`.
    package static func reportKey(of payment: PaymentID, sequence: UInt64) -> IdempotencyKey {
        IdempotencyKey(bits: bits(of: payment, reportTag, sequence))
    }

    /// The payment's time stamp, then a 74-bit mix of payment, tag and number.
    ///
    /// FNV-1a with 128 bits over 25 bytes; version bits 8 ("custom", RFC 9562 section 5.8). Should two things
    /// ever share one, the second is refused as a contradiction where it is stored, not lost.
    static func bits(of payment: PaymentID, _ tag: UInt8, _ number: UInt64) -> UInt128 {
        var bytes = payment.bytes
        bytes.append(tag)
        for shift: UInt64 in [56, 48, 40, 32, 24, 16, 8, 0] {
            bytes.append(UInt8(truncatingIfNeeded: number >> shift))
        }
        var hash: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
        for byte in bytes {
            hash ^= UInt128(byte)
            hash &*= 0x0000_0000_0100_0000_0000_0000_0000_013b
        }
        let time = (payment.bits >> 80) << 80
        let high = ((hash >> 62) & 0xFFF) << 64
        let low = hash & 0x3FFF_FFFF_FFFF_FFFF
        return time | (0x8 << 76) | high | (0x2 << 62) | low
    }
}
