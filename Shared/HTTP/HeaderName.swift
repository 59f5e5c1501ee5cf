/// The name of a header, compared without regard to case.
package struct HeaderName: Hashable, Sendable {
    /// The name as we write it in responses.
    package let text: String
    let lowercased: [UInt8]

    /// The name `text`, a token chosen by the program.
    package init(_ text: String) {
        precondition(!text.isEmpty && text.utf8.allSatisfy(Octet.isToken), "not a header name")
        self.text = text
        lowercased = text.utf8.map(Octet.lowercased)
    }

    /// Whether both are the same header.
    package static func == (left: Self, right: Self) -> Bool { left.lowercased == right.lowercased }

    /// Feeds what `==` compares.
    package func hash(into hasher: inout Hasher) { hasher.combine(lowercased) }

    func matches(_ head: [UInt8], _ part: FieldLocation.Part) -> Bool {
        guard Int(part.count) == lowercased.count else { return false }
        let start = Int(part.start)
        for index in 0..<lowercased.count
        where Octet.lowercased(head[start + index]) != lowercased[index] {
            return false
        }
        return true
    }

    /// The headers that the edge reads and writes.
    package static let acceptEncoding = HeaderName("Accept-Encoding")
    package static let allow = HeaderName("Allow")
    package static let authorization = HeaderName("Authorization")
    package static let cacheControl = HeaderName("Cache-Control")
    package static let contentEncoding = HeaderName("Content-Encoding")
    package static let contentType = HeaderName("Content-Type")
    package static let entityTag = HeaderName("ETag")
    package static let host = HeaderName("Host")
    package static let idempotencyKey = HeaderName("Idempotency-Key")
    package static let ifNoneMatch = HeaderName("If-None-Match")
    package static let lastEventID = HeaderName("Last-Event-ID")
    package static let location = HeaderName("Location")
    package static let requestID = HeaderName("X-Request-Id")
    package static let retryAfter = HeaderName("Retry-After")
    package static let traceParent = HeaderName("traceparent")
    package static let wwwAuthenticate = HeaderName("WWW-Authenticate")
}
