/// A fleet under its own brand: the owner of every row, first in every key.
///
/// A number given at provisioning, 1 or more; 0 stands for "none" on the wire.
package struct TenantID: Hashable, Comparable, Sendable {
    /// The number.
    package let rawValue: UInt64

    /// The tenant with this number.
    package init(_ rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// The order of provisioning.
    package static func < (left: Self, right: Self) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// The 64-bit name of a driver on the hot path, given when his location stream opens.
///
/// Location records carry it instead of a 16-byte id. It is dense per ingest process, so that tables are
/// indexed by it, and means nothing after the stream's end.
package struct DriverReference: Hashable, Comparable, Sendable {
    /// The number; 0 stands for "none".
    package let rawValue: UInt64

    /// The reference with this number.
    package init(_ rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// The numeric order.
    package static func < (left: Self, right: Self) -> Bool {
        left.rawValue < right.rawValue
    }
}
