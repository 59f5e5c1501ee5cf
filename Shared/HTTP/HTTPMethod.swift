/// The request methods that the edge knows; any other is answered with 501.
package enum HTTPMethod: UInt8, CaseIterable, Sendable {
    /// Reads a resource.
    case get
    /// Reads a resource's head only.
    case head
    /// Creates something or starts an action.
    case post
    /// Replaces a resource.
    case put
    /// Changes parts of a resource.
    case patch
    /// Removes a resource.
    case delete
    /// Asks which methods a resource has.
    case options
    /// Asks for the request back. No route may serve it, since the answer would show a script its user's key; known so
    /// that the refusal names what the resource does take.
    case trace

    /// Those that a route may serve.
    static let served = allCases.filter { $0 != .trace }

    /// The method as it stands in a request line and in `Allow`.
    package var name: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .patch: "PATCH"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .trace: "TRACE"
        }
    }

    /// The method spelled by `bytes[range]`; methods are case-sensitive (RFC 9110 section 9.1).
    init?(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        switch range.count {
        case 3 where bytes.matches("GET", at: range.lowerBound): self = .get
        case 3 where bytes.matches("PUT", at: range.lowerBound): self = .put
        case 4 where bytes.matches("POST", at: range.lowerBound): self = .post
        case 4 where bytes.matches("HEAD", at: range.lowerBound): self = .head
        case 5 where bytes.matches("PATCH", at: range.lowerBound): self = .patch
        case 5 where bytes.matches("TRACE", at: range.lowerBound): self = .trace
        case 6 where bytes.matches("DELETE", at: range.lowerBound): self = .delete
        case 7 where bytes.matches("OPTIONS", at: range.lowerBound): self = .options
        default: return nil
        }
    }
}
