package import Geo
package import Messages

/// Where a driver is and what he does, as his phone sends it.
package struct DriverFix: Hashable, Sendable {
    /// Where.
    package var position: GeoPoint
    /// How fast, cm/s.
    package var speedCentimetersPerSecond: UInt16
    /// Which way, 1/100 degree clockwise from north; 65 535 unknown.
    package var headingHundredthsOfDegree: UInt16
    /// What he does.
    package var status: DriverStatusCode

    /// A fix.
    package init(
        position: GeoPoint,
        speedCentimetersPerSecond: UInt16 = 0,
        headingHundredthsOfDegree: UInt16 = 65_535,
        status: DriverStatusCode
    ) {
        self.position = position
        self.speedCentimetersPerSecond = speedCentimetersPerSecond
        self.headingHundredthsOfDegree = headingHundredthsOfDegree
        self.status = status
    }
}
