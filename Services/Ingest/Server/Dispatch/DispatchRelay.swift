package import Calls
package import Messages
package import Model
package import Reactor
internal import Timekeeping
internal import WireFormat

/// What a relay counts; read by metrics.
package struct RelayCounters: Hashable, Sendable {
    /// Calls of drivers that were passed on.
    package var callCount: UInt64 = 0
    /// Of these, how many dispatch refused or did not answer.
    package var failureCount: UInt64 = 0
    /// Calls refused here: another driver's name, or too many at once.
    package var refusedCount: UInt64 = 0
    /// Streams of offers now open.
    package var offerStreamCount = 0
    /// Offers passed on.
    package var offerCount: UInt64 = 0
    /// Streams of offers that were opened anew behind the driver's.
    package var reopenedCount: UInt64 = 0
}

/// Passes drivers' calls on to dispatch: same message, same idempotency key, the driver as subject.
// Safe: touched on its loop alone; `CallClient` checks it.
package final class DispatchRelay: @unchecked Sendable {
    /// Calls of one driver at once; his app makes one at a time and repeats it when its time is over.
    package static let callsPerDriverMax = 4
    /// Waits before a stream of offers is opened anew: evenly drawn up to a bound that doubles from here to there.
    static let reopenWait = (first: Duration.milliseconds(100), last: Duration.seconds(5))

    /// The loop of drivers' connections and of the client.
    package let loop: EventLoop
    /// What happened so far.
    package internal(set) var counters = RelayCounters()
    /// Hears that dispatch has answered a driver's call, before the driver does.
    package var onAnswered: (() -> Void)?
    let client: any ServiceCalling
    private var callers: DriverCallers
    private var running: [DriverID: Int] = [:]
    private var generator: any RandomNumberGenerator
    /// Open streams of offers, to be ended on a stop.
    var offers: [ObjectIdentifier: OfferRelay] = [:]
    private(set) var isClosing = false

    /// A relay over `client`, whose loop is the drivers'.
    package init(
        client: any ServiceCalling,
        callers: DriverCallers,
        generator: any RandomNumberGenerator
    ) {
        loop = client.loop
        self.client = client
        self.callers = callers
        self.generator = generator
    }

    /// Passes one call on and its answer back.
    ///
    /// - Parameter driver: Whom the message names; a driver speaks only for himself.
    /// - Throws: What dispatch says, with dispatch's own sub codes; `.unavailable` with `dispatchUnreachable` where
    ///   it could not be asked.
    package func call(
        _ method: MethodDescriptor,
        _ body: [UInt8],
        naming driver: DriverID,
        _ context: CallContext
    ) async throws(CallError) -> [UInt8] {
        let tenant = try identity(of: context, naming: driver)
        guard running[driver, default: 0] < Self.callsPerDriverMax else {
            counters.refusedCount += 1
            throw CallError(
                .resourceExhausted,
                "as many calls of this driver run as may",
                retryAfter: .milliseconds(500),
                isNotProcessed: true
            )
        }
        running[driver, default: 0] += 1
        defer {
            let left = (running[driver] ?? 1) - 1
            running[driver] = left > 0 ? left : nil
        }
        counters.callCount += 1
        do throws(CallError) {
            let options = try options(for: driver, of: tenant, context)
            let answer = try await client.callBytes(method, body, options)
            onAnswered?()
            return answer
        } catch {
            counters.failureCount += 1
            throw Self.told(error)
        }
    }

    /// Checks that a driver speaks for himself.
    func identity(
        of context: CallContext,
        naming driver: DriverID
    ) throws(CallError) -> TenantID {
        guard case .driver(let tenant, driver) = context.peer else {
            counters.refusedCount += 1
            throw CallError(
                .permissionDenied,
                "the call names another driver",
                isNotProcessed: true
            )
        }
        return tenant
    }

    /// What goes with a call on a driver's behalf.
    func options(
        for driver: DriverID,
        of tenant: TenantID,
        _ context: CallContext
    ) throws(CallError) -> CallOptions {
        let remaining = context.remaining(at: loop.now)
        if let remaining, remaining <= .zero { throw .deadlineExceeded(isNotProcessed: true) }
        return CallOptions(
            timeout: remaining,
            tenant: tenant,
            key: context.key,
            callerToken: try callers.token(
                for: driver,
                of: tenant,
                at: loop.timeSource.wallTime,
                nonce: generator.next()
            ),
            traceID: context.traceID,
            spanID: context.spanID
        )
    }

    /// What a phone is told of a failure.
    ///
    /// Dispatch's refusals go through as they are. That it cannot be reached is said as ours. And that dispatch
    /// does not believe us is no fault of the phone's, which would throw its good token away.
    static func told(_ error: CallError) -> CallError {
        switch error.code {
        case .unavailable:
            return CallError(
                .unavailable,
                "dispatch cannot be reached: \(error.message)",
                subCode: IngestSubCode.dispatchUnreachable.rawValue,
                retryAfter: error.retryAfter ?? .seconds(1),
                isNotProcessed: error.isNotProcessed
            )
        case .unauthenticated:
            return CallError(.internal, "dispatch refuses our token: \(error.message)")
        default:
            return error
        }
    }

    /// How long to wait before the next try, evenly drawn below a bound that doubles with each.
    func wait(after failureCount: Int) -> Duration {
        let bound = min(Self.reopenWait.last, Self.reopenWait.first * (1 << min(failureCount, 6)))
        let share = generator.next().multipliedFullWidth(by: UInt64(bound.wholeMicroseconds)).high
        return .microseconds(Int64(share))
    }

    /// Ends all streams of offers.
    package func close() {
        isClosing = true
        // The order does not matter to anybody: each is another driver's.
        for relay in Array(offers.values) { relay.end() }
    }
}
