/// One request, complete: its head as it came, the places of its parts in it, and its body.
///
/// The parts are views of the head's bytes, not copies. A handler that lets go of the request when it
/// returns also lets the connection's parser use the same memory for the next one.
package struct HTTPRequest: Sendable {
    /// What is asked to be done.
    package let method: HTTPMethod
    /// 0 or 1: the minor version of HTTP/1.
    package let minorVersion: UInt8
    /// Whether the client leaves the connection open for another request.
    package let keepsAlive: Bool
    /// The body, empty where there is none; the chunked coding is removed.
    package let body: [UInt8]
    /// The request line and header lines, with their line ends.
    let head: [UInt8]
    let path: FieldLocation.Part
    let query: FieldLocation.Part?
    let fields: [FieldLocation]

    /// The path as it was sent, percent-encoded; `*` in an `OPTIONS *`.
    package var pathBytes: ArraySlice<UInt8> { head[path.range] }

    /// The path as text, percent-encoded.
    package var pathText: String { String(decoding: pathBytes, as: UTF8.self) }

    /// What follows the `?`, percent-encoded; `nil` without one.
    package var queryBytes: ArraySlice<UInt8>? { query.map { head[$0.range] } }

    /// The value of the first header called `name`, without copying it; `nil` where there is none.
    package func bytes(of name: HeaderName) -> ArraySlice<UInt8>? {
        for field in fields where name.matches(head, field.name) { return head[field.value.range] }
        return nil
    }

    /// The value of the first header called `name` as text; `nil` where there is none or it is not UTF-8.
    package func value(of name: HeaderName) -> String? {
        bytes(of: name).flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// The values of all headers called `name`, in their order.
    package func values(of name: HeaderName) -> [String] {
        fields.compactMap { field in
            guard name.matches(head, field.name) else { return nil }
            return String(validating: head[field.value.range], as: UTF8.self)
        }
    }

    /// How many headers the request has.
    package var headerCount: Int { fields.count }

    /// The decoded value of the first query item called `name`; `nil` where there is none.
    ///
    /// Items are separated by `&`, `+` stands for a space as forms have it.
    ///
    /// - Throws: `Problem` 400 where the value is not UTF-8 or holds a control character.
    package func queryValue(_ name: String) throws(Problem) -> String? {
        guard let query = queryBytes else { return nil }
        for item in query.split(separator: UInt8(ascii: "&")) {
            let parts = item.split(
                separator: UInt8(ascii: "="),
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            guard PercentEncoding.decode(parts[0], plusIsSpace: true) == name else { continue }
            guard parts.count == 2 else { return "" }
            guard let value = PercentEncoding.decode(parts[1], plusIsSpace: true) else {
                throw Problem(.badRequest, detail: "A query value is not valid UTF-8 text.")
            }
            return value
        }
        return nil
    }
}

/// Where a header's name and value stand in the head.
struct FieldLocation: Sendable {
    /// A stretch of the head; 16 bits do, since a head is at most 64 KiB.
    struct Part: Sendable {
        let start: UInt16
        let count: UInt16

        init(_ range: Range<Int>) {
            start = UInt16(truncatingIfNeeded: range.lowerBound)
            count = UInt16(truncatingIfNeeded: range.count)
        }

        var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
    }

    let name: Part
    let value: Part
}
