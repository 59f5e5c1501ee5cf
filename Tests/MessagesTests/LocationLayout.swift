import WireFormat

/// The fields of a location batch, for the registry and the tests that hold the codec to it.
enum LocationLayout {
    struct Field {
        let offset: Int
        let byteCount: Int
        let name: String
        let type: String
        var minimum: Int64?
        var maximum: Int64?
        /// A value outside the range that is accepted nevertheless.
        var also: Int64?
    }

    static let header = [
        Field(offset: 0, byteCount: 2, name: "count", type: "u16"),
        Field(
            offset: 2,
            byteCount: 2,
            name: "recordSize",
            type: "u16",
            minimum: 32,
            maximum: 65_535
        ),
        Field(offset: 4, byteCount: 4, name: "flags", type: "u32", minimum: 0, maximum: 0),
        Field(
            offset: 8,
            byteCount: 8,
            name: "baseTimeMilliseconds",
            type: "i64",
            minimum: 0,
            maximum: LocationBatch.baseTimeMillisecondsMax
        ),
    ]

    static let record = [
        Field(offset: 0, byteCount: 8, name: "driverReference", type: "u64"),
        Field(offset: 8, byteCount: 4, name: "sequence", type: "u32"),
        Field(offset: 12, byteCount: 4, name: "offsetMilliseconds", type: "i32"),
        Field(
            offset: 16,
            byteCount: 4,
            name: "latitudeE7",
            type: "i32",
            minimum: -900_000_000,
            maximum: 900_000_000
        ),
        Field(
            offset: 20,
            byteCount: 4,
            name: "longitudeE7",
            type: "i32",
            minimum: -1_800_000_000,
            maximum: 1_800_000_000
        ),
        Field(offset: 24, byteCount: 2, name: "speedCentimetersPerSecond", type: "u16"),
        Field(
            offset: 26,
            byteCount: 2,
            name: "headingHundredthsOfDegree",
            type: "u16",
            minimum: 0,
            maximum: 35_999,
            also: 65_535
        ),
        Field(offset: 28, byteCount: 2, name: "accuracyDecimeters", type: "u16"),
        Field(offset: 30, byteCount: 1, name: "status", type: "u8"),
        Field(offset: 31, byteCount: 1, name: "flags", type: "u8", minimum: 0, maximum: 0),
    ]
}
