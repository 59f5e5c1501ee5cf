package import WireFormat

/// Which side of a connection this is.
package enum ConnectionRole: Sendable {
    /// Connects and opens calls.
    case client
    /// Accepts and answers calls.
    case server
}

/// The set of limits that a connection is held to (PROTOCOL.md, "Limits").
package enum ConnectionProfile: Sendable {
    /// Phones and partners over the open network.
    case edge
    /// Our own services inside one network.
    case betweenServices

    /// What is announced unless configured otherwise.
    package var limits: ConnectionLimits {
        switch self {
        case .edge: .edge
        case .betweenServices: .betweenServices
        }
    }

    /// The most bytes of extensions in an OPEN.
    package var extensionMaximum: Int {
        switch self {
        case .edge: 2048
        case .betweenServices: 4096
        }
    }

    /// How long a frame may take from its first byte to its last.
    package var frameTime: Duration {
        switch self {
        case .edge: .seconds(10)
        case .betweenServices: .seconds(5)
        }
    }

    /// The age at which a server sends its clients elsewhere; callers add ± 10 % of jitter.
    package var connectionAge: Duration {
        switch self {
        case .edge: .seconds(3_600)
        case .betweenServices: .seconds(86_400)
        }
    }

    /// Whether PINGs less than `ControlMeter.pingInterval` apart are counted against the client.
    var countsPingStrikes: Bool {
        self == .edge
    }

    /// Whether CANCELs of open calls are counted against the client.
    ///
    /// Not between services, where each stands for a phone or a partner who left: hundreds leave at once when a network
    /// fails or a shift ends, and the connection that would be closed for it carries everybody else.
    var countsCancels: Bool {
        self == .edge
    }

    /// How long silence may last before the peer counts as dead, in nanoseconds.
    ///
    /// Edge: 1.5 keep-alive intervals and 5 s, so that one lost PING on a bad mobile link is survived.
    /// Between services: 3 intervals, 15 s by default.
    func silenceNanoseconds(keepAliveMilliseconds: UInt32) -> UInt64 {
        let interval = UInt64(keepAliveMilliseconds) * 1_000_000
        switch self {
        case .edge: return interval + interval / 2 + 5_000_000_000
        case .betweenServices: return interval * 3
        }
    }
}

/// What a connection is made with; one value serves all connections of a listener or pool.
package struct ConnectionConfiguration: Sendable {
    /// The set of limits.
    package var profile: ConnectionProfile
    /// What this side announces. A client's keep-alive should carry jitter.
    package var limits: ConnectionLimits
    /// Which program this is, for the peer's logs; at most 64 bytes.
    package var agent: String
    /// Which environment this process belongs to, not 0; both sides refuse another.
    package var environment: UInt64
    /// Which process this is (server), for the peer's logs.
    @Halved package var instance: UInt128
    /// When a server sends the client elsewhere; with jitter. `nil` for never.
    package var connectionAge: Duration?
    /// How long open calls have after GOAWAY.
    package var drainTime: Duration

    /// A configuration with the profile's numbers.
    ///
    /// - Parameter environment: Not 0.
    package init(
        profile: ConnectionProfile,
        agent: String,
        environment: UInt64,
        instance: UInt128 = 0
    ) {
        precondition(environment != 0, "environment 0 stands for none")
        precondition(agent.utf8.count <= Hello.agentMaximum, "an agent has at most 64 bytes")
        self.profile = profile
        limits = profile.limits
        self.agent = agent
        self.environment = environment
        self.instance = instance
        connectionAge = profile.connectionAge
        drainTime = .seconds(10)
    }
}

/// Times and sizes that hold for every connection.
package enum ConnectionLimit {
    /// How long the peer has for preface and HELLO, or for HELLO_ACK.
    package static let handshakeTime = Duration.seconds(5)
    /// The most bytes from a client before HELLO_ACK, preface and HELLO included.
    package static let earlyByteCount = 16_384
    /// How long an expired token is still good for.
    package static let tokenGraceTime = Duration.seconds(30)
    /// Answers that the peer forced (PONG, refusals) and that still wait in the output.
    package static let forcedAnswerCount = 64
    /// Output beyond the connection's credit, for headers and control frames, in bytes.
    package static let outputReserve = 65_536
}
