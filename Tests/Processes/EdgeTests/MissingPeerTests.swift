import Foundation
import ProcessSupport
import TestSupport
import Testing

@Suite("A killed peer, as a partner sees it", .timeLimit(.minutes(5)))
struct MissingPeerTests {
    /// Checks that `answer` says what to do: wait so long, then the same again.
    private static func expectRetry(_ answer: Answer, _ comment: Comment) {
        #expect(answer.status == 503 || answer.status == 504, comment)
        #expect(answer.isWholeProblem, comment)
        #expect(answer.json["retryable"] as? Bool == true, comment)
        #expect(Int(answer.fields["retry-after"] ?? "") ?? 0 > 0, comment)
        #expect(answer.detail.contains("Try again"), comment)
    }

    @Test(
        "without dispatch a booking gets 503, and the same request makes it once when dispatch is back"
    )
    func dispatch() async throws {
        try await withEdge { system in
            let key = try #require(try await system.provision()["agency"])
            let former = try await system.booked(key)
            let quote = try #require(try await system.quote(key))
            let dispatch = try system.service("dispatch")
            await dispatch.kill()
            let refused = try await system.book(key, quote: quote, under: "k")
            Self.expectRetry(refused, "\(refused)")
            #expect(refused.detail.contains("with the same key"), "\(refused)")
            let quotes = try await system.send(
                "POST",
                "/v1/quotes",
                key: key,
                body: EdgeSystem.quoteBody
            )
            Self.expectRetry(quotes, "\(quotes)")
            // Degraded, not unready: whoever routes to it must not take it away.
            let gateway = try system.service("gateway")
            try await system.until {
                try await gateway.page("/readyz").contains("\"status\":\"degraded\"")
            }
            #expect(try await gateway.page("/readyz").contains("dispatch"))
            try await system.start(["dispatch"])
            var answer = refused
            try await system.until {
                answer = try await system.book(key, quote: quote, under: "k")
                return answer.status == 201
            }
            let again = try await system.book(key, quote: quote, under: "k")
            #expect(again.text == answer.text)
            let ids = try await Self.listed(system, key)
            #expect(ids == [answer.id, former.id])
        }
    }

    @Test(
        "without ingest nobody is quoted a price, since no licence is proven; with it again all is well"
    )
    func ingest() async throws {
        try await withEdge { system in
            let key = try #require(try await system.provision()["agency"])
            await (try system.service("ingest")).kill()
            let refused = try await system.send(
                "POST",
                "/v1/quotes",
                key: key,
                body: EdgeSystem.quoteBody
            )
            Self.expectRetry(refused, "\(refused)")
            try await system.start(["ingest"])
            try await system.until { try await system.quote(key) != nil }
        }
    }

    @Test(
        "without payments a booking is taken and waits as requested; payments back, it is confirmed"
    )
    func payments() async throws {
        try await withEdge { system in
            let key = try #require(try await system.provision()["agency"])
            await (try system.service("payments")).kill()
            let booking = try await system.booked(key)
            #expect(booking.state == "requested")
            let path = "/v1/bookings/\(booking.id)"
            #expect(try await system.send("GET", path, key: key).state == "requested")
            try await system.start(["payments"])
            try await system.until {
                try await system.send("GET", path, key: key).state == "confirmed"
            }
        }
    }

    @Test("without billing only its own views are away")
    func billing() async throws {
        try await withEdge { system in
            let key = try #require(try await system.provision()["agency"])
            await (try system.service("billing")).kill()
            let view = try await system.send(
                "GET",
                "/v1/admin/tenants/7/statement",
                key: EdgeSystem.adminKey
            )
            Self.expectRetry(view, "\(view)")
            _ = try await system.booked(key)
        }
    }

    private static func listed(_ system: EdgeSystem, _ key: String) async throws -> [String] {
        let list = try await system.send("GET", "/v1/bookings", key: key)
        return (list.json["data"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
    }
}
