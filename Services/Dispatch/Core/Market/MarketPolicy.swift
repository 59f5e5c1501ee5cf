/// The rules of one fleet in one market. A change reaches what is decided after it; terms pinned to a booking stay.
package struct MarketPolicy: Hashable, Sendable {
    /// The shortest time that the hold of the money gets: one answer of a provider.
    package static let authorisationSecondsMin: Int32 = 5
    /// The longest: a day, for payers who approve by hand.
    package static let authorisationSecondsMax: Int32 = 86_400

    /// When and how widely to match.
    package var matching = MatchPolicy()
    /// How long a driver has to answer, `OpenOffer.answerSecondsMin` ... `answerSecondsMax`.
    package var answerSeconds: Int32 = 20
    /// How long before the pickup time a driver is looked for, 0 ... 86 400 s.
    package var searchLeadSeconds: Int32 = 1200
    /// How long the hold of the money may take, `authorisationSecondsMin` ... `authorisationSecondsMax`.
    package var authorisationSeconds: Int32 = 120
    /// The most bookings that may be open at once, 1 ... 1 000 000.
    package var openBookingsMax: Int = 20_000
    /// The most drivers, 1 ... 1 000 000.
    package var driversMax: Int = 20_000
    /// The most steps of one booking that wait while its last one is being stored, 1 ... 64.
    package var waitingStepsMax: Int = 8

    /// The standard rules.
    package init() {}

    /// Whether every value is in its range.
    package var isInRange: Bool {
        matching.isInRange
            && (OpenOffer.answerSecondsMin...OpenOffer.answerSecondsMax).contains(answerSeconds)
            && (0...86_400).contains(searchLeadSeconds)
            && (Self.authorisationSecondsMin...Self.authorisationSecondsMax)
                .contains(authorisationSeconds)
            && (1...1_000_000).contains(openBookingsMax)
            && (1...1_000_000).contains(driversMax)
            && (1...64).contains(waitingStepsMax)
    }
}
