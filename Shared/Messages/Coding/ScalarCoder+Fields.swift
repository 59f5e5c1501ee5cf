package import Geo
package import Model
package import Money
package import Timekeeping
package import WireFormat

extension ScalarCoder where Self: ~Copyable & ~Escapable {
    /// A number of any value.
    package mutating func number<Value: WireInteger>(
        _ name: StaticString,
        _ value: inout Value
    ) throws(WireError) {
        try scalar(name, &value, as: .number, in: .min ... .max)
    }

    /// A number within `range`.
    package mutating func number<Value: WireInteger>(
        _ name: StaticString,
        _ value: inout Value,
        in range: ClosedRange<Value>
    ) throws(WireError) {
        try scalar(name, &value, as: .number, in: range)
    }

    /// A yes or no: one byte, 0 or 1.
    package mutating func flag(_ name: StaticString, _ value: inout Bool) throws(WireError) {
        var bit: UInt8 = value ? 1 : 0
        try scalar(name, &bit, as: .flag, in: 0...1)
        value = bit == 1
    }

    /// A moment; `WallTime.none` stands for "none".
    package mutating func time(_ name: StaticString, _ value: inout WallTime) throws(WireError) {
        try scalar(name, &value.microseconds, as: .time, in: .min ... .max)
    }

    /// A currency by its numeric code; `nil` travels as 0.
    ///
    /// - Throws: `.outOfRange` for a code that no currency has.
    package mutating func currency(
        _ name: StaticString,
        _ value: inout Currency?
    ) throws(WireError) {
        let sent = value?.numericCode ?? 0
        var code = sent
        try scalar(name, &code, as: .currency, in: 0...999)
        // Only a decoder changes the code; the encoder's is a currency's already.
        guard code != sent else { return }
        guard let known = Currency(numericCode: code) else {
            throw .outOfRange(name.description)
        }
        value = known
    }

    /// A value of an enumeration; unknown ones are kept.
    package mutating func enumeration<Code: WireCode>(
        _ name: StaticString,
        _ value: inout WireEnum<Code>
    ) throws(WireError) {
        try scalar(name, &value.rawValue, as: .enumeration(Code.wireName), in: .min ... .max)
    }

    /// An identifier; "none" is zero.
    package mutating func id<Kind: EntityKind>(
        _ name: StaticString,
        _ value: inout EntityID<Kind>
    ) throws(WireError) {
        var bits = value.bits
        try identifier(name, &bits, prefix: Kind.prefix)
        value = EntityID(bits: bits)
    }

    /// A tenant's number; 0 is "none".
    package mutating func tenant(_ name: StaticString, _ value: inout TenantID) throws(WireError) {
        var number = value.rawValue
        try scalar(name, &number, as: .number, in: .min ... .max)
        value = TenantID(number)
    }

    /// A driver's number on the hot path; 0 is "none".
    package mutating func driverReference(
        _ name: StaticString,
        _ value: inout DriverReference
    ) throws(WireError) {
        var number = value.rawValue
        try scalar(name, &number, as: .number, in: .min ... .max)
        value = DriverReference(number)
    }

    /// A position: latitude, then longitude, 1e-7 degrees.
    package mutating func point(
        _ latitudeName: StaticString,
        _ longitudeName: StaticString,
        _ value: inout GeoPoint
    ) throws(WireError) {
        var latitude = value.latitudeE7
        var longitude = value.longitudeE7
        try scalar(
            latitudeName,
            &latitude,
            as: .number,
            in: -GeoPoint.latitudeE7Max...GeoPoint.latitudeE7Max
        )
        try scalar(
            longitudeName,
            &longitude,
            as: .number,
            in: -GeoPoint.longitudeE7Max...GeoPoint.longitudeE7Max
        )
        guard let point = GeoPoint(latitudeE7: latitude, longitudeE7: longitude) else {
            throw .outOfRange(latitudeName.description)
        }
        value = point
    }
}

extension WallTime {
    /// The "none" of the wire: the Unix epoch, at which nothing of ours happened.
    package static var none: WallTime { WallTime(microseconds: 0) }

    /// Whether this is the "none" of the wire.
    package var isNone: Bool { microseconds == 0 }
}

extension TenantID {
    /// The "none" of the wire.
    package static var none: TenantID { TenantID(0) }
}

extension DriverReference {
    /// The "none" of the wire.
    package static var none: DriverReference { DriverReference(0) }
}
