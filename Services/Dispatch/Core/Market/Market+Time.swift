package import Timekeeping

extension Market {
    /// Business time was set back to `now`, which operators may do outside of production.
    ///
    /// What is dated later counts as of now: fixes would be older than the last, and the next round would wait until
    /// time has come so far again. Deadlines of open bookings stay as they were promised.
    ///
    /// - Complexity: O(drivers + bookings that wait).
    package mutating func timeSetBack(to now: WallTime) {
        board.timeSetBack(to: now)
        lastRoundAt = lastRoundAt.map { min($0, now) }
        searching = searching.map {
            SearchingBooking(booking: $0.booking, since: min($0.since, now))
        }
    }
}
