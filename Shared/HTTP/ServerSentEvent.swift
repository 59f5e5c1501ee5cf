internal import Timekeeping

/// One event of an event stream (WHATWG HTML, section 9.2).
package struct ServerSentEvent: Equatable, Sendable {
    /// What a client sends as Last-Event-ID when it comes back; `nil` leaves the last one in force.
    package var id: String?
    /// The event's name; `nil` stands for `message`.
    package var name: String?
    /// The data; may have several lines.
    package var data: [UInt8]
    /// How long a client waits before it comes back, from here on.
    package var retry: Duration?

    /// An event.
    package init(
        id: String? = nil,
        name: String? = nil,
        data: [UInt8],
        retry: Duration? = nil
    ) {
        self.id = id
        self.name = name
        self.data = data
        self.retry = retry
    }

    /// The comment that keeps proxies from closing a silent stream.
    static let keepAlive = Array(":\n\n".utf8)

    /// Appends the event as it goes over the line. Line ends inside `id` and `name` end the text there:
    /// they could start a field of their own.
    func append(to output: inout [UInt8]) {
        if let name { Self.append("event: ", Self.firstLine(name), to: &output) }
        if let id { Self.append("id: ", Self.firstLine(id), to: &output) }
        if let retry {
            Self.append(
                "retry: ",
                Array("\(max(0, retry.wholeMilliseconds))".utf8)[...],
                to: &output
            )
        }
        var start = data.startIndex
        while true {
            var end = start
            while end < data.endIndex, !Self.isLineEnd(data[end]) { end += 1 }
            Self.append("data: ", data[start..<end], to: &output)
            guard end < data.endIndex else { break }
            // CR LF counts as one line end.
            let isPair =
                data[end] == Octet.carriageReturn && end + 1 < data.endIndex
                && data[end + 1] == Octet.lineFeed
            start = end + (isPair ? 2 : 1)
        }
        output.append(Octet.lineFeed)
    }

    private static func append(
        _ field: StaticString,
        _ value: ArraySlice<UInt8>,
        to output: inout [UInt8]
    ) {
        output.append(literal: field)
        output.append(contentsOf: value)
        output.append(Octet.lineFeed)
    }

    private static func firstLine(_ text: String) -> ArraySlice<UInt8> {
        Array(text.utf8).prefix { !isLineEnd($0) && $0 != 0 }
    }

    private static func isLineEnd(_ octet: UInt8) -> Bool {
        octet == Octet.lineFeed || octet == Octet.carriageReturn
    }
}
