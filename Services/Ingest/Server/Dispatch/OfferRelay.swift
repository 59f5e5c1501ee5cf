internal import Calls
internal import Messages
internal import Model
internal import Reactor
internal import Timekeeping
internal import WireFormat

/// One driver's stream of offers: dispatch's, passed on message by message.
///
/// While dispatch is away the driver's stream stays and dispatch's is opened anew behind it: ten thousand phones need
/// not notice that one program restarts, and do not come back all at once over the mobile network. A new stream begins
/// with the offers that are open, so nothing is missed.
final class OfferRelay {
    private let relay: DispatchRelay
    private let stream: ServerStream
    private let request: [UInt8]
    private let driver: DriverID
    private let tenant: TenantID
    private var current: (any CallStream)?
    private var isEnded = false

    init(
        _ relay: DispatchRelay,
        _ stream: ServerStream,
        request: [UInt8],
        driver: DriverID,
        tenant: TenantID
    ) {
        self.relay = relay
        self.stream = stream
        self.request = request
        self.driver = driver
        self.tenant = tenant
    }

    /// Passes offers on until the driver or dispatch ends the stream.
    func run() async throws(CallError) {
        relay.offers[ObjectIdentifier(self)] = self
        relay.counters.offerStreamCount += 1
        defer {
            current?.cancel()
            relay.offers[ObjectIdentifier(self)] = nil
            relay.counters.offerStreamCount -= 1
        }
        var failureCount = 0
        while !relay.isClosing, stream.isOpen {
            do throws(CallError) {
                let hasHeard = try await passOn()
                // Dispatch ends a stream in order when it goes away; a stream that worked starts the waits anew.
                if hasHeard { failureCount = 0 }
            } catch {
                guard stream.isOpen, !isEnded, Self.passes(error) else {
                    throw DispatchRelay.told(error)
                }
            }
            failureCount += 1
            relay.counters.reopenedCount += 1
            guard await relay.loop.sleep(for: relay.wait(after: failureCount)) else { break }
        }
        throw CallError(.unavailable, "ingest is stopping", retryAfter: .seconds(1))
    }

    /// Ends the stream, whatever it waits for.
    func end() {
        isEnded = true
        current?.cancel()
    }

    /// Opens dispatch's stream and passes on what comes.
    ///
    /// - Returns: Whether anything came.
    private func passOn() async throws(CallError) -> Bool {
        var options = try relay.options(for: driver, of: tenant, stream.context)
        options.connectionWait = .seconds(2)
        let source = try await relay.client.open(
            DispatchMethods.watchOffers.descriptor,
            request,
            isEnd: true,
            options,
            responseCredit: 65_536
        )
        current = source
        defer {
            source.cancel()
            current = nil
        }
        var hasHeard = false
        while let message = try await source.next() {
            hasHeard = true
            try await stream.send(message)
            relay.counters.offerCount += 1
        }
        return hasHeard
    }

    /// Whether a failure of dispatch's stream is one that goes by.
    private static func passes(_ error: CallError) -> Bool {
        error.isConnectionLost || error.code == .unavailable || error.code == .deadlineExceeded
            || error.code == .aborted
    }
}

extension DispatchRelay {
    /// Serves a driver's stream of offers.
    func offers(
        _ stream: ServerStream,
        _ request: WatchOffersRequest
    ) async throws(CallError) {
        let tenant = try identity(of: stream.context, naming: request.driver)
        let body: [UInt8]
        do {
            body = try request.encoded()
        } catch {
            throw CallError(.internal, "a decoded request does not encode: \(error)")
        }
        let relay = OfferRelay(self, stream, request: body, driver: request.driver, tenant: tenant)
        try await relay.run()
    }
}
