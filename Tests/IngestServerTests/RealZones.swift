import Foundation
import Geo
import Messages
import TestSupport

/// An outline of a GeoJSON file in the file's own numbers, judged without any of our geometry.
struct RealZone: Decodable {
    /// From one corner of a ring to the next, degrees.
    struct Edge {
        let start: (longitude: Double, latitude: Double)
        let end: (longitude: Double, latitude: Double)

        /// How far a place is from it, 1e-7 degrees.
        func distanceE7(_ longitude: Double, _ latitude: Double) -> Double {
            let along = (x: end.longitude - start.longitude, y: end.latitude - start.latitude)
            let toPlace = (x: longitude - start.longitude, y: latitude - start.latitude)
            let square = along.x * along.x + along.y * along.y
            let fraction = (toPlace.x * along.x + toPlace.y * along.y) / (square == 0 ? 1 : square)
            let nearest = min(1, max(0, fraction))
            return hypot(toPlace.x - nearest * along.x, toPlace.y - nearest * along.y) * 1e7
        }
    }

    /// A ring as the file has it: [longitude, latitude] of each corner, the first once more at the end.
    typealias Ring = [[Double]]

    private struct Properties: Decodable { let name: String }
    private struct Geometry: Decodable { let coordinates: [[Ring]] }
    private enum Key: String, CodingKey { case properties, geometry }

    let name: String
    /// Each an outer ring and its holes.
    let polygons: [[Ring]]
    /// The edges of each polygon's rings.
    private let edges: [[Edge]]

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        name = try container.decode(Properties.self, forKey: .properties).name
        polygons = try container.decode(Geometry.self, forKey: .geometry).coordinates
        edges = polygons.map { $0.flatMap(Self.edges) }
    }

    /// The features of a file, all of them multipolygons.
    static func read(_ data: Data) throws -> [RealZone] {
        struct Collection: Decodable { let features: [RealZone] }
        return try JSONDecoder().decode(Collection.self, from: data).features
    }

    static func edges(of ring: Ring) -> [Edge] {
        zip(ring, ring.dropFirst()).map { Edge(start: ($0[0], $0[1]), end: ($1[0], $1[1])) }
    }

    var holes: [Ring] { polygons.flatMap { $0.dropFirst() } }

    /// One chunk for each ring of the zone with this number.
    func chunks(zone number: Int) -> [ZoneChunk] {
        let places = polygons.enumerated().flatMap { polygon, rings in
            rings.enumerated().map { (polygon, $0.offset, $0.element) }
        }
        return places.enumerated().map { index, place in
            ZoneTests.chunk(
                UInt128(number),
                index: UInt16(index),
                of: UInt16(places.count),
                polygon: UInt16(place.0),
                ring: UInt16(place.1),
                place.2.map { ZoneTests.point($0[1], $0[0]) }
            )
        }
    }

    // MARK: - What is true of a place

    /// Whether a ray to the east meets an odd number of the edges of one of the polygons.
    func covers(_ place: GeoPoint) -> Bool {
        edges.contains { Self.rayCast($0, place) }
    }

    static func rayCast(_ edges: [Edge], _ place: GeoPoint) -> Bool {
        let (x, y) = (place.longitudeDegrees, place.latitudeDegrees)
        var isInside = false
        for edge in edges where (edge.start.latitude > y) != (edge.end.latitude > y) {
            let rise = (y - edge.start.latitude) / (edge.end.latitude - edge.start.latitude)
            let run = edge.end.longitude - edge.start.longitude
            if x < edge.start.longitude + rise * run { isInside.toggle() }
        }
        return isInside
    }

    /// Whether no edge is within a unit, where rounding to units would decide.
    func isClear(_ place: GeoPoint) -> Bool {
        edges.allSatisfy { polygon in
            polygon.allSatisfy {
                $0.distanceE7(place.longitudeDegrees, place.latitudeDegrees) > 1
            }
        }
    }

    // MARK: - Places to ask

    /// A place in the smallest box around some corners.
    static func place(inBoxOf corners: Ring, _ generator: inout SeededGenerator) -> GeoPoint {
        func unit(_ degrees: [Double]) -> Int32 {
            let low = Int32(((degrees.min() ?? 0) * 1e7).rounded())
            let high = Int32(((degrees.max() ?? 0) * 1e7).rounded())
            return .random(in: low...high, using: &generator)
        }
        let latitude = unit(corners.map { $0[1] })
        return GeoPoint(latitudeE7: latitude, longitudeE7: unit(corners.map { $0[0] }))!
    }

    /// A place within some metres of an edge, on either side, where an approximation of the outline would show.
    func placeBesideEdge(_ generator: inout SeededGenerator) -> GeoPoint {
        let edge = edges.joined().randomElement(using: &generator)!
        let fraction = Double.random(in: 0...1, using: &generator)
        func unit(_ start: Double, _ end: Double) -> Int32 {
            let middle = Int32(((start + fraction * (end - start)) * 1e7).rounded())
            return middle + .random(in: -300...300, using: &generator)
        }
        let latitude = unit(edge.start.latitude, edge.end.latitude)
        let longitude = unit(edge.start.longitude, edge.end.longitude)
        return GeoPoint(latitudeE7: latitude, longitudeE7: longitude)!
    }
}
