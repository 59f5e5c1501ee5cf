package import Geo
package import Messages
package import Model

/// A geofence of a tenant at one revision, checked.
package struct Zone: Hashable, Sendable {
    /// Which.
    package let id: ZoneID
    /// Grows with each change.
    package let revision: UInt64
    /// What it is for.
    package let purpose: ZonePurposeCode
    /// What people call it.
    package let name: String
    /// Where it is; `nil` once it was taken away.
    package let area: MultiPolygon?

    /// A zone whose `area` was checked; `nil` says that it was taken away.
    package init(
        id: ZoneID,
        revision: UInt64,
        purpose: ZonePurposeCode,
        name: String,
        area: MultiPolygon?
    ) {
        self.id = id
        self.revision = revision
        self.purpose = purpose
        self.name = name
        self.area = area
    }

    /// Its corners, the closing ones included.
    package var positionCount: Int {
        area?.polygons.reduce(0) { $0 + $1.rings.reduce(0) { $0 + $1.count } } ?? 0
    }
}

/// Why zones were refused, in words for whoever drew them; holds no coordinates.
package struct ZoneFault: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
