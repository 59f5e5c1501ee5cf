internal import Calls
internal import Crypto
internal import GatewayCore
internal import HTTP
internal import Messages
internal import Model
internal import ServiceRuntime
internal import Storage
internal import Telemetry
internal import Timekeeping
internal import WireFormat

/// What the claim of an idempotency key came to.
private enum BookingClaim: Sendable {
    /// Book under these; `pickup` is to be checked where it was not before.
    case work(IdempotencyRecord, command: [UInt8], isFirst: Bool)
    /// Send this.
    case answered(StoredAnswer, BookingID, isReplay: Bool)
    case running
    case otherRequest
}

/// Bookings are made.
extension GatewayAPI {
    /// `POST /v1/bookings`.
    func createBooking(_ call: APICall) throws(Problem) -> HTTPOutcome {
        let credential = try call.caller()
        let scope = IdempotencyScope(
            tenant: credential.tenant,
            credential: credential.key,
            key: try Self.idempotencyKey(call.request)
        )
        let wish = try BookingWish(call.request.body)
        guard let tenant = parts.provisioner.tenant(credential.tenant) else { throw .hidden }
        guard let method = tenant.paymentMethods[credential.partner] else {
            throw Problem(.noPaymentMethod, "No payment method is set up for this key's partner.")
        }
        let fingerprint = Self.fingerprint(call.request, credential.tenant)
        return .later { () async throws(Problem) in
            let claim = try await self.claim(scope, fingerprint, wish, method, call)
            switch claim {
            case .answered(let answer, let booking, let isReplay):
                var response = Self.response(answer, booking)
                if isReplay { response.fields.append(Self.replayed) }
                return response
            case .running:
                throw Problem(
                    .requestInProgress,
                    "The first request with this key is still running. Try again for its answer.",
                    retryAfterSeconds: 1
                )
            case .otherRequest:
                throw Problem(
                    .idempotencyKeyReused,
                    "The key was used with another body. Use a new key for a new request."
                )
            case .work(let record, let command, let isFirst):
                self.pass(.afterIdempotencyStored)
                let work = BookingWork(
                    scope: scope,
                    record: record,
                    command: command,
                    quote: wish.quote
                )
                return try await self.book(work, isFirst: isFirst, tenant, call)
            }
        }
    }

    /// Tells a client that looks for its mistake that nothing happened now.
    private static let replayed = ResponseField(HeaderName("Idempotency-Replayed"), "true")

    /// The key of a request that must have one.
    static func idempotencyKey(_ request: HTTPRequest) throws(Problem) -> IdempotencyKeyText {
        guard let header = request.value(of: .idempotencyKey) else {
            throw Problem(
                .missingIdempotencyKey,
                "Send an Idempotency-Key that is new for each new booking, the same in each retry."
            )
        }
        guard let key = IdempotencyKeyText(header: header) else {
            throw Problem(
                .invalidIdempotencyKey,
                "An Idempotency-Key is 1 to 255 printable ASCII characters in quotes; without quotes it has no spaces."
            )
        }
        return key
    }

    /// What must be equal in a retry: method, path, tenant and body.
    private static func fingerprint(_ request: HTTPRequest, _ tenant: TenantID) -> [UInt8] {
        var bytes = Array("\(request.method.name) \(request.pathText) \(tenant.rawValue)\n".utf8)
        bytes += request.body
        return SHA256Digest.of(bytes).bytes
    }

    /// Decides in one transaction what to do with the request, and stores its ids before the first effect.
    private func claim(
        _ scope: IdempotencyScope,
        _ fingerprint: [UInt8],
        _ wish: BookingWish,
        _ method: PaymentMethodID,
        _ call: APICall
    ) async throws(Problem) -> BookingClaim {
        let credential = try call.caller()
        let freshBooking: BookingID = newID()
        let freshEffect: IdempotencyKey = newID()
        let (realNow, now, claimant) = (realNow, now, parts.configuration.common.instance)
        let requestID = call.requestID
        return try await write(for: call) { [endedClaims] session throws(StorageError) in
            let stored = try IdempotencyTable.find(scope, in: session)
            let decision = IdempotencyDecision(
                record: stored.map { endedClaims.corrected($0.record) },
                fingerprint: fingerprint,
                now: realNow
            )
            var record = IdempotencyRecord(
                fingerprint: fingerprint,
                booking: freshBooking,
                effect: freshEffect,
                claimedAt: realNow
            )
            switch decision {
            case .running: return .running
            case .otherRequest: return .otherRequest
            case .replay(let answer):
                return .answered(answer, stored?.record.booking ?? .none, isReplay: true)
            case .resume(let booking, let effect):
                record = IdempotencyRecord(
                    fingerprint: fingerprint,
                    booking: booking,
                    effect: effect,
                    claimedAt: realNow
                )
                let command = stored?.command ?? []
                try IdempotencyTable.claim(
                    scope,
                    record,
                    command: command,
                    by: claimant,
                    in: session
                )
                return .work(record, command: command, isFirst: false)
            case .begin: break
            }
            return try Self.begin(
                scope,
                record,
                wish,
                method,
                credential,
                by: claimant,
                requestID: requestID,
                now: now,
                in: session
            )
        }
    }

    /// Claims a new key: for a booking where its quote is good, else for the refusal.
    private static func begin(
        _ scope: IdempotencyScope,
        _ record: IdempotencyRecord,
        _ wish: BookingWish,
        _ method: PaymentMethodID,
        _ credential: Credential,
        by claimant: String,
        requestID: String,
        now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> BookingClaim {
        let quote = try QuoteTable.find(wish.quote, of: credential.tenant, in: session)
        if var problem = fault(of: quote, for: credential, now: now) {
            problem.requestID = requestID
            let answer = StoredAnswer(problem)
            try IdempotencyTable.claim(scope, record, command: [], by: claimant, in: session)
            try IdempotencyTable.answer(scope, booking: record.booking, answer, in: session)
            return .answered(answer, record.booking, isReplay: false)
        }
        guard let quote else { throw StorageError(.invalid, "a quote without a fault is missing") }
        let request = wish.command(
            booking: record.booking,
            quote: quote,
            credential: credential,
            paymentMethod: method,
            now: now
        )
        guard let command = try? request.encoded() else {
            throw StorageError(.invalid, "a booking does not encode")
        }
        try IdempotencyTable.claim(scope, record, command: command, by: claimant, in: session)
        try QuoteTable.take(quote.quote, by: record.booking, of: credential.tenant, in: session)
        try BookingIndex.insert(
            record.booking,
            of: credential.tenant,
            partner: credential.partner,
            reference: wish.partnerReference,
            in: session
        )
        return .work(record, command: command, isFirst: true)
    }

    /// Why the quote cannot be booked; `nil` where it can.
    private static func fault(
        of quote: StoredQuote?,
        for credential: Credential,
        now: WallTime
    ) -> Problem? {
        guard let quote, quote.partner == credential.partner else {
            return Problem(.unknownQuote, at: "/quote_id", "There is no such quote for this key.")
        }
        guard quote.booking.isNone else {
            return Problem(
                .quoteUsed,
                at: "/quote_id",
                "The quote was used for another booking. Ask for a new one."
            )
        }
        guard now < quote.reply.expiresAt else {
            return Problem(
                .quoteExpired,
                at: "/quote_id",
                "The quote has expired. Ask for a new one."
            )
        }
        return nil
    }

    /// The answer as it was stored.
    private static func response(_ answer: StoredAnswer, _ booking: BookingID) -> HTTPResponse {
        // Stored by us: a status out of range would be damage.
        let code = (200...599).contains(answer.status) ? answer.status : 500
        var response = HTTPResponse(
            HTTPStatus(code: code),
            contentType: answer.contentType,
            body: .bytes(answer.body)
        )
        if answer.status == HTTPStatus.created.code {
            response.fields.append(ResponseField(.location, "/v1/bookings/\(booking)"))
        }
        if !answer.entityTag.isEmpty {
            response.fields.append(ResponseField(.entityTag, answer.entityTag))
        }
        return response
    }

    /// Books at dispatch.
    ///
    /// The answer is stored in passing: until it is durable, the claim is, and dispatch's inbox holds the reply that
    /// the answer is made of, so that a repeat after a crash is answered the same.
    private func book(
        _ work: BookingWork,
        isFirst: Bool,
        _ tenant: TenantFacts,
        _ call: APICall
    ) async throws(Problem) -> HTTPResponse {
        guard let request = try? CreateBookingRequest(decoding: work.command) else {
            throw mistake("a stored booking does not decode", about: call)
        }
        do throws(Problem) {
            // A repeat may find the booking made: then the zones of the first try count. Or its first try never came as
            // far as being asked where it begins.
            let isMade = isFirst ? false : try await isMade(work.booking, call)
            if !isMade { try await checkCoverage(request.pickup, tenant, call) }
        } catch {
            // What a repeat is refused is not stored: its first try may still be on its way to dispatch.
            return try await settle(work, refusedBy: error, isFinal: isFirst ? nil : false, call)
        }
        parts.cache.beginFill(work.booking)
        var snapshot: BookingSnapshot?
        do throws(CallError) {
            let options = try bookingOptions(call, work.effect)
            snapshot = try await peers.call(
                DispatchMethods.createBooking,
                of: .dispatch,
                request,
                options
            )
        } catch {
            parts.cache.endFill(work.booking, nil)
            let problem = failure(error, of: .dispatch, about: call)
            guard error.isFinal else {
                await release(work, call)
                throw problem
            }
            return try await settle(work, refusedBy: problem, isFinal: true, call)
        }
        // A repeat is told what the first try was, which may be long overtaken: nothing for the memory.
        parts.cache.endFill(work.booking, isFirst ? snapshot : nil)
        let cached = CachedBooking(BookingView(snapshot ?? BookingSnapshot()))
        let answer = StoredAnswer(
            status: HTTPStatus.created.code,
            body: cached.body,
            contentType: "application/json",
            entityTag: cached.entityTag
        )
        pass(.beforeAnswerStored)
        storeInPassing(answer, of: work, call)
        return Self.response(answer, work.booking)
    }

    private func storeInPassing(_ answer: StoredAnswer, of work: BookingWork, _ call: APICall) {
        store.writeInPassing({ session throws(StorageError) in
            try IdempotencyTable.answer(
                work.scope,
                booking: work.booking,
                answer,
                in: session
            )
        }) { [self] result in
            switch result {
            case .success:
                pass(.afterAnswerStored)
            case .failure(let error):
                // A repeat takes the claim over at once and asks dispatch, whose inbox has the same answer.
                endedClaims.note(work.record)
                log(
                    .warning,
                    "an answer is not stored",
                    about: call,
                    [GatewayLog.reason(error.message)]
                )
            }
        }
    }

    private func pass(_ place: GatewayPlace) {
        parts.configuration.failpoint.pass(place.rawValue)
    }

    /// Whether dispatch has the booking. Of a key that may not read, it is not known.
    private func isMade(_ booking: BookingID, _ call: APICall) async throws(Problem) -> Bool {
        let options = try options(call, for: .dispatch)
        do throws(CallError) {
            _ = try await peers.call(
                DispatchMethods.getBooking,
                of: .dispatch,
                GetBookingRequest.with { $0.booking = booking },
                options
            )
            return true
        } catch {
            guard error.code == .notFound || error.code == .permissionDenied else {
                throw failure(error, of: .dispatch, about: call)
            }
            return false
        }
    }

    private func bookingOptions(
        _ call: APICall,
        _ effect: IdempotencyKey
    ) throws(CallError) -> CallOptions {
        do throws(Problem) {
            return try options(call, for: .dispatch, key: effect)
        } catch {
            throw CallError(.internal, "no caller token", isNotProcessed: true)
        }
    }

    /// Stores a final refusal as the answer; gives the claim back where trying again may help.
    private func settle(
        _ work: BookingWork,
        refusedBy problem: Problem,
        isFinal: Bool? = nil,
        _ call: APICall
    ) async throws(Problem) -> HTTPResponse {
        guard isFinal ?? (problem.code == ProblemCode.outsideLicenceArea.rawValue) else {
            await release(work, call)
            throw problem
        }
        var problem = problem
        problem.requestID = call.requestID
        let answer = StoredAnswer(problem)
        do throws(Problem) {
            try await write(for: call) { session throws(StorageError) in
                try IdempotencyTable.answer(work.scope, booking: work.booking, answer, in: session)
                try BookingIndex.remove(work.booking, of: work.scope.tenant, in: session)
                try QuoteTable.take(work.quote, by: .none, of: work.scope.tenant, in: session)
            }
        } catch {
            endedClaims.note(work.record)
            throw error
        }
        return Self.response(answer, work.booking)
    }

    private func release(_ work: BookingWork, _ call: APICall) async {
        do throws(StorageError) {
            try await store.write { session throws(StorageError) in
                try IdempotencyTable.release(work.scope, booking: work.booking, in: session)
            }
        } catch {
            endedClaims.note(work.record)
            log(
                .warning,
                "a claim is not released",
                about: call,
                [GatewayLog.reason(error.message)]
            )
        }
    }
}
