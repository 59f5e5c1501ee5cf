import Calls
import Foundation
import Geo
import IngestServer
import LinkSupport
import Messages
import Model
import TestSupport
import Testing

@Suite("Zones of a real city", .timeLimit(.minutes(5)))
struct RealZoneTests {
    /// Places asked about each zone: so many anywhere in its box, and as many beside its edges.
    static let placeCount = 60
    static let seed: UInt64 = 20_261_120

    struct Question {
        let place: GeoPoint
        let expected: Bool
    }

    /// What is asked about a zone, and what a ray cast on the file's numbers answers.
    static func questions(
        about zone: RealZone,
        _ generator: inout SeededGenerator
    ) throws -> [Question] {
        var places: [GeoPoint] = []
        for _ in 0..<placeCount {
            places.append(RealZone.place(inBoxOf: zone.polygons.flatMap { $0[0] }, &generator))
            places.append(zone.placeBesideEdge(&generator))
        }
        for hole in zone.holes {
            let edges = RealZone.edges(of: hole)
            let inside = (0..<50).map { _ in RealZone.place(inBoxOf: hole, &generator) }
                .filter { RealZone.rayCast(edges, $0) && zone.isClear($0) }
            try #require(!inside.isEmpty, "\(zone.name), seed \(seed)")
            places += inside
        }
        return places.filter(zone.isClear).map { Question(place: $0, expected: zone.covers($0)) }
    }

    @Test(
        "a fleet licensed in a real neighbourhood may pick up where a ray cast on its outline says so",
        .enabled("needs ../shared/data/zones/dev or NEXORS_ZONES") {
            try SharedData.zones.isAtHand()
        }
    )
    func realPolygons() async throws {
        let rig = try await IngestRig()
        let zones = try RealZone.read(SharedData.zones.unpacked("san-francisco.geojson.gz"))
        try #require(zones.count == 37)
        #expect(zones.reduce(0) { $0 + $1.holes.count } == 5)
        var generator = SeededGenerator(seed: Self.seed)
        let questions = try zones.map { try Self.questions(about: $0, &generator) }
        // A fleet for each, so that each zone answers for itself.
        let fleets = zones.indices.map { TenantID(UInt64($0 + 1)) }
        let refused = try await rig.run {
            var refused: [String] = []
            for (index, zone) in zones.enumerated() {
                let error = await callError {
                    _ = try await ZoneTests.put(
                        rig,
                        zone.chunks(zone: index + 1),
                        key: UInt64(index + 1),
                        tenant: fleets[index]
                    )
                }
                if let error { refused.append("\(zone.name): \(error.message)") }
            }
            return refused
        }
        // Three outlines are invalid by OGC's rules (Marina, Downtown, North Beach), each since its outer ring comes
        // back to one of its own corners. That leaves no doubt about what is inside, so `Polygon` takes it.
        #expect(refused == [])
        let wrong = try await rig.run {
            let gateway = rig.client(["inside"], as: "gateway")
            var wrong: [String] = []
            for (index, asked) in questions.enumerated() {
                for question in asked {
                    let answer = try await ZoneTests.covers(
                        gateway,
                        question.place,
                        tenant: fleets[index]
                    )
                    guard answer.isCovered != question.expected || answer.zoneCount != 1 else {
                        continue
                    }
                    wrong.append("\(zones[index].name), \(question.place): \(answer.isCovered)")
                }
            }
            return wrong
        }
        let asked = questions.joined()
        #expect(
            wrong.prefix(5) == [],
            "\(wrong.count) of \(asked.count) answers, seed \(Self.seed)"
        )
        // Enough of both that neither a box nor nothing would pass.
        #expect(asked.count { $0.expected } > 1000)
        #expect(asked.count { !$0.expected } > 1000)
        await rig.close()
    }
}
