import Foundation
import ProcessSupport
import TestSupport
import Testing

/// Bytes that two parsers could read as different requests, and what the gateway must say to them.
struct SmugglingCase: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let status: Int

    var testDescription: String { name }

    /// A head with these lines behind the request line and the Host, then `body`.
    init(
        _ name: String,
        _ status: Int = 400,
        lines: String = "",
        line: String = "POST /v1/quotes HTTP/1.1\r\n",
        host: String = "Host: localhost\r\n",
        body: String = ""
    ) {
        self.name = name
        self.status = status
        bytes = Array((line + host + lines + "\r\n" + body).utf8)
    }

    private static let chunked = "Transfer-Encoding: chunked\r\n"

    static let all: [SmugglingCase] =
        lengths + codings + chunks + lineEnds + heads + limits

    static let lengths = [
        SmugglingCase("both lengths", lines: "Content-Length: 5\r\n" + chunked, body: "0\r\n\r\n"),
        SmugglingCase(
            "both, the other way round",
            lines: chunked + "Content-Length: 5\r\n",
            body: "0\r\n\r\n"
        ),
        SmugglingCase(
            "double length, equal",
            lines: "Content-Length: 2\r\nContent-Length: 2\r\n",
            body: "{}"
        ),
        SmugglingCase(
            "double length",
            lines: "Content-Length: 2\r\nContent-Length: 9\r\n",
            body: "{}"
        ),
        SmugglingCase("a list of lengths", lines: "Content-Length: 2, 2\r\n", body: "{}"),
        SmugglingCase("a length with a sign", lines: "Content-Length: +2\r\n", body: "{}"),
        SmugglingCase("a negative length", lines: "Content-Length: -2\r\n", body: "{}"),
        SmugglingCase("a length in hexadecimal", lines: "Content-Length: 0x2\r\n", body: "{}"),
        SmugglingCase("a length with a blank inside", lines: "Content-Length: 1 2\r\n", body: "{}"),
        SmugglingCase("an empty length", lines: "Content-Length:\r\n", body: "{}"),
        SmugglingCase(
            "a length past 64 bits",
            lines: "Content-Length: 18446744073709551618\r\n",
            body: "{}"
        ),
    ]

    static let codings = [
        SmugglingCase("chunked twice", lines: chunked + chunked, body: "0\r\n\r\n"),
        SmugglingCase(
            "a list of chunked",
            lines: "Transfer-Encoding: chunked, chunked\r\n",
            body: "0\r\n\r\n"
        ),
        SmugglingCase("another coding", 501, lines: "Transfer-Encoding: identity\r\n"),
        SmugglingCase(
            "chunked and another",
            501,
            lines: "Transfer-Encoding: chunked, identity\r\n"
        ),
        SmugglingCase("a coding behind a control", lines: "Transfer-Encoding: \u{0B}chunked\r\n"),
        SmugglingCase("an empty coding", lines: "Transfer-Encoding:\r\n"),
        SmugglingCase(
            "a coding before HTTP/1.1",
            lines: chunked,
            line: "POST / HTTP/1.0\r\n",
            body: "0\r\n\r\n"
        ),
    ]

    static let chunks = [
        SmugglingCase("bad chunk size", lines: chunked, body: "g\r\n"),
        SmugglingCase("an empty chunk size", lines: chunked, body: "\r\n"),
        SmugglingCase("a chunk size with 0x", lines: chunked, body: "0x2\r\n{}\r\n0\r\n\r\n"),
        SmugglingCase("a chunk size with a sign", lines: chunked, body: "+2\r\n{}\r\n0\r\n\r\n"),
        SmugglingCase("a chunk size behind a blank", lines: chunked, body: " 2\r\n{}\r\n0\r\n\r\n"),
        SmugglingCase(
            "a chunk size past 64 bits",
            lines: chunked,
            body: "10000000000000002\r\n{}\r\n0\r\n\r\n"
        ),
        SmugglingCase(
            "a chunk longer than its size",
            lines: chunked,
            body: "2\r\n{}}\r\n0\r\n\r\n"
        ),
        SmugglingCase("a bare LF behind a chunk", lines: chunked, body: "2\r\n{}\n0\r\n\r\n"),
        SmugglingCase("a bare LF in an extension", lines: chunked, body: "2;a=b\n{}\r\n0\r\n\r\n"),
        SmugglingCase(
            "a length in the trailers",
            lines: chunked,
            body: "0\r\nContent-Length: 5\r\n\r\n"
        ),
    ]

    static let lineEnds = [
        SmugglingCase("a bare LF behind the request line", line: "POST / HTTP/1.1\n"),
        SmugglingCase("a bare LF behind a header", lines: "A: b\n"),
        SmugglingCase("a bare CR in a header", lines: "A: b\rC: d\r\n"),
        SmugglingCase("a folded line", lines: "A: b\r\n c: d\r\n"),
        SmugglingCase("a line folded with a tab", lines: "A: b\r\n\tc: d\r\n"),
        SmugglingCase("a first header that is folded", host: " Host: localhost\r\n"),
        SmugglingCase("a zero byte in a header", lines: "A: b\u{0}c\r\n"),
    ]

    static let heads = [
        SmugglingCase("a blank before the colon", lines: "Content-Length : 2\r\n", body: "{}"),
        SmugglingCase("a header without a colon", lines: "Content-Length 2\r\n"),
        SmugglingCase("a header without a name", lines: ": 2\r\n"),
        SmugglingCase("no Host", host: ""),
        SmugglingCase("two Hosts", lines: "Host: other\r\n"),
        SmugglingCase("a target that contradicts the Host", line: "GET http://other/ HTTP/1.1\r\n"),
        SmugglingCase("a target with a zero byte", line: "GET /%00 HTTP/1.1\r\n"),
        SmugglingCase("two blanks in the request line", line: "GET  / HTTP/1.1\r\n"),
        SmugglingCase("no version", line: "GET /\r\n"),
        SmugglingCase("the preface of HTTP/2", 505, line: "PRI * HTTP/2.0\r\n"),
        SmugglingCase("an unknown method", 501, line: "BREW / HTTP/1.1\r\n"),
        SmugglingCase("an unknown expectation", 417, lines: "Expect: 200-ok\r\n"),
    ]

    static let limits = [
        SmugglingCase(
            "a long request line",
            414,
            line: "GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\n"
        ),
        SmugglingCase(
            "long headers",
            431,
            lines: "A: \(String(repeating: "a", count: 17_000))\r\n"
        ),
        SmugglingCase("many headers", 431, lines: String(repeating: "A: b\r\n", count: 101)),
        SmugglingCase("a large body", 413, lines: "Content-Length: 1048577\r\n"),
        SmugglingCase("large chunks", 413, lines: chunked, body: "100001\r\n"),
    ]
}

@Suite("Smuggling at the gateway", .timeLimit(.minutes(5)))
struct SmugglingTests {
    @Test("each attempt is answered once and cut off, and what it hides is never a request")
    func table() async throws {
        try await withEdge { system in
            let hidden =
                "GET /v1/admin/status HTTP/1.1\r\nHost: localhost\r\n"
                + "Authorization: Bearer \(EdgeSystem.adminKey)\r\n\r\n"
            for attempt in SmugglingCase.all {
                let connection = try RawConnection(port: system.httpPort)
                await connection.send(attempt.bytes + Array(hidden.utf8))
                // To the end: the gateway closes, whatever else we would send.
                let bytes = try await connection.readToEnd()
                let text = String(decoding: bytes, as: UTF8.self)
                let answer = try #require(Answer(bytes), "\(attempt.name): \(text)")
                #expect(answer.status == attempt.status, "\(attempt.name): \(answer)")
                #expect(answer.isWholeProblem, "\(attempt.name): \(answer)")
                #expect(answer.code == "refused_request", "\(attempt.name): \(answer)")
                #expect(answer.fields["connection"] == "close", "\(attempt.name): \(answer)")
                let count = text.components(separatedBy: "HTTP/1.1 ").count - 1
                #expect(count == 1, "\(attempt.name): \(text)")
            }
            let metrics = try await system.service("gateway").page("/metrics")
            let refused = "nexors_http_server_refused_requests_total \(SmugglingCase.all.count)"
            #expect(metrics.contains(refused), "not \(refused)")
            // Counted where one is answered; the durations of every route are there from the start.
            #expect(
                !metrics.components(separatedBy: "\n").contains {
                    $0.hasPrefix("nexors_http_server_requests_total")
                        && $0.contains("/admin/status")
                }
            )
            // And the next honest client is served.
            #expect(try await system.send("GET", "/openapi.json").status == 200)
        }
    }

    @Test("an absolute target in pieces behind another request does not reach beyond its own bytes")
    func absoluteTarget() async throws {
        try await withEdge { system in
            let connection = try RawConnection(port: system.httpPort)
            let first = "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
            await connection.send(first + "GET http://localhost/openapi.json HT")
            _ = try await connection.read(until: "\r\n\r\n{")
            await connection.send("TP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            let rest = String(decoding: try await connection.readToEnd(), as: UTF8.self)
            #expect(rest.contains("HTTP/1.1 200 OK\r\n"), "\(rest.prefix(300))")
        }
    }
}
