internal import IngestCore

/// How often phones are told to measure, by what the driver does.
package struct FixInterval: Hashable, Sendable {
    /// On a trip: the passenger watches him come.
    package static let onTripMilliseconds: UInt32 = 1000
    /// Paused or off duty: nobody asks where he is.
    package static let restingMilliseconds: UInt32 = 10_000

    /// Waiting for a trip, 200 ... 60 000 ms.
    package let freeMilliseconds: UInt32

    /// Intervals of phones whose driver waits for a trip; those of others are fixed.
    package init(freeMilliseconds: UInt32) {
        self.freeMilliseconds = freeMilliseconds
    }

    /// For a driver whose newest fix is `fix`.
    func milliseconds(isOnDuty: Bool, newest fix: Fix?) -> UInt32 {
        guard isOnDuty else { return Self.restingMilliseconds }
        guard let fix else { return freeMilliseconds }
        if fix.isOnTrip { return min(freeMilliseconds, Self.onTripMilliseconds) }
        return fix.status == Fix.paused ? Self.restingMilliseconds : freeMilliseconds
    }
}
