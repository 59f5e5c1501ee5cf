internal import Delivery
internal import GatewayCore
internal import Messages
internal import Model
internal import Storage
internal import TestSupport
internal import Timekeeping

/// The gateway: its real idempotency rules over a table of claims, and the call to dispatch under a stored key.
final class GatewayLogic: ServiceLogic {
    private static let callTimeout = Duration.seconds(3)
    private static let callCountMax = 3

    private unowned let process: ServiceProcess

    init(_ process: ServiceProcess) {
        self.process = process
    }

    func start() throws(StorageError) {}

    func receive(_ request: Request, answer: @escaping (Reply) -> Void) {
        guard case .partner(let request) = request else { return }
        let reply: (PartnerReply) -> Void = { answer(.partner($0)) }
        let now = process.clock.wallTime
        let (booking, effect) = process.world.random.draw(.services) { generator in
            (
                BookingID(at: now, using: &generator),
                IdempotencyKey(at: now, using: &generator)
            )
        }
        guard process.world.mutation != .skipIdempotencyClaim else {
            return work(request, booking, effect, reply)
        }
        let fresh = IdempotencyRecord(
            fingerprint: request.fingerprint,
            booking: booking,
            effect: effect,
            claimedAt: now
        )
        process.write({ session throws(StorageError) -> IdempotencyDecision in
            let stored = try ClaimTable.find(request.key, in: session)
            let decision = IdempotencyDecision(
                record: stored,
                fingerprint: fresh.fingerprint,
                now: now
            )
            switch decision {
            case .begin:
                try ClaimTable.put(request.key, fresh, in: session)
            case .resume:
                guard var stored else { break }
                stored.claimedAt = now
                try ClaimTable.put(request.key, stored, in: session)
            case .replay, .running, .otherRequest: break
            }
            return decision
        }) { [weak self] result in
            guard let self, case .success(let decision) = result else {
                return reply(PartnerReply(status: 503, body: []))
            }
            switch decision {
            case .begin: work(request, booking, effect, reply)
            case .resume(let booking, let effect): work(request, booking, effect, reply)
            case .replay(let stored):
                reply(PartnerReply(status: stored.status, body: stored.body))
            case .running: reply(PartnerReply(status: 409, body: []))
            case .otherRequest: reply(PartnerReply(status: 422, body: []))
            }
        }
    }

    private func work(
        _ request: PartnerRequest,
        _ booking: BookingID,
        _ effect: IdempotencyKey,
        _ reply: @escaping (PartnerReply) -> Void
    ) {
        guard let (target, command) = request.command(booking, effect, at: process.businessNow)
        else { return reply(PartnerReply(status: 400, body: [])) }
        send(command, attempt: 1) { [weak self] answer in
            guard let self else { return }
            guard let answer, !answer.isTransient else {
                return reply(PartnerReply(status: 503, body: []))
            }
            let status: UInt16 = answer.isOK ? 201 : answer.code == 5 ? 404 : 422
            finish(request, PartnerReply(status: status, body: target.bytes), reply)
        }
    }

    private func send(
        _ command: Command,
        attempt: Int,
        then: @escaping (CommandReply?) -> Void
    ) {
        process.call(.command(command), to: .dispatch, timeout: Self.callTimeout) {
            [weak self] reply in
            if case .command(let answer)? = reply, !answer.isTransient { return then(answer) }
            guard attempt < Self.callCountMax else { return then(nil) }
            self?.process.after(.milliseconds(50 << Int64(attempt))) {
                self?.send(command, attempt: attempt + 1, then: then)
            }
        }
    }

    private func finish(
        _ request: PartnerRequest,
        _ answer: PartnerReply,
        _ reply: @escaping (PartnerReply) -> Void
    ) {
        let stored = StoredAnswer(
            status: answer.status,
            body: answer.body,
            contentType: "application/octet-stream"
        )
        process.write({ session throws(StorageError) in
            guard var record = try ClaimTable.find(request.key, in: session) else { return }
            record.answer = stored
            try ClaimTable.put(request.key, record, in: session)
        }) { result in
            // Not stored is not answered: the retry is.
            if case .failure = result { return reply(PartnerReply(status: 503, body: [])) }
            reply(answer)
        }
    }
}

extension PartnerRequest {
    /// Says whether a retry asks for the same thing.
    fileprivate var fingerprint: [UInt8] {
        var fingerprint = Fingerprint()
        fingerprint.add(UInt64(kind.rawValue))
        fingerprint.add(body)
        return fingerprint.bytes
    }

    /// The call to dispatch, and the booking that it is about; nil for a body that cannot be read.
    fileprivate func command(
        _ booking: BookingID,
        _ effect: IdempotencyKey,
        at now: WallTime
    ) -> (BookingID, Command)? {
        var target = booking
        var bytes: [UInt8]?
        var method = DispatchMethods.createBooking.descriptor.id
        switch kind {
        case .book:
            guard var message = try? CreateBookingRequest(decoding: body) else { return nil }
            message.booking = booking
            bytes = try? message.encoded()
        case .cancel:
            guard let id = BookingID(bytes: body) else { return nil }
            target = id
            method = DispatchMethods.cancelBooking.descriptor.id
            bytes = try? CancelBookingRequest.with { $0.booking = id }.encoded()
        }
        guard let bytes else { return nil }
        let command = Command(
            destination: .dispatch,
            method: method,
            key: effect,
            tenant: Scenario.tenant,
            subject: "partner:\(Scenario.partner)",
            body: bytes
        )
        return (target, command)
    }
}
