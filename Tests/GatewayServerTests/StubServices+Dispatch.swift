import Calls
import Messages
import Model
import Money
import Reactor
import ServiceRuntime
import Timekeeping
import WireFormat

/// What the gateway calls of dispatch.
extension StubServices {
    func addDispatch(_ routes: inout CallRoutes) {
        let time = time
        routes.unary(DispatchMethods.quote) { [self] (context, request) async throws(CallError) in
            try note(context, requires: .book)
            guard request.vehicleClass == .standard || request.vehicleClass == .business else {
                throw CallError(
                    .failedPrecondition,
                    "no tariff",
                    subCode: DispatchSubCode.tariffUnknown.rawValue
                )
            }
            let life = with { $0.quoteLife }
            return .with { reply in
                reply.totalMinorUnits = 2350
                reply.baseMinorUnits = 350
                reply.distanceMinorUnits = 2000
                reply.currency = .usDollar
                reply.distanceMeters = 5100
                reply.durationMilliseconds = 840_000
                reply.tariffVersion = 1
                reply.expiresAt = time.wallTime.advanced(by: life)
            }
        }
        routes.unary(DispatchMethods.createBooking) {
            [self] (context, request) async throws(CallError) in
            try note(context, requires: .book)
            while with({ $0.hangs }) {
                guard await loop.sleep(for: .milliseconds(5)) else {
                    throw CallError(.cancelled, "gone")
                }
            }
            return try create(context, request)
        }
        routes.unary(DispatchMethods.cancelBooking) {
            [self] (context, request) async throws(CallError) in
            try note(context, requires: .book)
            return try cancel(context, request)
        }
        routes.unary(DispatchMethods.getBooking) {
            [self] (context, request) async throws(CallError) in
            try note(context, requires: .readBookings)
            let found = with { state -> BookingSnapshot? in
                state.getCount += 1
                return state.bookings[request.booking]
            }
            guard let found, found.tenant == context.tenant else {
                throw CallError(.notFound, "no such booking")
            }
            return found
        }
        addFeeds(&routes)
    }

    private func addFeeds(_ routes: inout CallRoutes) {
        routes.serverStream(DispatchMethods.watchTenantBookings) {
            [self] (stream, request) async throws(CallError) in
            try await follow(stream, after: request.afterPosition)
        }
        routes.serverStream(DispatchMethods.watchBooking) {
            [self] (stream, request) async throws(CallError) in
            let tenant = stream.context.tenant
            let events = with { $0.events[tenant] ?? [] }
            for update in events
            where update.booking == request.booking && update.kind == .step
                && update.sequence > request.afterSequence
            {
                try await stream.send(bytes(update))
            }
            try await stream.send(bytes(BookingUpdate.with { $0.kind = WireEnum(.caughtUp) }))
        }
        routes.unary(DispatchMethods.applyRoster) {
            [self] (context, request) async throws(CallError) in
            with { state in
                state.commands.append("roster")
                for driver in request.drivers { state.drivers[driver.driver] = driver }
            }
            return ApplyRosterReply()
        }
        routes.unary(DispatchMethods.applyTariff) { [self] (_, _) async throws(CallError) in
            with { $0.commands.append("tariff") }
            return Acknowledgement()
        }
        routes.unary(DispatchMethods.status) { (_, _) async throws(CallError) in
            DispatchStatusReply.with { $0.closedTotal = 7 }
        }
    }

    private func note(
        _ context: CallContext,
        requires scope: TokenScopes
    ) throws(CallError) {
        guard let caller = context.caller else { throw CallError(.unauthenticated, "no caller") }
        try context.require(scope)
        guard caller.tenant == context.tenant else { throw CallError(.unauthenticated, "tenant") }
        with { $0.callers.append(caller) }
    }

    private func create(
        _ context: CallContext,
        _ request: CreateBookingRequest
    ) throws(CallError) -> BookingSnapshot {
        let outcome = with { state -> Result<BookingSnapshot, CallError> in
            state.createCount += 1
            if !state.createFailures.isEmpty {
                return .failure(state.createFailures.removeFirst())
            }
            if let known = state.created[context.key] { return .success(known) }
            let snapshot = BookingSnapshot.with { snapshot in
                snapshot.booking = request.booking
                snapshot.tenant = context.tenant
                snapshot.quote = request.quote
                snapshot.partner = request.partner
                snapshot.sequence = 1
                snapshot.createdAt = time.wallTime
                snapshot.updatedAt = time.wallTime
                snapshot.pickup = request.pickup
                snapshot.dropOff = request.dropOff
                snapshot.priceMinorUnits = request.priceMinorUnits
                snapshot.currency = request.currency
                snapshot.state = WireEnum(.requested)
                snapshot.vehicleClass = request.vehicleClass
                snapshot.passengerCount = request.passengerCount
                snapshot.partnerReference = request.partnerReference
            }
            state.created[context.key] = snapshot
            state.bookings[request.booking] = snapshot
            Self.append(snapshot, .requested, to: &state)
            return .success(snapshot)
        }
        wake()
        return try outcome.get()
    }

    private func cancel(
        _ context: CallContext,
        _ request: CancelBookingRequest
    ) throws(CallError) -> BookingSnapshot {
        let isKnown = with { state -> Bool in
            state.cancelKeys.append(context.key)
            return state.bookings[request.booking]?.tenant == context.tenant
        }
        guard isKnown else { throw CallError(.notFound, "no such booking") }
        let ended = with { $0.bookings[request.booking]?.state.known == .onTrip }
        if ended {
            throw CallError(
                .failedPrecondition,
                "too late",
                subCode: DispatchSubCode.stepNotAllowed.rawValue
            )
        }
        if with({ $0.bookings[request.booking]?.state.known != .cancelled }) {
            step(request.booking, .cancelled, .cancelled) { $0.note = request.note }
        }
        return with { $0.bookings[request.booking] } ?? BookingSnapshot()
    }

    private func follow(_ stream: ServerStream, after position: UInt64) async throws(CallError) {
        let tenant = stream.context.tenant
        let signal = LoopSignal(loop: loop)
        signals.append(signal)
        var index = 0
        var isCaughtUp = false
        while !isStopped, stream.isOpen {
            let events = with { $0.events[tenant] ?? [] }
            while index < events.count {
                let update = events[index]
                index += 1
                if update.kind == .step ? update.feedPosition > position : isCaughtUp {
                    try await stream.send(bytes(update))
                }
            }
            if !isCaughtUp {
                isCaughtUp = true
                try await stream.send(bytes(BookingUpdate.with { $0.kind = WireEnum(.caughtUp) }))
            }
            await signal.wait()
        }
    }

    private func bytes(_ message: some WireMessage) -> [UInt8] {
        (try? message.encoded()) ?? []
    }
}
