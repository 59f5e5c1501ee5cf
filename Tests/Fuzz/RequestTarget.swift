import HTTP

extension FuzzTarget {
    /// The parser of HTTP requests: the same requests however the bytes are cut, and each of one meaning.
    ///
    /// Byte 0 chooses the limits and where the bytes are cut.
    static let requests = FuzzTarget(
        name: "requests",
        corpus: { _ in RequestCorpus.inputs },
        run: { input throws(FuzzFinding) in
            let mode = input.first ?? 0
            let limits = mode & 1 == 0 ? RequestReading.narrow : RequestLimits()
            let bytes = Array(input.dropFirst())
            let whole = RequestReading(bytes, limits, pieceByteCount: max(1, bytes.count))
            let pieces = RequestReading(bytes, limits, pieceByteCount: 1 + Int(mode >> 1) % 40)
            try hold(whole == pieces, "cut into pieces the bytes mean \(pieces), whole \(whole)")
            for request in whole.requests { try check(request, limits) }
        },
        // A chunk that begins otherwise than those of the corpus, behind the head, the chunk's size and its end: a
        // fuzzer that is stopped by one of them is silent.
        isCanary: { input in
            let reading = RequestReading(
                Array(input.dropFirst()),
                RequestLimits(),
                pieceByteCount: 64
            )
            return reading.requests.contains { request in
                request.bytes(of: HeaderName("Transfer-Encoding")) != nil
                    && request.body.first.map { $0 != UInt8(ascii: "a") } ?? false
            }
        }
    )

    private static func check(
        _ request: HTTPRequest,
        _ limits: RequestLimits
    ) throws(FuzzFinding) {
        let contentLength = request.bytes(of: HeaderName("Content-Length"))
        let transferCoding = request.bytes(of: HeaderName("Transfer-Encoding"))
        try hold(contentLength == nil || transferCoding == nil, "a request has one length")
        try hold(request.body.count <= limits.bodyByteCountMax, "a body is within its limit")
        try hold(request.headerCount <= limits.headerCountMax, "headers are within their limit")
        if let contentLength {
            let length = Int(String(decoding: contentLength, as: UTF8.self))
            try hold(length == request.body.count, "a body is as long as it was announced")
        } else if transferCoding == nil {
            try hold(request.body.isEmpty, "a body without a length is none")
        }
        let hosts = request.values(of: HeaderName("Host"))
        try hold(hosts.count == 1 || request.minorVersion == 0 && hosts.isEmpty, "a Host is one")
        let target = request.pathBytes + (request.queryBytes ?? [])
        try hold(target.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "a target is printable")
        _ = try? request.queryValue("limit")
        try checkRewritten(request)
    }

    /// Written anew in the simplest form, the request must mean the same: what a proxy behind us would do.
    private static func checkRewritten(_ request: HTTPRequest) throws(FuzzFinding) {
        var bytes = Array(request.method.name.utf8) + [0x20] + request.pathBytes
        if let query = request.queryBytes { bytes += [UInt8(ascii: "?")] + query }
        bytes += " HTTP/1.1\r\nHost: h\r\nContent-Length: \(request.body.count)\r\n\r\n".utf8
        bytes += request.body
        let again = RequestReading(bytes, RequestLimits(), pieceByteCount: bytes.count)
        try hold(again.requests.count == 1 && again.refusal == nil, "a request is read again")
        guard let other = again.requests.first else { return }
        try hold(other.method == request.method, "the method is the same")
        try hold(other.pathBytes.elementsEqual(request.pathBytes), "the path is the same")
        try hold(
            (other.queryBytes ?? []).elementsEqual(request.queryBytes ?? []),
            "the query is the same"
        )
        try hold(other.body == request.body, "the body is the same")
    }
}

/// What the parser makes of some bytes.
struct RequestReading: CustomStringConvertible {
    /// Limits that inputs of a few hundred bytes reach.
    static let narrow: RequestLimits = {
        var limits = RequestLimits()
        limits.requestLineByteCountMax = 64
        limits.headerByteCountMax = 192
        limits.headerCountMax = 6
        limits.bodyByteCountMax = 64
        limits.chunkExtensionByteCountMax = 16
        limits.trailerByteCountMax = 48
        limits.trailerCountMax = 2
        return limits
    }()

    private(set) var requests: [HTTPRequest] = []
    private(set) var refusal: RequestRefusal?
    private var continueCount = 0
    /// Whether something came after the refusal.
    private var goesOn = false

    /// Feeds `bytes` in pieces to a new parser.
    init(_ bytes: [UInt8], _ limits: RequestLimits, pieceByteCount: Int) {
        var parser = RequestParser(limits: limits)
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + pieceByteCount)
            parser.receive(Array(bytes[start..<end]).span.bytes)
            start = end
            reading: while true {
                let event = parser.next()
                if case .needsInput = event { break reading }
                if refusal != nil {
                    goesOn = true
                    return
                }
                switch event {
                case .needsInput: break
                case .expectsContinue: continueCount += 1
                case .request(let request): requests.append(request)
                case .refused(let refusal): self.refusal = refusal
                }
            }
        }
    }

    static func == (left: Self, right: Self) -> Bool {
        left.refusal == right.refusal && left.continueCount == right.continueCount
            && !left.goesOn && !right.goesOn && left.requests.count == right.requests.count
            && zip(left.requests, right.requests).allSatisfy { one, other in
                one.method == other.method && one.body == other.body
                    && one.pathBytes.elementsEqual(other.pathBytes)
                    && one.keepsAlive == other.keepsAlive && one.headerCount == other.headerCount
            }
    }

    var description: String {
        let texts = requests.map { "\($0.method.name) \($0.pathText) \($0.body.count)" }
        return "\(texts) \(refusal.map { "\($0.reason)" } ?? "open")\(goesOn ? " and goes on" : "")"
    }
}

/// Requests of every form that the parser knows, and some that it refuses.
enum RequestCorpus {
    private static let host = "Host: a\r\n"

    static let inputs: [[UInt8]] = texts.flatMap { text in
        // Wide limits, whole and in pieces of 20 bytes; narrow ones.
        [1, 39, 0].map { [UInt8($0)] + Array(text.utf8) }
    }

    private static let texts = [
        "GET / HTTP/1.1\r\n\(host)\r\n",
        "GET /v1/bookings?limit=5&cursor=a%2Fb HTTP/1.1\r\n\(host)Accept: */*\r\n\r\n",
        "GET https://a/x HTTP/1.1\r\n\(host)\r\n",
        "OPTIONS * HTTP/1.1\r\n\(host)\r\n",
        "HEAD / HTTP/1.0\r\n\r\n",
        "POST /a HTTP/1.1\r\n\(host)Content-Length: 3\r\n\r\nabcGET /b HTTP/1.1\r\n\(host)\r\n",
        "POST /a HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n",
        "POST /a HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\n\r\n",
        "PUT /a HTTP/1.1\r\n\(host)Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
        "DELETE /a HTTP/1.1\r\n\(host)Connection: keep-alive, close\r\n\r\n",
        "POST /a HTTP/1.1\r\n\(host)Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\n\(host)A: b\r\n c\r\n\r\n",
        "GET / HTTP/1.1\n\(host)\r\n",
    ]
}
