internal import Messages
internal import Model
internal import Timekeeping
internal import WireFormat

extension CallRoutes {
    /// Finds the route of a call and checks everything that needs no token.
    ///
    /// - Parameters:
    ///   - peer: Who calls, for the message of a refusal.
    ///   - peerBit: The same as `bit(of:)`; 0 for nobody.
    func authorise(
        _ call: CallBlock,
        of peer: PeerIdentity?,
        peerBit: UInt16
    ) throws(CallError) -> CallRoute {
        guard let route = route(service: call.service, method: call.method) else {
            throw CallError(
                .unimplemented,
                "service \(call.service) has no method \(call.method) here",
                isNotProcessed: true
            )
        }
        guard route.callers & peerBit != 0 else {
            throw CallError(
                .permissionDenied,
                "\(peer?.caller.rawValue ?? "nobody") may not call \(route.method.name)",
                isNotProcessed: true
            )
        }
        guard call.kind.rawValue == route.method.kind.rawValue else {
            throw CallError(
                .invalidArgument,
                "\(route.method.name) is another kind of call",
                isNotProcessed: true
            )
        }
        guard call.timeoutMilliseconds >= route.method.floorMilliseconds else {
            throw .deadlineExceeded(isNotProcessed: true)
        }
        guard !route.method.isMutating || call.idempotencyKey != 0 else {
            throw CallError(
                .invalidArgument,
                "\(route.method.name) needs an idempotency key",
                isNotProcessed: true
            )
        }
        return route
    }
}

extension CallContext {
    /// What the handler of a call is told, once fleet and caller token are checked.
    ///
    /// - Parameters:
    ///   - callerToken: As it came in OPEN; empty where there is none.
    ///   - wallTime: Real time, for the token; asked for where there is one, since it costs 2 % of a small call.
    ///   - now: From when the call's time counts.
    init(
        _ call: CallBlock,
        _ route: CallRoute,
        of peer: PeerIdentity?,
        callerToken: [UInt8],
        callers: any CallerVerifier,
        wallTime: @autoclosure () -> WallTime,
        now: Instant
    ) throws(CallError) {
        guard let peer else {
            throw CallError(.unauthenticated, "nobody was let in", isNotProcessed: true)
        }
        var tenant = TenantID(call.tenant)
        if case .driver(let own, _) = peer {
            guard call.tenant == 0 || tenant == own else {
                throw CallError(
                    .permissionDenied,
                    "a driver's call names another fleet",
                    isNotProcessed: true
                )
            }
            tenant = own
        }
        var caller: VerifiedCaller?
        if !callerToken.isEmpty {
            let verified = try callers.verify(
                callerToken,
                for: route.method.service,
                now: wallTime()
            )
            guard verified.tenant == tenant else {
                throw CallError(
                    .permissionDenied,
                    "the caller token is of another fleet",
                    isNotProcessed: true
                )
            }
            caller = VerifiedCaller(verified)
        }
        self.init(
            route: route,
            peer: peer,
            tenant: tenant,
            key: IdempotencyKey(bits: call.idempotencyKey),
            verified: caller,
            deadline: Self.deadline(of: call, from: now),
            traceID: call.traceID,
            spanID: call.parentSpanID,
            attempt: call.attempt
        )
    }

    /// When the call's time is over; a `Duration` in between would cost 128-bit arithmetic, 1 % of a small call.
    private static func deadline(of call: CallBlock, from now: Instant) -> Instant? {
        guard call.timeoutMilliseconds != CallBlock.noTimeout else { return nil }
        // 32 bits of milliseconds are 50 days: no clock is so near its end.
        return Instant(nanoseconds: now.nanoseconds + UInt64(call.timeoutMilliseconds) * 1_000_000)
    }
}
