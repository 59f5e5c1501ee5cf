package import Geo
internal import HTTP
package import Messages
package import Model
package import WireFormat

/// A zone as GeoJSON describes it (RFC 7946): polygons of rings of [longitude, latitude].
package struct ZoneGeometry: Sendable {
    /// The most corners of one chunk on the wire: half of a message.
    package static let chunkPointCountMax = 4000
    /// The most rings of one polygon, and polygons of one zone.
    package static let ringCountMax = 500

    /// The fleet's name for it, unique among its zones.
    package let reference: String
    /// What people call it.
    package let name: String
    /// What it is for.
    package let purpose: ZonePurposeCode
    /// Polygons of rings, the outer one first; checked to be an area.
    package let polygons: [[[GeoPoint]]]

    /// The zone in an element of a document.
    ///
    /// - Throws: The place of the fault, with its polygon, ring and position.
    init(_ object: inout JSONObjectReader) throws(JSONFault) {
        reference = try object.text("reference", byteCountMax: 64)
        name = try object.text(ifPresent: "name", byteCountMax: 80) ?? reference
        purpose =
            try object.parsed(
                ifPresent: "purpose",
                expectation: "a purpose: licence, market, airport, venue or restricted",
                ZonePurposeWord.code
            ) ?? .licence
        var geometry = try object.object("geometry")
        switch try geometry.string("type", characterCountMax: 32) {
        case "Polygon":
            polygons = [
                try geometry.array("coordinates", countMax: Self.ringCountMax) {
                    (value, place) throws(JSONFault) in try Self.ring(value, place)
                }
            ]
        case "MultiPolygon":
            polygons = try geometry.array("coordinates", countMax: Self.ringCountMax) {
                (value, place) throws(JSONFault) in
                try Self.list(value, place) { (value, place) throws(JSONFault) in
                    try Self.ring(value, place)
                }
            }
        default:
            throw geometry.fault("type", "A zone is a Polygon or a MultiPolygon.")
        }
        do throws(GeometryError) {
            _ = try MultiPolygon(rings: polygons)
        } catch {
            throw geometry.fault("coordinates", "The rings are no area: \(error).")
        }
        try geometry.finish()
    }

    private static func ring(_ value: JSONValue, _ place: String) throws(JSONFault) -> [GeoPoint] {
        try list(value, place) { (value, place) throws(JSONFault) in try point(value, place) }
    }

    /// The elements of an array that stands at `place`.
    private static func list<Element>(
        _ value: JSONValue,
        _ place: String,
        _ read: (JSONValue, String) throws(JSONFault) -> Element
    ) throws(JSONFault) -> [Element] {
        guard case .array(let values) = value else { throw JSONFault(place, "Expected an array.") }
        var elements: [Element] = []
        elements.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            elements.append(try read(value, "\(place)/\(index)"))
        }
        return elements
    }

    private static func point(_ value: JSONValue, _ place: String) throws(JSONFault) -> GeoPoint {
        guard case .array(let numbers) = value, (2...3).contains(numbers.count),
            case .number(let longitude) = numbers[0], case .number(let latitude) = numbers[1],
            let longitudeE7 = longitude.scaled(digits: 7, excess: .rounded),
            let latitudeE7 = latitude.scaled(digits: 7, excess: .rounded),
            let longitudeUnits = Int32(exactly: longitudeE7),
            let latitudeUnits = Int32(exactly: latitudeE7),
            let point = GeoPoint(latitudeE7: latitudeUnits, longitudeE7: longitudeUnits)
        else {
            throw JSONFault(place, "A position is [longitude, latitude] in degrees, in this order.")
        }
        return point
    }

    /// The chunks that carry the zone to ingest.
    package func chunks(zone: ZoneID, revision: UInt64) throws(WireError) -> [[UInt8]] {
        var pieces: [(polygon: Int, ring: Int, points: [GeoPoint])] = []
        for (polygonIndex, rings) in polygons.enumerated() {
            for (ringIndex, ring) in rings.enumerated() {
                var start = 0
                while start < ring.count {
                    let end = min(start + Self.chunkPointCountMax, ring.count)
                    pieces.append((polygonIndex, ringIndex, Array(ring[start..<end])))
                    start = end
                }
            }
        }
        var chunks: [[UInt8]] = []
        for (index, piece) in pieces.enumerated() {
            let chunk = ZoneChunk.with { chunk in
                chunk.zone = zone
                chunk.revision = revision
                chunk.chunkIndex = UInt16(clamping: index)
                chunk.chunkCount = UInt16(clamping: pieces.count)
                chunk.polygonIndex = UInt16(clamping: piece.polygon)
                chunk.ringIndex = UInt16(clamping: piece.ring)
                chunk.purpose = WireEnum(purpose)
                chunk.zoneName = name
                chunk.points = piece.points
            }
            chunks.append(try chunk.encoded())
        }
        return chunks
    }

    /// The chunk that takes a zone away.
    package static func removal(of zone: ZoneID, revision: UInt64) throws(WireError) -> [[UInt8]] {
        let chunk = ZoneChunk.with { chunk in
            chunk.zone = zone
            chunk.revision = revision
            chunk.isRemoved = true
        }
        return [try chunk.encoded()]
    }
}
