/// The checks that need nothing but the fix and the time.
package struct FixRules: Hashable, Sendable {
    /// How far ahead of our clock a fix may be measured: HELLO_ACK tells phones our time, so more than
    /// 30 s is a wrong clock.
    package static let futureMaxMilliseconds: Int64 = 30_000
    /// How long a phone may have been without a network: a day's shift and a night.
    package static let ageMaxMilliseconds: Int64 = 24 * 3_600_000
    /// Half the side of the box around (0, 0), 1e-7 degrees: 0.001 degrees, 111 m of open sea.
    package static let zeroIslandE7: Int32 = 10_000

    /// The verdict on place and time alone; `nil` where nothing speaks against the fix.
    ///
    /// - Parameters:
    ///   - measuredAt: Milliseconds since the Unix epoch, the phone's clock.
    ///   - now: Milliseconds since the Unix epoch, ours (business time).
    /// - Complexity: O(1), no allocation; about 2 ns.
    package static func check(
        latitudeE7: Int32,
        longitudeE7: Int32,
        measuredAt: Int64,
        now: Int64
    ) -> FixVerdict? {
        if latitudeE7 < -900_000_000 || latitudeE7 > 900_000_000
            || longitudeE7 < -1_800_000_000 || longitudeE7 > 1_800_000_000
        {
            return .outOfRange
        }
        if latitudeE7.magnitude <= zeroIslandE7.magnitude,
            longitudeE7.magnitude <= zeroIslandE7.magnitude
        {
            return .zeroIsland
        }
        // Wrapping arithmetic: a time from outside may be anything, and both sums of a real clock fit.
        if measuredAt > now &+ futureMaxMilliseconds { return .future }
        if measuredAt < now &- ageMaxMilliseconds { return .tooOld }
        return nil
    }
}
