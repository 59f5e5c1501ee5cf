import TestSupport
import Testing

@testable import HTTP

@Suite("The limits of a request")
struct RequestLimitTests {
    private static let accepted = [
        Outcome.request(method: .post, path: "/aaaa", body: "", keepsAlive: true)
    ]

    /// The outcome whole and byte by byte, which must be the same.
    private func both(_ input: String, _ change: (inout RequestLimits) -> Void) -> [Outcome] {
        var limits = RequestLimits()
        change(&limits)
        let bytes = Array(input.utf8)
        let whole = outcomes(of: bytes, limits: limits)
        #expect(outcomes(of: bytes, limits: limits, cuts: Array(1..<bytes.count)) == whole)
        return whole
    }

    @Test("a request line of exactly the limit passes, one byte more is 414")
    func requestLine() {
        let line = "POST /aaaa HTTP/1.1\r\n"
        let input = line + "Host: h\r\n\r\n"
        #expect(both(input) { $0.requestLineByteCountMax = line.utf8.count } == Self.accepted)
        #expect(
            both(input) { $0.requestLineByteCountMax = line.utf8.count - 1 }
                == [.refused(414, .requestLineTooLong)]
        )
        #expect(
            both(String(repeating: "a", count: 9000)) { _ in } == [
                .refused(414, .requestLineTooLong)
            ]
        )
    }

    @Test("headers of exactly the limit pass, one byte more is 431")
    func headerBytes() {
        let headers = "Host: h\r\nX: 1234567890\r\n\r\n"
        let input = "POST /aaaa HTTP/1.1\r\n" + headers
        #expect(both(input) { $0.headerByteCountMax = headers.utf8.count } == Self.accepted)
        for missing in 1...3 {
            #expect(
                both(input) { $0.headerByteCountMax = headers.utf8.count - missing }
                    == [.refused(431, .headersTooLarge)]
            )
        }
    }

    @Test("as many headers as the limit pass, one more is 431")
    func headerCount() {
        let input = "POST /aaaa HTTP/1.1\r\nHost: h\r\nA: 1\r\nB: 2\r\n\r\n"
        #expect(both(input) { $0.headerCountMax = 3 } == Self.accepted)
        #expect(both(input) { $0.headerCountMax = 2 } == [.refused(431, .tooManyHeaders)])
    }

    @Test("a body of exactly the limit passes, one byte more is 413 before it is sent")
    func bodyBytes() {
        let head = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n"
        #expect(
            both(head + "1234") { $0.bodyByteCountMax = 4 }
                == [.request(method: .post, path: "/a", body: "1234", keepsAlive: true)]
        )
        #expect(both(head) { $0.bodyByteCountMax = 3 } == [.refused(413, .bodyTooLarge)])
    }

    @Test("a chunked body is held to the same limit, over all chunks")
    func chunkedBytes() {
        let input =
            "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n"
        #expect(
            both(input) { $0.bodyByteCountMax = 4 }
                == [.request(method: .post, path: "/a", body: "abcd", keepsAlive: true)]
        )
        #expect(both(input) { $0.bodyByteCountMax = 3 } == [.refused(413, .bodyTooLarge)])
    }

    @Test("chunk extensions are counted over the whole body")
    func extensions() {
        let input =
            "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;ab\r\na\r\n1;ab\r\nb\r\n0\r\n\r\n"
        #expect(both(input) { $0.chunkExtensionByteCountMax = 6 }.count == 1)
        #expect(
            both(input) { $0.chunkExtensionByteCountMax = 6 }.first
                == .request(method: .post, path: "/a", body: "ab", keepsAlive: true)
        )
        #expect(
            both(input) { $0.chunkExtensionByteCountMax = 5 }
                == [.refused(400, .chunkExtensionsTooLarge)]
        )
        let endless = "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;"
        #expect(
            both(endless + String(repeating: "x", count: 2000)) { _ in }
                == [.refused(400, .chunkExtensionsTooLarge)]
        )
    }

    @Test("trailers have limits of their own: 431")
    func trailers() {
        let input =
            "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: 1\r\nB: 2\r\n\r\n"
        #expect(both(input) { $0.trailerByteCountMax = 14 }.count == 1)
        #expect(both(input) { $0.trailerByteCountMax = 13 } == [.refused(431, .trailersTooLarge)])
        #expect(both(input) { $0.trailerCountMax = 1 } == [.refused(431, .trailersTooLarge)])
    }
}

@Suite("The parser under any bytes")
struct RequestParserProperties {
    private static let pieces = [
        "GET", "POST", " ", "/", "/a", "%41", "%", "?", " HTTP/1.1", " HTTP/1.0", "\r\n", "\r",
        "\n",
        "Host: h\r\n", "Content-Length: 3\r\n", "Content-Length: ",
        "Transfer-Encoding: chunked\r\n",
        "\r\n\r\n", "3\r\nabc\r\n", "0\r\n\r\n", "5;x\r\n", "ffffffffffffffff\r\n", "X: y\r\n",
        "\0",
        "Expect: 100-continue\r\n", "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "Connection: close\r\n",
        "é", "a",
        "POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n",
    ]

    @Test(
        "any way of cutting gives the same requests and refusals, and nothing traps",
        arguments: 0..<40
    )
    func cutting(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<60 {
            var input: [UInt8] = []
            for _ in 0..<Int.random(in: 1...20, using: &generator) {
                if Int.random(in: 0..<12, using: &generator) == 0 {
                    input.append(UInt8.random(in: 0...255, using: &generator))
                } else {
                    let index = Int.random(in: 0..<Self.pieces.count, using: &generator)
                    input += Array(Self.pieces[index].utf8)
                }
            }
            let whole = outcomes(of: input)
            let bytewise = outcomes(of: input, cuts: Array(1..<max(1, input.count)))
            #expect(bytewise == whole, "seed \(seed): \(input)")
            let cuts = (0..<3).map { _ in Int.random(in: 0...input.count, using: &generator) }
                .sorted()
            #expect(outcomes(of: input, cuts: cuts) == whole, "seed \(seed): \(input) at \(cuts)")
        }
    }

    @Test("random bytes never trap and never make a request", arguments: 0..<20)
    func noise(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(1000 + seed))
        for _ in 0..<50 {
            let input = (0..<Int.random(in: 0...400, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            for outcome in outcomes(of: input) {
                if case .request = outcome { Issue.record("seed \(seed): \(input)") }
            }
        }
    }
}
