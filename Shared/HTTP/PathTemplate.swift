/// A path with named holes: `/v1/bookings/{id}/track`.
///
/// A hole is one whole, non-empty segment. The template's text is what metrics and the API description
/// name a route by, never the path of a request.
package struct PathTemplate: Hashable, Sendable {
    /// One segment between slashes.
    enum Segment: Hashable, Sendable {
        case literal([UInt8])
        case capture(String)
    }

    /// The template as written.
    package let text: String
    let segments: [Segment]

    /// The most segments a path may have; longer ones match nothing.
    static let segmentCountMax = 16

    /// The template `text`, written by the program: begins with a slash, at most 16 segments, names distinct.
    package init(_ text: String) {
        precondition(text.utf8.first == Octet.slash, "a path template begins with a slash")
        self.text = text
        segments = text.utf8.dropFirst().split(
            separator: Octet.slash,
            omittingEmptySubsequences: false
        ).map { segment in
            guard segment.first == UInt8(ascii: "{") else {
                precondition(segment.allSatisfy(Octet.isTarget), "not a path segment")
                return .literal(Array(segment))
            }
            precondition(segment.last == UInt8(ascii: "}"), "a capture fills its segment")
            return .capture(String(decoding: segment.dropFirst().dropLast(), as: UTF8.self))
        }
        precondition(segments.count <= Self.segmentCountMax, "a path template is too long")
        precondition(Set(captureNames).count == captureNames.count, "two captures share a name")
    }

    /// The names of the holes, in their order.
    package var captureNames: [String] {
        segments.compactMap { if case .capture(let name) = $0 { name } else { nil } }
    }
}
