package import Model
internal import Timekeeping
package import WireFormat

/// What a caller may say about one call beside its request.
package struct CallOptions: Sendable {
    /// What is left of the caller's time; the method's own budget where it is smaller or this is `nil`.
    package var timeout: Duration?
    /// The fleet on whose behalf the call is made; 0 for the operator's own.
    package var tenant: TenantID
    /// What makes a retry the same wish; required by methods that change something.
    package var key: IdempotencyKey
    /// On whose behalf: a signed caller token, at most 2,048 bytes; empty for the service itself.
    package var callerToken: [UInt8]
    /// W3C trace id; 0 for none.
    @Halved package var traceID: UInt128
    /// The caller's span; 0 for none.
    package var spanID: UInt64
    /// Bit 0: sampled.
    package var traceFlags: UInt8
    /// How long after the service went out of reach the call still waits for it before it fails as not sent; once it
    /// has been down for longer, the call fails at once.
    package var connectionWait: Duration
    /// Whether failures that passed harmlessly are tried again within the time and the budget.
    package var retries: Bool

    /// Options of which each has the default of most calls; without a `timeout` the registry's holds.
    package init(
        timeout: Duration? = nil,
        tenant: TenantID = TenantID(0),
        key: IdempotencyKey = .none,
        callerToken: [UInt8] = [],
        traceID: UInt128 = 0,
        spanID: UInt64 = 0,
        traceFlags: UInt8 = 0,
        connectionWait: Duration = .seconds(1),
        retries: Bool = true
    ) {
        self.timeout = timeout
        self.tenant = tenant
        self.key = key
        self.callerToken = callerToken
        self.traceID = traceID
        self.spanID = spanID
        self.traceFlags = traceFlags
        self.connectionWait = connectionWait
        self.retries = retries
    }
}
