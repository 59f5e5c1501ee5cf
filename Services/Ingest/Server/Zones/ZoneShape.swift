internal import Geo
internal import Storage

/// The stored form of an area: rings of corners, apart from the wire's form, which may change without it.
///
/// Little-endian: version 1 (1 byte), polygon count (4), then for each polygon its ring count (4), for each ring its
/// position count (4) and its positions (latitude, longitude, 1e-7 degrees, 4 each). At most 4 MB: 500,000 positions.
enum ZoneShape {
    private static let version: UInt8 = 1

    /// The bytes of `area`; nothing for a removed zone.
    static func bytes(of area: MultiPolygon?) -> [UInt8] {
        guard let area else { return [] }
        var bytes = [version]
        append(UInt32(area.polygons.count), to: &bytes)
        for polygon in area.polygons {
            append(UInt32(polygon.rings.count), to: &bytes)
            for ring in polygon.rings {
                append(UInt32(ring.count), to: &bytes)
                for point in ring {
                    append(UInt32(bitPattern: point.latitudeE7), to: &bytes)
                    append(UInt32(bitPattern: point.longitudeE7), to: &bytes)
                }
            }
        }
        return bytes
    }

    /// The area in `bytes`; `nil` for a removed zone.
    ///
    /// - Throws: `.corrupt` for bytes that `bytes(of:)` did not make.
    static func area(in bytes: [UInt8]) throws(StorageError) -> MultiPolygon? {
        if bytes.isEmpty { return nil }
        var reader = Reader(bytes: bytes)
        guard try reader.byte() == version else { throw Reader.corrupt }
        var polygons: [[[GeoPoint]]] = []
        for _ in 0..<(try reader.count(atLeast: 4)) {
            var rings: [[GeoPoint]] = []
            for _ in 0..<(try reader.count(atLeast: 4)) {
                var ring: [GeoPoint] = []
                for _ in 0..<(try reader.count(atLeast: 8)) { ring.append(try reader.point()) }
                rings.append(ring)
            }
            polygons.append(rings)
        }
        guard reader.isAtEnd else { throw Reader.corrupt }
        do {
            return try MultiPolygon(rings: polygons)
        } catch {
            throw StorageError(.corrupt, "a stored area is not valid: \(error)")
        }
    }

    private static func append(_ number: UInt32, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: 32, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> UInt32(shift)))
        }
    }

    private struct Reader {
        static let corrupt = StorageError(.corrupt, "a stored area does not decode")
        let bytes: [UInt8]
        var offset = 0

        var isAtEnd: Bool { offset == bytes.count }

        mutating func byte() throws(StorageError) -> UInt8 {
            guard offset < bytes.count else { throw Self.corrupt }
            defer { offset += 1 }
            return bytes[offset]
        }

        mutating func number() throws(StorageError) -> UInt32 {
            guard bytes.count - offset >= 4 else { throw Self.corrupt }
            defer { offset += 4 }
            return (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
        }

        /// A count of elements that take `size` bytes or more each, held against what is left.
        mutating func count(atLeast size: Int) throws(StorageError) -> Int {
            let count = Int(try number())
            guard count <= (bytes.count - offset) / size else { throw Self.corrupt }
            return count
        }

        mutating func point() throws(StorageError) -> GeoPoint {
            let latitude = Int32(bitPattern: try number())
            let longitude = Int32(bitPattern: try number())
            guard let point = GeoPoint(latitudeE7: latitude, longitudeE7: longitude) else {
                throw Self.corrupt
            }
            return point
        }
    }
}
