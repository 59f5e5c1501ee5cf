package import Money
package import Timekeeping
package import WireFormat

/// Sets what a fleet charges for one class of vehicle, and its terms (service 3, method 13).
///
/// Block, 61 bytes, little-endian:
///
///     offset  size  field                   type
///          0     4  version                 u32
///          4     2  currency                currency
///          6     8  validFrom               time
///         14     8  baseMinorUnits          i64               0 or more
///         22     8  perKilometerMinorUnits  i64               0 or more
///         30     8  perMinuteMinorUnits     i64               0 or more
///         38     8  minimumMinorUnits       i64               0 or more
///         46     4  patienceSeconds         u32               1 ... 86 400
///         50     4  absenceSeconds          u32               0 ... 7 200
///         54     2  absenceFeeBasisPoints   u16               0 ... 10 000
///         56     2  commissionBasisPoints   u16               0 ... 10 000
///         58     2  taxBasisPoints          u16               0 ... 10 000
///         60     1  vehicleClass            VehicleClassCode
package struct ApplyTariffRequest: WireMessage {
    package static var name: StaticString { "ApplyTariffRequest" }
    package static var blockByteCount: Int { 61 }

    /// Grows with each change; a quote and its booking name the one they came from.
    package var version: UInt32 = 0
    /// What the amounts are counted in; `nil` is refused by the service.
    package var currency: Currency?
    /// From when on, business time.
    package var validFrom = WallTime.none
    /// For every ride.
    package var baseMinorUnits: Int64 = 0
    /// For a kilometre of road.
    package var perKilometerMinorUnits: Int64 = 0
    /// For a minute of driving.
    package var perMinuteMinorUnits: Int64 = 0
    /// No ride costs less.
    package var minimumMinorUnits: Int64 = 0
    /// How long a rider waits for a driver to be found.
    package var patienceSeconds: UInt32 = 900
    /// How long a driver waits at the pickup before he may call the passenger absent.
    package var absenceSeconds: UInt32 = 300
    /// What an absent passenger owes, hundredths of a per cent of the price.
    package var absenceFeeBasisPoints: UInt16 = 0
    /// The operator's commission, hundredths of a per cent of the fare without tax.
    package var commissionBasisPoints: UInt16 = 0
    /// The tax inside the fare, hundredths of a per cent of the fare without it.
    package var taxBasisPoints: UInt16 = 0
    /// The class; unspecified is every class without a tariff of its own.
    package var vehicleClass = WireEnum<VehicleClassCode>.unspecified
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.number("version", &version)
        try fields.currency("currency", &currency)
        try fields.time("validFrom", &validFrom)
        try fields.number("baseMinorUnits", &baseMinorUnits, in: 0 ... .max)
        try fields.number("perKilometerMinorUnits", &perKilometerMinorUnits, in: 0 ... .max)
        try fields.number("perMinuteMinorUnits", &perMinuteMinorUnits, in: 0 ... .max)
        try fields.number("minimumMinorUnits", &minimumMinorUnits, in: 0 ... .max)
        try fields.number("patienceSeconds", &patienceSeconds, in: 1...86_400)
        try fields.number("absenceSeconds", &absenceSeconds, in: 0...7200)
        try fields.number("absenceFeeBasisPoints", &absenceFeeBasisPoints, in: 0...10_000)
        try fields.number("commissionBasisPoints", &commissionBasisPoints, in: 0...10_000)
        try fields.number("taxBasisPoints", &taxBasisPoints, in: 0...10_000)
        try fields.enumeration("vehicleClass", &vehicleClass)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
