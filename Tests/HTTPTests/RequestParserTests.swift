import TestSupport
import Testing

@testable import HTTP

@Suite("Requests as they are read")
struct RequestParserTests {
    @Test("a request without a body is complete at the empty line")
    func plain() {
        let input = "GET /v1/bookings?limit=5 HTTP/1.1\r\nHost: a.example\r\n\r\n"
        let expected = Outcome.request(
            method: .get,
            path: "/v1/bookings",
            body: "",
            keepsAlive: true
        )
        #expect(outcomes(of: Array(input.utf8)) == [expected])
        #expect(outcomes(of: Array(input.utf8.dropLast())) == [])
    }

    @Test("headers are found in any case, trimmed, the first of equal names first")
    func headers() throws {
        var parser = RequestParser()
        let input =
            "POST /x?a=1&b=%C3%A9+z HTTP/1.1\r\nHOST: h\r\nX-Request-Id: \t one \t\r\n"
            + "x-request-id:two\r\nEmpty:\r\nContent-Length: 2\r\n\r\nok"
        parser.receive(Array(input.utf8).span.bytes)
        guard case .request(let request) = parser.next() else {
            Issue.record("no request")
            return
        }
        #expect(request.value(of: .requestID) == "one")
        #expect(request.values(of: .requestID) == ["one", "two"])
        #expect(request.value(of: HeaderName("empty")) == "")
        #expect(request.value(of: .authorization) == nil)
        #expect(request.headerCount == 5)
        #expect(try request.queryValue("a") == "1")
        #expect(try request.queryValue("b") == "é z")
        #expect(try request.queryValue("c") == nil)
        #expect(request.body == Array("ok".utf8))
    }

    @Test("pipelined requests come out in order, each with its own body")
    func pipelined() {
        let input =
            "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\none"
            + "POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2;x=\"y\"\r\ntw\r\n1\r\no\r\n"
            + "0\r\nTrailer: x\r\n\r\nGET /c HTTP/1.1\r\nHost: h\r\nConnection: x , CLOSE\r\n\r\n"
        #expect(
            outcomes(of: Array(input.utf8)) == [
                .request(method: .post, path: "/a", body: "one", keepsAlive: true),
                .request(method: .post, path: "/b", body: "two", keepsAlive: true),
                .request(method: .get, path: "/c", body: "", keepsAlive: false),
            ]
        )
    }

    @Test("a client that expects 100 hears of it once, before its body")
    func expectContinue() {
        let input =
            "PUT /a HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n"
        #expect(outcomes(of: Array(input.utf8)) == [.expectsContinue])
        #expect(
            outcomes(of: Array((input + "x").utf8)) == [
                .expectsContinue, .request(method: .put, path: "/a", body: "x", keepsAlive: true),
            ]
        )
    }

    @Test(
        "targets in the forms of RFC 9112 are read",
        arguments: [
            ("GET http://h/a HTTP/1.1\r\nHost: h\r\n\r\n", "/a"),
            ("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", "*"),
            ("GET /%7Ea/b;c=d/@:&=+$,! HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "/%7Ea/b;c=d/@:&=+$,!"),
        ]
    )
    func targets(input: String, path: String) {
        guard case .request(_, let found, _, _)? = outcomes(of: Array(input.utf8)).first else {
            Issue.record("refused")
            return
        }
        #expect(found == path)
    }

    @Test("an absolute target behind another request is held against its own Host, cut anywhere")
    func absoluteTargetBehindAnother() {
        let first = "GET / HTTP/1.1\r\nHost: other\r\n\r\n"
        let second = "GET https://a.example/x HTTP/1.1\r\nHost: a.example\r\n\r\n"
        let wrong = "GET https://a.example/x HTTP/1.1\r\nHost: b.example\r\n\r\n"
        for (last, isGood) in [(second, true), (wrong, false)] {
            let input = Array((first + second + last).utf8)
            let whole = outcomes(of: input)
            #expect(whole.count == 3)
            #expect((whole.last == .refused(400, .targetContradictsHost)) == !isGood)
            // What was read of the head so far moves in the buffer with each read.
            #expect(outcomes(of: input, cuts: Array(1..<input.count)) == whole)
            for cut in 1..<input.count { #expect(outcomes(of: input, cuts: [cut]) == whole) }
        }
    }

    @Test("HTTP/1.0 needs no Host and is not kept open")
    func oldVersion() {
        #expect(
            outcomes(of: Array("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n".utf8)) == [
                .request(method: .get, path: "/", body: "", keepsAlive: false)
            ]
        )
    }

    @Test("a request kept by its handler is not changed by the next one")
    func keptRequest() {
        var parser = RequestParser()
        var kept: [HTTPRequest] = []
        for path in ["/first", "/second", "/third"] {
            parser.receive(Array("GET \(path) HTTP/1.1\r\nHost: h\r\n\r\n".utf8).span.bytes)
            if case .request(let request) = parser.next() { kept.append(request) }
        }
        #expect(kept.map(\.pathText) == ["/first", "/second", "/third"])
    }

    @Test(
        "each refusal has its status and ends the parser, whole and byte by byte",
        arguments: refused
    )
    func refusal(_ case: RefusedCase) {
        let input = Array(`case`.input.utf8)
        let expected = Outcome.refused(`case`.status, `case`.reason)
        #expect(outcomes(of: input).last == expected)
        // Another request behind it is never read.
        let followed = input + Array("\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n".utf8)
        #expect(outcomes(of: followed).last == expected)
        #expect(outcomes(of: input, cuts: Array(1..<input.count)) == outcomes(of: input))
    }

    @Test("octets above 127 pass in values and nowhere else")
    func highOctets() {
        let value =
            Array("GET / HTTP/1.1\r\nHost: h\r\nX: ".utf8) + [0xFF, 0x80] + Array("\r\n\r\n".utf8)
        #expect(outcomes(of: value).count == 1)
        for prefix in ["GE", "GET /", "GET / HTTP/1.1\r\nHost: h", "GET / HTTP/1.1\r\nHo"] {
            let input = Array(prefix.utf8) + [0xE9] + Array(" / HTTP/1.1\r\nHost: h\r\n\r\n".utf8)
            guard case .refused(400, _)? = outcomes(of: input).last else {
                Issue.record("accepted after \(prefix)")
                continue
            }
        }
    }

    @Test("an octet class holds exactly its characters")
    func classes() {
        let letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        let tokens = Set("!#$%&'*+-.^_`|~\(letters)".utf8)
        let targets = Set("!$%&'()*+,-./:;=?@[]_~\(letters)".utf8)
        let authorities = Set("!$%&'()*+,-.:;=[]_~\(letters)".utf8)
        for octet in UInt8.min...UInt8.max {
            #expect(Octet.isToken(octet) == tokens.contains(octet))
            #expect(Octet.isTarget(octet) == targets.contains(octet))
            #expect(Octet.isAuthority(octet) == authorities.contains(octet))
            #expect(Octet.isFieldValue(octet) == (octet == 9 || (octet >= 32 && octet != 127)))
        }
    }
}

/// The start of a request that is in order so far.
private let start = "POST /a HTTP/1.1\r\nHost: h\r\n"
private let chunked = start + "Transfer-Encoding: chunked\r\n\r\n"

private let refused: [RefusedCase] = [
    .init(
        "two different lengths",
        start + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        400,
        .repeatedContentLength
    ),
    .init(
        "two equal lengths",
        start + "Content-Length: 1\r\nContent-Length: 1\r\n\r\n",
        400,
        .repeatedContentLength
    ),
    .init(
        "a list of lengths",
        start + "Content-Length: 1, 1\r\n\r\n",
        400,
        .malformedContentLength
    ),
    .init("a signed length", start + "Content-Length: +1\r\n\r\n", 400, .malformedContentLength),
    .init("a negative length", start + "Content-Length: -1\r\n\r\n", 400, .malformedContentLength),
    .init("an empty length", start + "Content-Length:\r\n\r\n", 400, .malformedContentLength),
    .init(
        "a hexadecimal length",
        start + "Content-Length: 0x1\r\n\r\n",
        400,
        .malformedContentLength
    ),
    .init(
        "a length with a blank inside",
        start + "Content-Length: 1 1\r\n\r\n",
        400,
        .malformedContentLength
    ),
    .init(
        "a length beyond 64 bits",
        start + "Content-Length: 18446744073709551617\r\n\r\n",
        400,
        .malformedContentLength
    ),
    .init("a length over the limit", start + "Content-Length: 1048577\r\n\r\n", 413, .bodyTooLarge),
    .init(
        "both lengths, coding first",
        start + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
        400,
        .twoLengths
    ),
    .init(
        "both lengths, coding last",
        start + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        400,
        .twoLengths
    ),
    .init(
        "a coding in HTTP/1.0",
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
        400,
        .transferCodingInOldVersion
    ),
    .init(
        "an unknown coding",
        start + "Transfer-Encoding: gzip\r\n\r\n",
        501,
        .unknownTransferCoding
    ),
    .init(
        "a coding before chunked",
        start + "Transfer-Encoding: gzip, chunked\r\n\r\n",
        501,
        .unknownTransferCoding
    ),
    .init(
        "a coding after chunked",
        start + "Transfer-Encoding: chunked, gzip\r\n\r\n",
        501,
        .unknownTransferCoding
    ),
    .init(
        "the identity coding",
        start + "Transfer-Encoding: identity\r\n\r\n",
        501,
        .unknownTransferCoding
    ),
    .init(
        "a coding with a prefix",
        start + "Transfer-Encoding: xchunked\r\n\r\n",
        501,
        .unknownTransferCoding
    ),
    .init(
        "a coding with a control",
        start + "Transfer-Encoding: \u{0B}chunked\r\n\r\n",
        400,
        .malformedFieldValue
    ),
    .init("an empty coding", start + "Transfer-Encoding:\r\n\r\n", 400, .malformedTransferCoding),
    .init(
        "chunked with a comma",
        start + "Transfer-Encoding: chunked,\r\n\r\n",
        400,
        .malformedTransferCoding
    ),
    .init(
        "chunked twice",
        start + "Transfer-Encoding: chunked, chunked\r\n\r\n",
        400,
        .repeatedTransferCoding
    ),
    .init(
        "two coding headers",
        start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        400,
        .repeatedTransferCoding
    ),
    .init("a folded header", start + "X: a\r\n b\r\n\r\n", 400, .foldedLine),
    .init("a folded header by tab", start + "X: a\r\n\tb\r\n\r\n", 400, .foldedLine),
    .init(
        "a blank before the colon",
        start + "Content-Length : 1\r\n\r\n",
        400,
        .malformedFieldName
    ),
    .init("a header without colon", start + "Content-Length\r\n\r\n", 400, .malformedFieldName),
    .init("a header without name", start + ": x\r\n\r\n", 400, .malformedFieldName),
    .init("a NUL in a name", start + "X\0: a\r\n\r\n", 400, .malformedFieldName),
    .init("a NUL in a value", start + "X: a\0\r\n\r\n", 400, .malformedFieldValue),
    .init("a DEL in a value", start + "X: a\u{7F}\r\n\r\n", 400, .malformedFieldValue),
    .init(
        "a bare LF after the request line",
        "GET / HTTP/1.1\nHost: h\r\n\r\n",
        400,
        .bareLineFeed
    ),
    .init("a bare LF after a header", "GET / HTTP/1.1\r\nHost: h\n\r\n", 400, .bareLineFeed),
    .init("a bare LF as the empty line", "GET / HTTP/1.1\r\nHost: h\r\n\n", 400, .bareLineFeed),
    .init(
        "a bare CR in a value",
        start + "X: a\rContent-Length: 5\r\n\r\n",
        400,
        .bareCarriageReturn
    ),
    .init("a bare CR in the target", "GET /\r HTTP/1.1\r\nHost: h\r\n\r\n", 400, .malformedTarget),
    .init("two CR before the LF", start + "X: a\r\r\n\r\n", 400, .bareCarriageReturn),
    .init("no Host", "GET / HTTP/1.1\r\n\r\n", 400, .missingHost),
    .init("two Hosts", "GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", 400, .repeatedHost),
    .init("an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400, .malformedHost),
    .init("a list of Hosts", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, .malformedHost),
    .init("a user in the Host", "GET / HTTP/1.1\r\nHost: u@h\r\n\r\n", 400, .malformedHost),
    .init("a path in the Host", "GET / HTTP/1.1\r\nHost: h/x\r\n\r\n", 400, .malformedHost),
    .init(
        "a target for another host",
        "GET http://other/ HTTP/1.1\r\nHost: h\r\n\r\n",
        400,
        .targetContradictsHost
    ),
    .init(
        "a target without path",
        "GET http://h HTTP/1.1\r\nHost: h\r\n\r\n",
        400,
        .malformedTarget
    ),
    .init("an unknown scheme", "GET ftp://h/ HTTP/1.1\r\nHost: h\r\n\r\n", 400, .malformedTarget),
    .init("a relative target", "GET a HTTP/1.1\r\nHost: h\r\n\r\n", 400, .malformedTarget),
    .init("a star for GET", "GET * HTTP/1.1\r\nHost: h\r\n\r\n", 400, .malformedTarget),
    .init("a fragment", "GET /#a HTTP/1.1\r\nHost: h\r\n\r\n", 400, .malformedTarget),
    .init("a NUL in the target", "GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n", 400, .malformedTarget),
    .init("an escaped NUL", "GET /%00 HTTP/1.1\r\nHost: h\r\n\r\n", 400, .malformedTarget),
    .init("half an escape", "GET /%2 HTTP/1.1\r\nHost: h\r\n\r\n", 400, .malformedTarget),
    .init("a wrong escape", "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n", 400, .malformedTarget),
    .init("a quote in the target", "GET /\" HTTP/1.1\r\nHost: h\r\n\r\n", 400, .malformedTarget),
    .init("no target", "GET  HTTP/1.1\r\nHost: h\r\n\r\n", 400, .malformedTarget),
    .init(
        "two blanks before the version",
        "GET /  HTTP/1.1\r\nHost: h\r\n\r\n",
        400,
        .malformedVersion
    ),
    .init("a tab in the request line", "GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n", 400, .malformedMethod),
    .init("HTTP/0.9", "GET /\r\n", 400, .malformedRequestLine),
    .init("an empty line first", "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", 400, .malformedMethod),
    .init("a wrong method", "G(T / HTTP/1.1\r\nHost: h\r\n\r\n", 400, .malformedMethod),
    .init("an unknown method", "BREW / HTTP/1.1\r\nHost: h\r\n\r\n", 501, .unknownMethod),
    .init("a method in lower case", "get / HTTP/1.1\r\nHost: h\r\n\r\n", 501, .unknownMethod),
    .init("CONNECT", "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", 501, .unknownMethod),
    .init("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, .unknownVersion),
    .init("HTTP/1.2", "GET / HTTP/1.2\r\nHost: h\r\n\r\n", 505, .unknownVersion),
    .init("a version in lower case", "GET / http/1.1\r\nHost: h\r\n\r\n", 400, .malformedVersion),
    .init(
        "a blank after the version",
        "GET / HTTP/1.1 \r\nHost: h\r\n\r\n",
        400,
        .malformedVersion
    ),
    .init("an unknown expectation", start + "Expect: tea\r\n\r\n", 417, .unknownExpectation),
    .init("a chunk without size", chunked + "\r\n\r\n", 400, .malformedChunkSize),
    .init("a chunk size with a sign", chunked + "+1\r\na\r\n0\r\n\r\n", 400, .malformedChunkSize),
    .init("a chunk size with 0x", chunked + "0x1\r\na\r\n0\r\n\r\n", 400, .malformedChunkSize),
    .init(
        "a blank before a chunk size",
        chunked + " 1\r\na\r\n0\r\n\r\n",
        400,
        .malformedChunkSize
    ),
    .init(
        "a blank behind a chunk size",
        chunked + "1 \r\na\r\n0\r\n\r\n",
        400,
        .malformedChunkSize
    ),
    .init(
        "a chunk size of 17 digits",
        chunked + "00000000000000001\r\na\r\n",
        400,
        .malformedChunkSize
    ),
    .init("a chunk size of 2^64 - 1", chunked + "ffffffffffffffff\r\na\r\n", 413, .bodyTooLarge),
    .init("a chunk size over the limit", chunked + "100001\r\na\r\n", 413, .bodyTooLarge),
    .init("a NUL in an extension", chunked + "1;a\0\r\na\r\n", 400, .malformedChunkSize),
    .init("a CR in an extension", chunked + "1;a\rb\r\na\r\n", 400, .malformedChunkSize),
    .init("a bare LF behind a chunk size", chunked + "1\na\r\n", 400, .bareLineFeed),
    .init("a chunk without its line end", chunked + "1\r\nab\r\n", 400, .malformedChunkEnd),
    .init("a chunk ended by a bare LF", chunked + "1\r\na\n0\r\n\r\n", 400, .malformedChunkEnd),
    .init("an octet before a chunk's LF", chunked + "1\r\nab\n0\r\n\r\n", 400, .malformedChunkEnd),
    .init(
        "a length as trailer",
        chunked + "0\r\nContent-Length: 1\r\n\r\n",
        400,
        .forbiddenTrailer
    ),
    .init("a malformed trailer", chunked + "0\r\nA : b\r\n\r\n", 400, .malformedFieldName),
    .init("a folded trailer", chunked + "0\r\nA: b\r\n c\r\n\r\n", 400, .foldedLine),
]
