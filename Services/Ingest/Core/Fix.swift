package import Model

/// One measured position in the units of the wire; which vehicle it is of is said beside it.
package struct Fix: Hashable, Sendable {
    /// Milliseconds since the Unix epoch, the phone's clock.
    package var measuredAt: Int64
    /// 1e-7 degrees.
    package var latitudeE7: Int32
    /// 1e-7 degrees.
    package var longitudeE7: Int32
    /// The phone's number of the fix, from 1.
    package var sequence: UInt32
    /// Centimetres a second.
    package var speed: UInt16
    /// Hundredths of a degree clockwise from north, 0 ... 35 999; 65 535 unknown.
    package var heading: UInt16
    /// Decimetres, the radius of 68 % confidence; 0 unknown.
    package var accuracy: UInt16
    /// The driver's status as his phone sees it.
    package var status: UInt8

    /// A position; the default of `heading` says that it is unknown.
    package init(
        measuredAt: Int64,
        latitudeE7: Int32,
        longitudeE7: Int32,
        sequence: UInt32,
        speed: UInt16 = 0,
        heading: UInt16 = .max,
        accuracy: UInt16 = 0,
        status: UInt8 = 0
    ) {
        self.measuredAt = measuredAt
        self.latitudeE7 = latitudeE7
        self.longitudeE7 = longitudeE7
        self.sequence = sequence
        self.speed = speed
        self.heading = heading
        self.accuracy = accuracy
        self.status = status
    }

    /// Whether the driver was on a trip when the fix was measured: with a passenger, or on his way to one.
    ///
    /// His phone's word (`DriverStatusCode`), since dispatch's stream of shifts does not say it. Whoever lies
    /// about it loses only the proof of his own way.
    package var isOnTrip: Bool { status == Self.occupied || status == Self.enRoute }

    /// `DriverStatusCode.occupied`.
    package static let occupied: UInt8 = 2
    /// `DriverStatusCode.enRoute`.
    package static let enRoute: UInt8 = 3
    /// `DriverStatusCode.paused`.
    package static let paused: UInt8 = 4
}

/// The newest fix of a vehicle with what is known around it.
package struct LastFix: Hashable, Sendable {
    /// The number that its records carry.
    package let reference: DriverReference
    /// Whose it is.
    package let duty: Duty
    /// What was measured.
    package let fix: Fix
    /// When it came, business time, milliseconds since the Unix epoch.
    package let receivedAt: Int64
}
