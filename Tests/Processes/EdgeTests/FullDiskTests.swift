import Foundation
import ProcessSupport
import TestSupport
import Testing

@Suite(
    "A full disk",
    .serialized,
    .enabled("needs the right to mount a tmpfs") { try TinyDisk.prerequisite.isMet() },
    .timeLimit(.minutes(5))
)
struct FullDiskTests {
    /// Quotes that are made while there is room: a gateway without room makes none.
    private static let quoteCount = 300

    @Test(
        "a service whose disk is full refuses, loses nothing that it acknowledged, and goes on when there is space",
        arguments: ["gateway", "dispatch"]
    )
    func refuses(name: String) async throws {
        let folder = try TemporaryDirectory(prefix: "full")
        let disk = try TinyDisk(at: folder.path(of: "disk"))
        let store = ["NEXORS_DATABASE_URL": "sqlite:\(disk.path)/\(name).db"]
        try await withEdge([name: store]) { system in
            let key = try #require(try await system.provision()["agency"])
            var quotes: [String] = []
            while quotes.count < Self.quoteCount {
                quotes.append(try #require(try await system.quote(key)))
            }
            var acknowledged: [String] = []
            for _ in 0..<3 {
                let quote = quotes.removeLast()
                acknowledged.append(try await system.book(key, quote: quote, under: quote).id)
            }
            try disk.fill()
            var refusal: (quote: String, answer: Answer)?
            while refusal == nil, let quote = quotes.popLast() {
                let answer = try await system.book(key, quote: quote, under: quote)
                if answer.status == 201 {
                    acknowledged.append(answer.id)
                } else {
                    refusal = (quote, answer)
                }
            }
            let (quote, answer) = try #require(refusal, "\(Self.quoteCount) bookings found room")
            #expect(answer.status == 503 && answer.code == "overloaded", "\(answer)")
            #expect(answer.isWholeProblem && answer.fields["retry-after"] != nil, "\(answer)")
            // Reads go on, and the log says what an operator has to do.
            for id in acknowledged.suffix(3) {
                #expect(try await system.send("GET", "/v1/bookings/\(id)", key: key).status == 200)
            }
            let service = try system.service(name)
            let said = await service.lines.contains { $0.contains("is full: free space") }
            #expect(said, "nothing in the log of \(name) says that the disk is full")

            try disk.empty()
            var later = answer
            try await system.until {
                later = try await system.book(key, quote: quote, under: quote)
                return later.status == 201
            }
            acknowledged.append(later.id)
            // What was acknowledged is on the disk, not only in memory.
            await service.kill()
            try await system.start([name])
            try await Self.expectBookings(acknowledged, system, key)
        }
    }

    @Test(
        "payments without room hold no money twice: bookings wait as requested and are confirmed later"
    )
    func payments() async throws {
        let folder = try TemporaryDirectory(prefix: "full")
        let disk = try TinyDisk(at: folder.path(of: "disk"))
        let store = ["NEXORS_DATABASE_URL": "sqlite:\(disk.path)/payments.db"]
        try await withEdge(["payments": store]) { system in
            let key = try #require(try await system.provision()["agency"])
            try disk.fill()
            var ids: [String] = []
            let payments = try system.service("payments")
            // Room that the store had taken before lasts for a while.
            while await !payments.lines.contains(where: { $0.contains("is full: free space") }) {
                try #require(ids.count < Self.quoteCount, "\(ids.count) payments found room")
                ids.append(try await system.booked(key).id)
            }
            try disk.empty()
            for id in ids {
                try await system.until {
                    try await system.send("GET", "/v1/bookings/\(id)", key: key).state
                        == "confirmed"
                }
            }
            let totals = try #require(try await system.standIn.totals())
            #expect(totals.authorizations == ids.count)
            let ledger = try await system.send(
                "GET",
                "/v1/admin/tenants/7/ledger",
                key: EdgeSystem.adminKey
            )
            #expect(ledger.json["balanced"] as? Bool == true, "\(ledger)")
        }
    }

    /// Checks that the partner's bookings are exactly `ids`, each of which can be read.
    private static func expectBookings(
        _ ids: [String],
        _ system: EdgeSystem,
        _ key: String
    ) async throws {
        for id in ids {
            try await system.until {
                try await system.send("GET", "/v1/bookings/\(id)", key: key).status == 200
            }
        }
        var listed: [String] = []
        var path: String? = "/v1/bookings?limit=200"
        while let next = path {
            let page = try await system.send("GET", next, key: key)
            let data = page.json["data"] as? [[String: Any]] ?? []
            listed += data.compactMap { $0["id"] as? String }
            path = (page.json["next_cursor"] as? String).map {
                "/v1/bookings?limit=200&cursor=\($0)"
            }
        }
        #expect(listed.sorted() == ids.sorted())
    }
}
