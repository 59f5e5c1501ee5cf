package import Calls
package import Messages
internal import Model
package import Timekeeping
internal import WireFormat

/// Takes any caller token for one of the tenant in its first byte.
package struct FirstByteCallers: CallerVerifier {
    /// A verifier.
    package init() {}

    package func verify(
        _ token: [UInt8],
        for service: RegistryService,
        now: WallTime
    ) throws(CallError) -> CallerToken {
        guard let tenant = token.first else { throw CallError(.unauthenticated, "empty") }
        return CallerToken.with { $0.tenant = TenantID(UInt64(tenant)) }
    }
}
