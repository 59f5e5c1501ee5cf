/// Why a side ends a connection; travels in GOAWAY.
///
/// `shuttingDown` and `connectionAge` let open calls finish within the drain time. All others end every
/// call at once. A number that this version does not know reads as `unspecified`.
@frozen
public enum GoAwayReason: UInt16, CaseIterable, Hashable, Sendable {
    /// No reason that this version knows.
    case unspecified = 0
    /// The process stops or is being replaced: connect to another.
    case shuttingDown = 1
    /// The connection reached its age: connect again, so that load spreads.
    case connectionAge = 2
    /// The peer broke a rule of the protocol.
    case protocolError = 3
    /// A frame's checksum did not match.
    case badChecksum = 4
    /// The peer sent more than its credit.
    case creditExceeded = 5
    /// Too many control frames.
    case tooManyControlFrames = 6
    /// Too many calls cancelled right after they were opened.
    case tooManyCancels = 7
    /// The token expired and was not renewed.
    case authenticationExpired = 8
    /// The token was refused.
    case authenticationFailed = 9
    /// The two sides belong to different environments.
    case wrongEnvironment = 10
    /// A size limit was passed.
    case limitExceeded = 11
    /// HELLO or the rest of a frame did not arrive in time.
    case timeout = 12
    /// Reserved: the peer did not take what was queued for it. We never send it, since such a peer would not
    /// read it either; the channel closes.
    case slowConsumer = 13

    /// The reason with this number; `unspecified` for one that this version does not know.
    public init(wire number: UInt16) {
        self = GoAwayReason(rawValue: number) ?? .unspecified
    }

    /// Whether open calls may still finish.
    public var isGraceful: Bool { self == .shuttingDown || self == .connectionAge }
}

extension WireError {
    /// What a receiver says in GOAWAY before it closes because of this error.
    ///
    /// `nil`: it closes without one, since the peer speaks another protocol, is gone, or said goodbye.
    public var goAwayReason: GoAwayReason? {
        switch self {
        case .badMagic, .noCommonVersion, .peerDead, .endedByPeer: nil
        case .badChecksum: .badChecksum
        case .creditExceeded: .creditExceeded
        case .tooManyControlFrames, .pingTooOften: .tooManyControlFrames
        case .tooManyCancels: .tooManyCancels
        case .authenticationExpired: .authenticationExpired
        case .authenticationFailed: .authenticationFailed
        case .wrongEnvironment: .wrongEnvironment
        case .payloadTooLong, .helloTooLong, .earlyDataTooLong, .extensionTooLong: .limitExceeded
        case .helloTimeout, .frameTimeout, .drainTimeout: .timeout
        default: .protocolError
        }
    }
}
