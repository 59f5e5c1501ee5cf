import Foundation
import ProcessSupport
import TestSupport
import Testing

@Suite("A track that is cut off and resumed", .timeLimit(.minutes(5)))
struct TrackTests {
    /// The ids in what was read of a stream.
    private static func ids(_ text: String) -> [String] {
        text.components(separatedBy: "\n").filter { $0.hasPrefix("id: ") }
            .map { String($0.dropFirst(4)) }
    }

    private static func open(
        _ system: EdgeSystem,
        _ booking: String,
        _ key: String,
        after last: String? = nil
    ) async throws -> RawConnection {
        let connection = try RawConnection(port: system.httpPort)
        let resume = last.map { "Last-Event-ID: \($0)\r\n" } ?? ""
        await connection.send(
            "GET /v1/bookings/\(booking)/track HTTP/1.1\r\nHost: localhost\r\n"
                + "Authorization: Bearer \(key)\r\nAccept: text/event-stream\r\n\(resume)\r\n"
        )
        return connection
    }

    @Test("each event comes once and in order over cuts, a killed gateway and the end")
    func resume() async throws {
        try await withEdge { system in
            let key = try #require(try await system.provision()["agency"])
            let booking = try await system.booked(key).id
            // A client that reads until the payer's authorisation, then loses its network.
            let first = try await Self.open(system, booking, key)
            let begin = try await first.read(until: "\"state\":\"confirmed\"")
            #expect(begin.contains("Content-Type: text/event-stream"))
            #expect(Self.ids(begin).last == "2", "\(begin)")

            let second = try await Self.open(system, booking, key, after: "2")
            _ = try await second.read(until: "\r\n\r\n")
            try await system.service("gateway").kill()
            while try await second.read() != nil {}
            try await system.start(["gateway"])

            let third = try await Self.open(system, booking, key, after: "1")
            let missed = try await third.read(until: "id: 2\n")
            let cancel = try await system.send("POST", "/v1/bookings/\(booking)/cancel", key: key)
            #expect(cancel.status == 200 && cancel.state == "cancelled", "\(cancel)")
            let rest = try await third.read(until: "\"state\":\"cancelled\"")
            #expect(Self.ids(missed + rest) == ["2", "3"], "\(missed)\(rest)")

            let fourth = try await Self.open(system, booking, key, after: "2")
            #expect(Self.ids(try await fourth.read(until: "0\r\n\r\n")) == ["3"])
            // Who has all of it is told not to come back.
            let over = try await Self.open(system, booking, key, after: "3")
            #expect(try await over.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 204 "))
            for strange in ["4", "-1", "x", "99999999999999999999"] {
                let stream = try await Self.open(system, booking, key, after: strange)
                let text = try await stream.read(until: "0\r\n\r\n")
                #expect(Self.ids(text) == ["3"], "after \(strange): \(text)")
            }
        }
    }

    @Test("the 65th stream of a booking is refused with 503, and others are not disturbed")
    func many() async throws {
        try await withEdge { system in
            let key = try #require(try await system.provision()["agency"])
            let booking = try await system.booked(key).id
            var streams: [RawConnection] = []
            for _ in 0..<64 {
                let stream = try await Self.open(system, booking, key)
                _ = try await stream.read(until: "id: ")
                streams.append(stream)
            }
            let more = try await Self.open(system, booking, key)
            let text = try await more.read(until: "}")
            #expect(text.hasPrefix("HTTP/1.1 503 "), "\(text)")
            #expect(text.contains("Retry-After: 5"), "\(text)")
            _ = try await system.send("POST", "/v1/bookings/\(booking)/cancel", key: key)
            for stream in streams { _ = try await stream.read(until: "\"state\":\"cancelled\"") }
        }
    }
}
