/// How the Earth is cut into cells: squares in units of 1e-7 degrees, 2^17 (1.46 km on a meridian) wide.
///
/// 2^17 was the fastest of four widths with a million points in 200 cities; 2^16 and 2^18 ask 15 % more for a search.
enum GridGeometry {
    /// The cell's width as a power of two.
    static let shift: Int32 = 17
    /// The cell's width in 1e-7 degrees.
    static let cellE7: Int64 = 1 << 17
    /// Rows from the south pole to the north pole; the last holds the pole.
    static let rowCount = Int32((1_800_000_000 >> 17) + 1)
    /// Columns around the Earth from -180 to 180. The last is narrower: 3.6e9 is no multiple of the width.
    static let columnCount = Int32((3_600_000_000 >> 17) + 1)
    /// A turn in 1e-7 degrees: longitudes wrap here, not where 32 bits do.
    static let turnE7: Int64 = 3_600_000_000

    /// The row of a latitude, 0 ..< `rowCount`.
    @inline(__always)
    static func row(_ latitudeE7: Int32) -> Int32 {
        Int32(truncatingIfNeeded: (Int64(latitudeE7) &+ 900_000_000) >> 17)
    }

    /// The column of a longitude, 0 ..< `columnCount`.
    @inline(__always)
    static func column(_ longitudeE7: Int32) -> Int32 {
        Int32(truncatingIfNeeded: (Int64(longitudeE7) &+ 1_800_000_000) >> 17)
    }

    /// One number for a row and a column: 14 and 15 bits.
    @inline(__always)
    static func key(row: Int32, column: Int32) -> UInt32 {
        UInt32(bitPattern: row) << 15 | UInt32(bitPattern: column)
    }

    /// The row of a key.
    @inline(__always)
    static func row(ofKey key: UInt32) -> Int32 { Int32(bitPattern: key >> 15) }

    /// The column of a key.
    @inline(__always)
    static func column(ofKey key: UInt32) -> Int32 { Int32(bitPattern: key & 0x7FFF) }
}
