package import Model

/// Names of what follows from a booking: the same inputs give the same name, on every machine and in every retry.
///
/// A core has no randomness, and a wish that is decided on again after a crash should carry the key it had. The
/// time part is the booking's own, so rows of one booking lie together; the rest is 74 bits of a mix of booking,
/// version and purpose.
package enum DerivedID {
    /// What a name is for; part of the mix, so that two purposes never share one.
    package enum Purpose: UInt64, Sendable {
        case offer = 1
        case authorise = 2
        case void = 3
        case capture = 4
        case recordUsage = 5
        case leg = 6
        case trip = 7
        case payment = 8
    }

    /// The name of what `booking` calls for at `version`.
    package static func make<Kind: EntityKind>(
        for purpose: Purpose,
        of booking: BookingID,
        version: UInt64
    ) -> EntityID<Kind> {
        let upper = UInt64(truncatingIfNeeded: booking.bits >> 64)
        let lower = UInt64(truncatingIfNeeded: booking.bits)
        let first = mixed(mixed(mixed(upper) ^ lower) ^ version) ^ purpose.rawValue
        let second = mixed(first)
        let third = mixed(second &+ lower)
        let timePart = (booking.bits >> 80) << 80
        let shape: UInt128 = 0x7 << 76 | 0x2 << 62
        let tail = UInt128(second & 0x0FFF) << 64 | UInt128(third & 0x3FFF_FFFF_FFFF_FFFF)
        return EntityID(bits: timePart | shape | tail)
    }

    /// A one-to-one map of 64 bits in which every bit of the input reaches every bit of the result (the
    /// finaliser of SplitMix64: Steele, Lea, Flood 2014).
    private static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
