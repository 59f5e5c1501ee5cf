package import Geo

/// An estimate of one drive.
package struct Travel: Hashable, Sendable {
    /// Along the road, metres, 0 or more.
    package let meters: Int32
    /// Milliseconds, 0 or more.
    package let milliseconds: Int32

    /// A drive of so many meters that takes so many milliseconds.
    package init(meters: Int32, milliseconds: Int32) {
        self.meters = meters
        self.milliseconds = milliseconds
    }
}

/// Where estimates of drives come from.
///
/// Synchronous and pure: a road engine's answers are fetched by the server beforehand and looked up here.
package protocol TravelModel: Sendable {
    /// The drive from `origin` to `target`; `nil` where there is no way (never zero: an unreachable
    /// point would else look like the best one).
    func travel(from origin: GeoPoint, to target: GeoPoint) -> Travel?
}

/// The straight line, stretched by a detour factor, at one speed.
///
/// A prefilter and a fallback: on San Francisco's streets it correlates with a routing engine's time by 0.93.
/// The standard values are those of the replay.
package struct StraightLineTravel: TravelModel, Hashable {
    /// Road metres for a thousand metres of straight line, 1000 ... 5000.
    package let detourPermille: Int32
    /// Metres in an hour, 1000 ... 200 000.
    package let metersPerHour: Int32

    private let detour: Double
    private let millisecondsPerMeter: Double

    /// - Returns: `nil` where a value is out of its range.
    package init?(detourPermille: Int32, metersPerHour: Int32) {
        guard (1000...5000).contains(detourPermille), (1000...200_000).contains(metersPerHour)
        else { return nil }
        self.init(uncheckedDetourPermille: detourPermille, metersPerHour: metersPerHour)
    }

    private init(uncheckedDetourPermille detourPermille: Int32, metersPerHour: Int32) {
        self.detourPermille = detourPermille
        self.metersPerHour = metersPerHour
        detour = Double(detourPermille) / 1000
        millisecondsPerMeter = 3_600_000 / Double(metersPerHour)
    }

    /// Straight line x 1.3 at 22 km/h.
    package static let standard = StraightLineTravel(
        uncheckedDetourPermille: 1300,
        metersPerHour: 22_000
    )

    /// The drive along the stretched straight line; never `nil`.
    package func travel(from origin: GeoPoint, to target: GeoPoint) -> Travel? {
        // Half the Earth times the widest detour at the slowest speed is 3.6e11 ms: beyond Int32, so it stops there.
        let meters = greatCircleDistance(from: origin, to: target).value * detour
        return Travel(
            meters: Int32(min(meters.rounded(), Double(Int32.max))),
            milliseconds: Int32(min((meters * millisecondsPerMeter).rounded(), Double(Int32.max)))
        )
    }
}
