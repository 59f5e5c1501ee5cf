package import Timekeeping

/// Writes the heads of responses into a connection's output.
///
/// One for each event loop: it keeps the `Date` line of the current second and ready status lines, so that a
/// head costs a few copies. There is no `Server` header: what runs here is nobody's business.
struct ResponseEncoder {
    private var dateSecond = Int64.min
    private var dateLine: [UInt8] = []
    /// `HTTP/1.1 200 OK` with its line end, by status code; made when first used.
    private var statusLines: [[UInt8]] = Array(repeating: [], count: 600)

    /// How the end of a body is told.
    enum Framing: Equatable {
        case length(Int)
        case chunked
        /// To an HTTP/1.0 client a body of unknown length ends with the connection.
        case untilClose
        /// A response that can have no body says nothing of one.
        case none
    }

    /// Appends the head of `response`, up to and with its empty line.
    mutating func appendHead(
        of response: borrowing HTTPResponse,
        framing: Framing,
        closes: Bool,
        isGzip: Bool = false,
        at moment: WallTime,
        to output: inout [UInt8]
    ) {
        appendStatusLine(response.status, to: &output)
        appendDate(moment, to: &output)
        switch framing {
        case .length(let count):
            if count > 0 || response.hasBody { appendType(response.contentType, to: &output) }
            output.append(literal: "Content-Length: ")
            output.append(decimal: count)
            output.append(literal: "\r\n")
        case .chunked:
            appendType(response.contentType, to: &output)
            output.append(literal: "Transfer-Encoding: chunked\r\n")
        case .untilClose:
            appendType(response.contentType, to: &output)
        case .none:
            break
        }
        if isGzip { output.append(literal: "Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n") }
        for field in response.fields { output.append(contentsOf: field.line) }
        output.append(literal: closes ? "Connection: close\r\n\r\n" : "\r\n")
    }

    private mutating func appendStatusLine(_ status: HTTPStatus, to output: inout [UInt8]) {
        let code = Int(status.code)
        if statusLines[code].isEmpty {
            statusLines[code] = Array("HTTP/1.1 \(code) \(status.phrase)\r\n".utf8)
        }
        output.append(contentsOf: statusLines[code])
    }

    private mutating func appendDate(_ moment: WallTime, to output: inout [UInt8]) {
        let second = moment.microseconds / 1_000_000
        if second != dateSecond {
            dateSecond = second
            dateLine = Array("Date: \(HTTPDate.text(moment))\r\n".utf8)
        }
        output.append(contentsOf: dateLine)
    }

    private func appendType(_ type: String, to output: inout [UInt8]) {
        output.append(literal: "Content-Type: ")
        output.append(text: type)
        output.append(literal: "\r\n")
    }
}

extension HTTPResponse {
    /// Whether a body belongs to the response, even if it is of no bytes.
    var hasBody: Bool {
        if case .empty = body { false } else { true }
    }
}

/// The time format of HTTP headers (RFC 9110 section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
package enum HTTPDate {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// The text of `moment`, to the second.
    package static func text(_ moment: WallTime) -> String {
        let time = CivilTime(moment)
        let date =
            "\(two(time.day)) \(months[time.month - 1]) \(two(time.year / 100))\(two(time.year % 100))"
        let clock = "\(two(time.hour)):\(two(time.minute)):\(two(time.second))"
        return "\(days[time.weekday]), \(date) \(clock) GMT"
    }

    private static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}

extension [UInt8] {
    /// Appends a literal's UTF-8.
    mutating func append(literal: StaticString) {
        // Safe: a StaticString's bytes live as long as the program.
        unsafe append(
            contentsOf: UnsafeBufferPointer(
                start: literal.utf8Start,
                count: literal.utf8CodeUnitCount
            )
        )
    }

    /// Appends a text's UTF-8 in one copy.
    mutating func append(text: String) {
        append(contentsOf: text.utf8)
    }

    /// Appends a count in decimal digits.
    mutating func append(decimal value: Int) {
        var divisor = 1
        while divisor <= value / 10 { divisor *= 10 }
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }

    /// Appends a count in hexadecimal digits.
    mutating func append(hexadecimal value: Int) {
        append(text: String(value, radix: 16))
    }
}
