import Foundation
import ProcessSupport
import TestSupport
import Testing

@Suite("Slow and many clients at the gateway", .timeLimit(.minutes(5)))
struct SlowClientTests {
    /// Short, so that a test need not wait; nothing here measures a time.
    private static let settings = [
        "gateway": [
            "NEXORS_HTTP_HEAD_TIME": "1s", "NEXORS_HTTP_BODY_TIME": "1s",
            "NEXORS_HTTP_IDLE_TIME": "1s", "NEXORS_HTTP_CONNECTIONS": "8",
        ]
    ]

    @Test("a head, a body, a chunk and an idle connection that never end are ended by the gateway")
    func slow() async throws {
        try await withEdge(Self.settings) { system in
            let head = "POST /v1/quotes HTTP/1.1\r\nHost: localhost\r\n"
            let late = [
                "POST /v1", head, head + "A: b\r\n", head + "Content-Length: 100\r\n\r\n{\"a",
                head + "Transfer-Encoding: chunked\r\n\r\n5\r\nab",
            ]
            for start in late {
                let connection = try RawConnection(port: system.httpPort)
                await connection.send(start)
                let answer = try #require(Answer(try await connection.readToEnd()), "\(start)")
                #expect(answer.status == 408, "\(start): \(answer)")
                #expect(answer.isWholeProblem, "\(answer)")
                #expect(answer.detail == "The request took too long.")
            }
            let silent = try RawConnection(port: system.httpPort)
            #expect(try await silent.read() == nil)
            let idle = try RawConnection(port: system.httpPort)
            await idle.send("GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n")
            let answer = try #require(Answer(try await idle.readToEnd()))
            #expect(answer.status == 200)
        }
    }

    @Test("connections over the limit are closed, and there is room again when others end")
    func many() async throws {
        try await withEdge(Self.settings) { system in
            let refusals = "nexors_http_server_refused_connections_total"
            // Again where the machine was too slow and the eight had ended before the ninth came.
            try await system.until {
                var held: [RawConnection] = []
                // As many as may be, none of which sends a whole head.
                for _ in 0..<8 {
                    let connection = try RawConnection(port: system.httpPort)
                    await connection.send("GET / HT")
                    held.append(connection)
                }
                let ninth = try RawConnection(port: system.httpPort)
                await ninth.send("GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n")
                let isRefused = try await ninth.read() == nil
                for connection in held { _ = try await connection.readToEnd() }
                return isRefused
            }
            let page = try await system.service("gateway").page("/metrics")
            #expect(!page.contains("\(refusals) 0\n"), "no refusal is counted")
            #expect(try await system.send("GET", "/openapi.json").status == 200)
        }
    }
}
