package import Calls
package import Messages
package import Model
package import Timekeeping
internal import WireFormat

/// Takes the token for the caller's name: "gateway"; "driver 7" for driver 7 of fleet 42, "driver 7 60" for one whose
/// token ends in 60 s; "driver" alone for driver 1.
package struct NamingAuthenticator: PeerAuthenticator {
    /// The fleet of all drivers.
    package static let tenant = TenantID(42)

    private let time: any TimeSource
    private let anonymous: MethodCaller?

    /// An authenticator by the clock of `time`.
    ///
    /// - Parameter anonymous: Who comes without a token; nobody may by default.
    package init(time: any TimeSource, anonymous: MethodCaller? = nil) {
        self.time = time
        self.anonymous = anonymous
    }

    package func authenticate(
        certificateNames: [String],
        token: [UInt8]
    ) throws(CallError) -> AuthenticatedPeer {
        if token.isEmpty, let anonymous { return AuthenticatedPeer(identity: .service(anonymous)) }
        let words = String(decoding: token, as: UTF8.self).split(separator: " ").map(String.init)
        guard let caller = words.first.flatMap({ MethodCaller(rawValue: $0) }) else {
            throw CallError(.unauthenticated, "unknown \(words.joined(separator: " "))")
        }
        guard caller == .driver else { return AuthenticatedPeer(identity: .service(caller)) }
        let driver = words.count > 1 ? UInt128(words[1]) ?? 1 : 1
        let seconds = words.count > 2 ? Int64(words[2]) : nil
        return AuthenticatedPeer(
            identity: .driver(tenant: Self.tenant, driver: DriverID(bits: driver)),
            tokenExpiresAt: seconds.map { time.wallTime.advanced(by: .seconds($0)) }
        )
    }
}
