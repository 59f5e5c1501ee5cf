internal import Messages
internal import Model
internal import Timekeeping
internal import WireFormat

extension CallRoutes {
    /// Finds the route of a call.
    ///
    /// - Throws: `.unimplemented`, for one that is not served here.
    @inline(__always)
    func route(of call: CallBlock) throws(CallError) -> CallRoute {
        guard let route = route(service: call.service, method: call.method) else {
            throw CallError(
                .unimplemented,
                "service \(call.service) has no method \(call.method) here",
                isNotProcessed: true
            )
        }
        return route
    }
}

extension CallRoute {
    /// Checks everything about a call that needs no token.
    ///
    /// - Parameters:
    ///   - peer: Who calls, for the message of a refusal.
    ///   - peerBit: The same as `CallRoutes.bit(of:)`; 0 for nobody.
    @inline(__always)
    func check(
        _ call: CallBlock,
        of peer: PeerIdentity?,
        peerBit: UInt16
    ) throws(CallError) {
        guard callers & peerBit != 0, call.kind.rawValue == method.kind.rawValue,
            call.timeoutMilliseconds >= method.floorMilliseconds,
            !method.isMutating || call.idempotencyKey != 0
        else { throw refusal(of: call, of: peer, peerBit: peerBit) }
    }

    /// Why `check` refuses a call; apart from it, so that a call which is let in runs past four comparisons.
    @inline(never)
    private func refusal(
        of call: CallBlock,
        of peer: PeerIdentity?,
        peerBit: UInt16
    ) -> CallError {
        if callers & peerBit == 0 {
            return CallError(
                .permissionDenied,
                "\(peer?.caller.rawValue ?? "nobody") may not call \(method.name)",
                isNotProcessed: true
            )
        }
        if call.kind.rawValue != method.kind.rawValue {
            return CallError(
                .invalidArgument,
                "\(method.name) is another kind of call",
                isNotProcessed: true
            )
        }
        if call.timeoutMilliseconds < method.floorMilliseconds {
            return .deadlineExceeded(isNotProcessed: true)
        }
        return CallError(
            .invalidArgument,
            "\(method.name) needs an idempotency key",
            isNotProcessed: true
        )
    }

    /// On whose behalf a call is made, by the token that came with it.
    ///
    /// - Parameter wallTime: Real time.
    @inline(never)
    func verify(
        _ callerToken: [UInt8],
        by callers: any CallerVerifier,
        wallTime: WallTime
    ) throws(CallError) -> VerifiedCaller {
        VerifiedCaller(try callers.verify(callerToken, for: method.service, now: wallTime))
    }
}

extension CallContext {
    /// What the handler of a call is told, once its fleet is checked.
    ///
    /// - Parameters:
    ///   - caller: On whose behalf it is made; `nil` where no token came with it.
    ///   - now: From when the call's time counts.
    @inline(__always)
    init(
        _ call: CallBlock,
        _ route: CallRoute,
        of peer: PeerIdentity?,
        caller: VerifiedCaller?,
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
        if let caller, caller.token.tenant != tenant {
            throw CallError(
                .permissionDenied,
                "the caller token is of another fleet",
                isNotProcessed: true
            )
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
