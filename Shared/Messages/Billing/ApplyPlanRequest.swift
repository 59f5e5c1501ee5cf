package import Timekeeping
package import WireFormat

/// Sets what a tenant pays (service 5, method 3).
///
/// Block, 20 bytes, little-endian:
///
///     offset  size  field                  type
///          0     4  version                u32
///          4     2  commissionBasisPoints  u16   0 ... 10 000
///          6     2  taxBasisPoints         u16   0 ... 10 000
///          8     8  validFrom              time
///         16     4  offsetSeconds          i32   -50 400 ... 50 400
///
/// Tails:
///
///        tag  tail      type          at most
///          1  planName  text          64 bytes
///          2  tripFees  list TripFee  16 elements
package struct ApplyPlanRequest: WireMessage {
    package static var name: StaticString { "ApplyPlanRequest" }
    package static var blockByteCount: Int { 20 }

    /// Grows with each change; an older one is refused.
    package var version: UInt32 = 0
    /// Commission, hundredths of a per cent of the fare without tax.
    package var commissionBasisPoints: UInt16 = 0
    /// The tax inside the fare, hundredths of a per cent of the fare without it.
    package var taxBasisPoints: UInt16 = 0
    /// From when on, business time.
    package var validFrom = WallTime.none
    /// The tenant's offset from UTC: where its months begin.
    package var offsetSeconds: Int32 = 0
    /// What people call it.
    package var planName = ""
    /// One for each currency; a currency that is not named has none.
    package var tripFees: [TripFee] = []
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.number("version", &version)
        try fields.number("commissionBasisPoints", &commissionBasisPoints, in: 0...10_000)
        try fields.number("taxBasisPoints", &taxBasisPoints, in: 0...10_000)
        try fields.time("validFrom", &validFrom)
        try fields.number("offsetSeconds", &offsetSeconds, in: -50_400...50_400)
        try fields.text(1, "planName", &planName, maxByteCount: 64)
        try fields.list(2, "tripFees", &tripFees, maxCount: 16)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
