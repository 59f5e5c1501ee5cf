/// What a handler answers.
package struct HTTPResponse: Sendable {
    /// Where the body comes from.
    package enum Body: Sendable {
        /// No body.
        case empty
        /// A body that is complete already.
        case bytes([UInt8])
        /// A body that is written while it is sent, with back pressure. Without `byteCount` it goes out
        /// chunked.
        case stream(byteCount: Int?, @Sendable (BodyWriter) async -> Void)
        /// Server-sent events, for as long as both sides want.
        case events(EventStream)
    }

    /// The status.
    package var status: HTTPStatus
    /// The media type of the body; not sent without a body.
    package var contentType: String
    /// More headers, in order. The connection adds Date, Content-Length or Transfer-Encoding, Connection
    /// and Content-Encoding itself.
    package var fields: [ResponseField]
    /// The body.
    package var body: Body

    /// A response.
    package init(
        _ status: HTTPStatus = .ok,
        contentType: String = "application/json",
        fields: [ResponseField] = [],
        body: Body = .empty
    ) {
        self.status = status
        self.contentType = contentType
        self.fields = fields
        self.body = body
    }

    /// A JSON document.
    package static func json(_ document: [UInt8], status: HTTPStatus = .ok) -> HTTPResponse {
        HTTPResponse(status, body: .bytes(document))
    }

    /// A text in UTF-8.
    package static func text(_ text: String, status: HTTPStatus = .ok) -> HTTPResponse {
        HTTPResponse(
            status,
            contentType: "text/plain; charset=utf-8",
            body: .bytes(Array(text.utf8))
        )
    }
}

/// One header of a response, ready to be sent.
///
/// A class with its line made once: an answer has half a dozen, most of them the same in every answer. As a struct of
/// a name and a value each counted three references wherever the answer was passed on.
package final class ResponseField: Hashable, Sendable {
    /// The name.
    package let name: HeaderName
    /// The value, one line.
    package let value: String
    /// Both as they are sent, with the line's end.
    let line: [UInt8]

    /// A header. Controls in `value` become spaces, so that no text can add a header of its own.
    package init(_ name: HeaderName, _ value: String) {
        self.name = name
        let isClean = value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        self.value =
            isClean
            ? value
            : String(
                decoding: value.utf8.map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 },
                as: UTF8.self
            )
        var line: [UInt8] = []
        line.reserveCapacity(name.text.utf8.count + self.value.utf8.count + 4)
        line.append(text: name.text)
        line.append(literal: ": ")
        line.append(text: self.value)
        line.append(literal: "\r\n")
        self.line = line
    }

    /// Whether both are the same header with the same value.
    package static func == (left: ResponseField, right: ResponseField) -> Bool {
        left.name == right.name && left.value == right.value
    }

    /// Feeds what `==` compares.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(value)
    }
}
