/// When and how widely a market matches.
package struct MatchPolicy: Hashable, Sendable {
    /// How a driver's cost is made up.
    package var costs = CostPolicy()
    /// The time between two rounds, 0 ... 60 000 ms; the first request after a quiet spell is matched at once.
    package var windowMilliseconds: Int32 = 2000
    /// So many requests that came since the last round start the next one before its time, 1 ... 10 000.
    ///
    /// At 500 bookings/s a round of a whole window decides on 1,000 offers at once, and whoever books in that moment
    /// stands behind all of them. Below 16 bookings/s in a market the window always ends first.
    package var newcomersPerRound: Int = 32
    /// How many nearest drivers of a class a request considers, 1 ... 64. Twenty lose nothing that was
    /// measurable; ten lose about 1 % of the drive to the pickup, by a routing engine's time.
    package var candidatesMax: Int = 20
    /// The longest drive to a pickup, 60 ... 3600 s.
    package var pickupSecondsMax: Int32 = 900
    /// With ample supply a young request does not take a pair dearer than this, 60 ... 3600 s: a better
    /// driver is about to become free.
    package var reservationSeconds: Int32 = 450
    /// Until this age a request counts as young, 0 ... 3600 s.
    package var youngSeconds: Int32 = 240
    /// Supply is ample from so many free drivers for each waiting request, 0 ... 1000.
    ///
    /// On the replay of 2008-05-22, 17-18 h, with all cabs, reserving brings the mean wait from 238 to 185 s; with
    /// 320 cabs, where requests outnumber free cabs, it would raise it from 294 to 433 s. At eight the rule
    /// takes the better of the two by itself in every hour tried.
    package var ampleDriversPerRequest: Int = 8
    /// Fixes older than this do not count, 5 ... 3600 s.
    package var fixAgeSecondsMax: Int32 = 120
    /// The most requests that one round serves, oldest first, 1 ... 10 000.
    package var requestsPerRoundMax: Int = 2000

    /// The standard policy.
    package init() {}

    /// Whether every value is in its range.
    package var isInRange: Bool {
        costs.isInRange
            && (0...60_000).contains(windowMilliseconds)
            && (1...10_000).contains(newcomersPerRound)
            && (1...64).contains(candidatesMax)
            && (60...3600).contains(pickupSecondsMax)
            && (60...3600).contains(reservationSeconds)
            && (0...3600).contains(youngSeconds)
            && (0...1000).contains(ampleDriversPerRequest)
            && (5...3600).contains(fixAgeSecondsMax)
            && (1...10_000).contains(requestsPerRoundMax)
    }
}
