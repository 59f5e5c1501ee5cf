import Calls
import Geo
import IngestServer
import LinkSupport
import Messages
import Model
internal import Reactor
import Storage
import TestSupport
import Testing
import Timekeeping
import WireFormat

@Suite("Zones", .timeLimit(.minutes(1)))
struct ZoneTests {
    static func point(_ latitude: Double, _ longitude: Double) -> GeoPoint {
        GeoPoint(latitudeDegrees: latitude, longitudeDegrees: longitude)!
    }

    /// A square of a degree with its south-west corner at `latitude`, 0; not closed, as the wire allows.
    static func square(_ latitude: Double = 0, size: Double = 1) -> [GeoPoint] {
        [
            point(latitude, 0), point(latitude, size), point(latitude + size, size),
            point(latitude + size, 0),
        ]
    }

    static func chunk(
        _ zone: UInt128 = 1,
        revision: UInt64 = 1,
        index: UInt16 = 0,
        of count: UInt16 = 1,
        polygon: UInt16 = 0,
        ring: UInt16 = 0,
        isRemoved: Bool = false,
        _ points: [GeoPoint] = square()
    ) -> ZoneChunk {
        .with {
            $0.zone = ZoneID(bits: zone)
            $0.revision = revision
            $0.chunkIndex = index
            $0.chunkCount = count
            $0.polygonIndex = polygon
            $0.ringIndex = ring
            $0.purpose = WireEnum(.licence)
            $0.zoneName = "zone \(zone)"
            $0.isRemoved = isRemoved
            $0.points = isRemoved ? [] : points
        }
    }

    /// Sends chunks as the gateway does. On the loop.
    static func put(
        _ rig: IngestRig,
        _ chunks: [ZoneChunk],
        key: UInt64 = 1,
        tenant: TenantID = IngestRig.tenant
    ) async throws -> PutZonesReply {
        var routes = CallRoutes()
        let zones = rig.zones!
        routes.clientStream(IngestMethods.putZones) { (stream) async throws(CallError) in
            try await zones.put(stream)
        }
        routes.synchronous(IngestMethods.coversPoint) { (context, request) throws(CallError) in
            try zones.covers(request, context)
        }
        rig.serve(at: "inside") { $0 = routes }
        let stream = try await rig.client(["inside"], as: "gateway").open(
            IngestMethods.putZones.descriptor,
            [],
            isEnd: false,
            CallOptions(tenant: tenant, key: IdempotencyKey(bits: UInt128(key)))
        )
        for chunk in chunks { try await stream.send(try chunk.encoded()) }
        try await stream.send([], isEnd: true)
        let answer = try await stream.next()
        return try PutZonesReply(decoding: answer ?? [])
    }

    /// Asks as the gateway does. On the loop.
    static func covers(
        _ rig: IngestRig,
        _ place: GeoPoint,
        tenant: TenantID = IngestRig.tenant
    ) async throws -> CoversPointReply {
        try await covers(rig.client(["inside"], as: "gateway"), place, tenant: tenant)
    }

    /// The same over one connection. On the loop.
    static func covers(
        _ gateway: CallClient,
        _ place: GeoPoint,
        tenant: TenantID
    ) async throws -> CoversPointReply {
        let request = CoversPointRequest.with {
            $0.position = place
            $0.purpose = WireEnum(.licence)
        }
        return try await gateway.call(
            IngestMethods.coversPoint,
            request,
            CallOptions(tenant: tenant)
        )
    }

    @Test("a stored zone covers its inside and its edge, for its own fleet alone")
    func covers() async throws {
        let rig = try await IngestRig()
        let replies = try await rig.run {
            let stored = try await Self.put(rig, [Self.chunk()])
            #expect(stored.zoneCount == 1)
            #expect(stored.pointCount == 5)
            return [
                try await Self.covers(rig, Self.point(0.5, 0.5)),
                try await Self.covers(rig, Self.point(1, 1)),
                try await Self.covers(rig, Self.point(1.0000001, 0.5)),
                try await Self.covers(rig, Self.point(0.5, 0.5), tenant: TenantID(43)),
            ]
        }
        #expect(replies.map(\.isCovered) == [true, true, false, false])
        #expect(replies.map(\.zoneCount) == [1, 1, 1, 0])
        #expect(replies[0].zone == ZoneID(bits: 1))
        #expect(replies[0].zoneName == "zone 1")
        await rig.close()
    }

    @Test("rings in pieces, holes and islands come together; all is there again after a restart")
    func pieces() async throws {
        let rig = try await IngestRig()
        let outer = Self.square(0, size: 10)
        let hole = [
            Self.point(4, 4), Self.point(4, 6), Self.point(6, 6), Self.point(6, 4),
        ]
        let chunks = [
            Self.chunk(index: 0, of: 4, Array(outer[..<2])),
            Self.chunk(index: 1, of: 4, Array(outer[2...])),
            Self.chunk(index: 2, of: 4, ring: 1, hole),
            Self.chunk(index: 3, of: 4, polygon: 1, Self.square(20)),
        ]
        let again = ZoneService(
            loop: rig.loop,
            store: rig.store,
            businessNow: { rig.time.wallTime }
        )
        let places = [
            Self.point(1, 1), Self.point(5, 5), Self.point(20.5, 0.5), Self.point(15, 0.5),
        ]
        let first = try await rig.run {
            _ = try await Self.put(rig, chunks)
            var answers: [Bool] = []
            for place in places {
                answers.append(try await Self.covers(rig, place).isCovered)
            }
            return answers
        }
        #expect(first == [true, false, true, false])
        try await again.load()
        #expect(await rig.loop.submit { again.count } == 1)
        await rig.close()
    }

    @Test(
        "a newer revision replaces, a removal removes, and an older one is refused without a trace"
    )
    func revisions() async throws {
        let rig = try await IngestRig()
        try await rig.run {
            _ = try await Self.put(rig, [Self.chunk(revision: 5)], key: 1)
            _ = try await Self.put(rig, [Self.chunk(revision: 6, Self.square(30))], key: 2)
            let moved = try await Self.covers(rig, Self.point(30.5, 0.5))
            #expect(moved.isCovered)
            let left = try await Self.covers(rig, Self.point(0.5, 0.5))
            #expect(!left.isCovered)
            let stale = await callError {
                // With another zone in the same call, which must not be stored either.
                _ = try await Self.put(
                    rig,
                    [Self.chunk(2, Self.square(60)), Self.chunk(revision: 5)],
                    key: 3
                )
            }
            #expect(stale?.code == .failedPrecondition)
            #expect(stale?.subCode == IngestSubCode.revisionStale.rawValue)
            let other = try await Self.covers(rig, Self.point(60.5, 0.5))
            #expect(!other.isCovered)
            _ = try await Self.put(rig, [Self.chunk(revision: 7, isRemoved: true)], key: 4)
            let removed = try await Self.covers(rig, Self.point(30.5, 0.5))
            #expect(!removed.isCovered)
            #expect(removed.zoneCount == 0)
            let back = await callError {
                _ = try await Self.put(rig, [Self.chunk(revision: 6, Self.square(30))], key: 5)
            }
            #expect(back?.subCode == IngestSubCode.revisionStale.rawValue)
        }
        await rig.close()
    }

    @Test("the same call told again has the same answer and no other effect")
    func repeated() async throws {
        let rig = try await IngestRig()
        try await rig.run {
            let first = try await Self.put(rig, [Self.chunk(revision: 1)], key: 1)
            let again = try await Self.put(rig, [Self.chunk(revision: 1)], key: 1)
            #expect(first == again)
            // Another content under a known key is a fault of the sender's.
            let reused = await callError {
                _ = try await Self.put(rig, [Self.chunk(9, revision: 2)], key: 1)
            }
            #expect(reused?.code == .failedPrecondition)
            let unchanged = try await Self.covers(rig, Self.point(0.5, 0.5))
            #expect(unchanged.zone == ZoneID(bits: 1))
            #expect(unchanged.zoneCount == 1)
        }
        await rig.close()
    }

    @Test(
        "what does not fit is refused with its place",
        arguments: [
            // A bow tie; a missing chunk; a gap in the rings; no chunks; corners on one line.
            ([chunk(1, [point(0, 0), point(1, 1), point(0, 1), point(1, 0)])], "crosses"),
            ([chunk(index: 0, of: 2)], "1 of 2 chunks"),
            ([chunk(ring: 1)], "does not follow"),
            ([chunk(index: 1, of: 2)], "first chunk is missing"),
            ([], "no zone"),
            ([chunk(1, [point(0, 0), point(0, 1)])], "three places"),
            ([chunk(revision: 0)], "revision of 1"),
            ([chunk(), chunk(revision: 2)], "twice"),
        ] as [([ZoneChunk], String)]
    )
    func faults(chunks: [ZoneChunk], text: String) async throws {
        let rig = try await IngestRig()
        let error = try await rig.run {
            await callError { _ = try await Self.put(rig, chunks) }
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.subCode == IngestSubCode.zoneInvalid.rawValue)
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
        await rig.close()
    }
}
