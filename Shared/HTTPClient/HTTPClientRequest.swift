internal import Synchronization

/// A request to another party's HTTP server.
package struct HTTPClientRequest: Sendable {
    /// The methods that we send.
    package enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// A number that no other request of this process has: for logs, and to match errors with requests.
    package let id: UInt64
    /// What is asked.
    package var method: Method
    /// Where: `http` or `https`, complete.
    package var url: String
    /// Headers in order. Host and Content-Length are added.
    package var fields: [(name: String, value: String)]
    /// The body; empty for none.
    package var body: [UInt8]
    /// How long everything together may take, from the call to the last byte.
    package var timeMax: Duration
    /// Whether the request may go out a second time by itself, where a kept connection turns out to be dead.
    /// Not for POST and PATCH by default: the first may have been processed.
    package var mayResend: Bool

    private static let lastID = Atomic<UInt64>(0)

    /// A request; `timeMax` is 30 s unless set.
    package init(
        _ method: Method,
        _ url: String,
        fields: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        timeMax: Duration = .seconds(30)
    ) {
        id = Self.lastID.wrappingAdd(1, ordering: .relaxed).newValue
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
        self.timeMax = timeMax
        mayResend = method != .post && method != .patch
    }

    /// What is wrong with the request, before anything is done with it; `nil` where it may be sent.
    var fault: String? {
        let lowercased = url.prefix(8).lowercased()
        guard lowercased.hasPrefix("http://") || lowercased.hasPrefix("https://") else {
            return "the URL is neither http nor https"
        }
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return "the URL holds a blank, a control or a character that is not ASCII"
        }
        for field in fields {
            guard !field.name.isEmpty, field.name.utf8.allSatisfy(Self.isToken) else {
                return "a header name is not a token"
            }
            guard field.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                return "the header \(field.name) holds a control character"
            }
        }
        return nil
    }

    private static func isToken(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(octet)
        }
    }
}

/// A complete answer.
package struct HTTPClientResponse: Sendable {
    /// The request's number.
    package let id: UInt64
    /// The status, 100 ... 599 from a peer that keeps the rules.
    package let status: UInt16
    /// Headers in order, names as sent.
    package let fields: [(name: String, value: String)]
    /// The body, as it came: nothing is decompressed.
    package let body: [UInt8]

    /// The value of the first header called `name`, in any case; `nil` where there is none.
    package func value(of name: String) -> String? {
        let wanted = name.lowercased()
        return fields.first { $0.name.lowercased() == wanted }?.value
    }
}
