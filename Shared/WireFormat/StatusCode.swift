/// How a call ended: gRPC's codes with gRPC's numbers.
///
/// A number that this version does not know reads as `unknown`.
@frozen
public enum StatusCode: UInt16, CaseIterable, Hashable, Sendable {
    /// The call succeeded.
    case ok = 0
    /// The caller cancelled it.
    case cancelled = 1
    /// Nothing better is known.
    case unknown = 2
    /// The request is wrong whatever the state of the system: do not send it again.
    case invalidArgument = 3
    /// The time budget ran out; the effect may have happened.
    case deadlineExceeded = 4
    /// The named thing does not exist, or not for this tenant.
    case notFound = 5
    /// The thing to create exists.
    case alreadyExists = 6
    /// The caller may not do this.
    case permissionDenied = 7
    /// A quota, a limit or the server's capacity is used up.
    case resourceExhausted = 8
    /// The state of the system does not allow it; something else must change first.
    case failedPrecondition = 9
    /// Somebody else came first: read again, then retry.
    case aborted = 10
    /// Past the end of a valid range.
    case outOfRange = 11
    /// The method does not exist here.
    case unimplemented = 12
    /// An invariant of the server is broken.
    case `internal` = 13
    /// The service cannot serve at the moment: retry with backoff.
    case unavailable = 14
    /// Data is lost or damaged.
    case dataLoss = 15
    /// The caller did not prove who it is.
    case unauthenticated = 16

    /// The code with this number; `unknown` for one that this version does not know.
    @inlinable
    public init(wire number: UInt16) {
        self = StatusCode(rawValue: number) ?? .unknown
    }
}
