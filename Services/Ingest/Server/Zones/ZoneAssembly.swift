internal import Geo
package import Messages
internal import Model

/// Puts zones together from their chunks, and checks them.
///
/// A call may carry several zones one after the other, each with all its chunks in order. A chunk continues the ring of
/// the chunk before it, or starts the next ring or polygon.
package struct ZoneAssembly {
    /// Zones of one call.
    package static let zoneCountMax = 1000
    /// Corners of one call, all zones together: twice what one zone may have.
    package static let positionCountMax = 2 * MultiPolygon.positionCountMax

    private struct Draft {
        let first: ZoneChunk
        let purpose: ZonePurposeCode
        var chunkCount = 0
        var polygons: [[[GeoPoint]]] = []
    }

    private var drafts: [Draft] = []
    private var positionCount = 0

    /// Without a chunk yet.
    package init() {}

    /// Takes the next chunk.
    ///
    /// - Throws: What does not fit.
    package mutating func add(_ chunk: ZoneChunk) throws(ZoneFault) {
        positionCount += chunk.points.count
        guard positionCount <= Self.positionCountMax else {
            throw ZoneFault("more than \(Self.positionCountMax) positions in one call")
        }
        if chunk.chunkIndex == 0 { try begin(chunk) }
        guard var draft = drafts.popLast() else {
            throw ZoneFault("\(chunk.zone): the first chunk is missing")
        }
        try Self.append(chunk, to: &draft)
        drafts.append(draft)
    }

    private mutating func begin(_ chunk: ZoneChunk) throws(ZoneFault) {
        if let last = drafts.last { try Self.checkIsWhole(last) }
        guard drafts.count < Self.zoneCountMax else {
            throw ZoneFault("more than \(Self.zoneCountMax) zones in one call")
        }
        guard !chunk.zone.isNone, chunk.revision > 0, chunk.revision <= UInt64(Int64.max) else {
            throw ZoneFault("a zone has an id and a revision of 1 or more")
        }
        guard let purpose = chunk.purpose.known else {
            throw ZoneFault("\(chunk.zone): its purpose is not known here")
        }
        guard !drafts.contains(where: { $0.first.zone == chunk.zone }) else {
            throw ZoneFault("\(chunk.zone): twice in one call")
        }
        drafts.append(Draft(first: chunk, purpose: purpose))
    }

    private static func append(_ chunk: ZoneChunk, to draft: inout Draft) throws(ZoneFault) {
        let first = draft.first
        guard
            chunk.zone == first.zone, chunk.revision == first.revision,
            chunk.chunkCount == first.chunkCount, chunk.purpose == first.purpose,
            chunk.isRemoved == first.isRemoved, Int(chunk.chunkIndex) == draft.chunkCount,
            chunk.chunkIndex < chunk.chunkCount
        else { throw ZoneFault("\(chunk.zone): chunk \(chunk.chunkIndex) does not follow") }
        draft.chunkCount += 1
        guard !chunk.isRemoved else {
            guard chunk.points.isEmpty, chunk.chunkCount == 1 else {
                throw ZoneFault("\(chunk.zone): a removed zone has one chunk without points")
            }
            return
        }
        let place = (polygon: Int(chunk.polygonIndex), ring: Int(chunk.ringIndex))
        let last = draft.polygons.count - 1
        let lastRing = (draft.polygons.last?.count ?? 0) - 1
        if place.polygon == last + 1, place.ring == 0 {
            draft.polygons.append([chunk.points])
        } else if place.polygon == last, place.ring == lastRing + 1 {
            draft.polygons[last].append(chunk.points)
        } else if place.polygon == last, place.ring == lastRing {
            draft.polygons[last][lastRing] += chunk.points
        } else {
            throw ZoneFault(
                "\(chunk.zone): polygon \(place.polygon), ring \(place.ring) does not follow"
            )
        }
    }

    private static func checkIsWhole(_ draft: Draft) throws(ZoneFault) {
        guard draft.chunkCount == Int(draft.first.chunkCount) else {
            throw ZoneFault(
                "\(draft.first.zone): \(draft.chunkCount) of \(draft.first.chunkCount) chunks came"
            )
        }
    }

    /// The zones, their rings closed and checked.
    ///
    /// - Throws: The first fault, with zone, polygon, ring and position.
    /// - Complexity: O(n log n) in the corners: up to a second for the largest, so not on a loop.
    package func zones() throws(ZoneFault) -> [Zone] {
        guard let last = drafts.last else { throw ZoneFault("the call carries no zone") }
        try Self.checkIsWhole(last)
        var zones: [Zone] = []
        for draft in drafts { zones.append(try Self.zone(of: draft)) }
        return zones
    }

    private static func zone(of draft: Draft) throws(ZoneFault) -> Zone {
        var area: MultiPolygon?
        if !draft.first.isRemoved {
            do {
                area = try MultiPolygon(rings: draft.polygons.map { $0.map(closed) })
            } catch {
                throw ZoneFault("\(draft.first.zone): \(error)")
            }
        }
        return Zone(
            id: draft.first.zone,
            revision: draft.first.revision,
            purpose: draft.purpose,
            name: draft.first.zoneName,
            area: area
        )
    }

    /// The ring with its first position at the end, which may be left out on the wire.
    private static func closed(_ ring: [GeoPoint]) -> [GeoPoint] {
        guard let first = ring.first, ring.last != first else { return ring }
        return ring + [first]
    }
}
