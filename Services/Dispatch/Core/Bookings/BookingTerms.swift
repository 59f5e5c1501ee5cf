/// The fleet's rules that a booking was made under, pinned to it: a later change of the rules does not reach it.
package struct BookingTerms: Hashable, Sendable {
    /// The longest a rider can be said to wait: a day.
    package static let patienceSecondsMax: Int32 = 86_400
    /// The longest a driver can be made to wait at the pickup: two hours.
    package static let absenceSecondsMax: Int32 = 7200

    /// How long after the pickup time (or the request, where that is later) the rider still waits for a
    /// driver to be found, 1 ... `patienceSecondsMax`.
    package var patienceSeconds: Int32
    /// How long a driver waits at the pickup before he may call the passenger absent, 0 ... `absenceSecondsMax`.
    package var absenceSeconds: Int32
    /// The part of the price that an absent passenger owes, hundredths of a per cent, 0 ... 10 000.
    package var absenceFeeBasisPoints: Int32

    /// Terms of these values; `Booking.init` checks their ranges.
    package init(patienceSeconds: Int32, absenceSeconds: Int32, absenceFeeBasisPoints: Int32) {
        self.patienceSeconds = patienceSeconds
        self.absenceSeconds = absenceSeconds
        self.absenceFeeBasisPoints = absenceFeeBasisPoints
    }

    /// 15 minutes for the rider, 5 for the driver, no fee.
    package static let standard = BookingTerms(
        patienceSeconds: 900,
        absenceSeconds: 300,
        absenceFeeBasisPoints: 0
    )

    /// Whether every value is in its range.
    var isInRange: Bool {
        (1...Self.patienceSecondsMax).contains(patienceSeconds)
            && (0...Self.absenceSecondsMax).contains(absenceSeconds)
            && (0...10_000).contains(absenceFeeBasisPoints)
    }
}
