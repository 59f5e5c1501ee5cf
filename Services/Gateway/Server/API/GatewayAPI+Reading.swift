internal import Calls
internal import GatewayCore
internal import HTTP
internal import Messages
internal import Model
internal import Reactor
internal import Storage
internal import Timekeeping
internal import WireFormat

/// Bookings are read, listed, called off and watched.
extension GatewayAPI {
    /// `GET /v1/bookings/{id}`: from memory where the tenant's feed is live.
    func getBooking(_ call: APICall) throws(Problem) -> HTTPOutcome {
        let credential = try call.caller()
        guard let booking = BookingID(call.captures["id"]) else { throw .hidden }
        if let cached = parts.cache.find(booking, of: credential.tenant) {
            guard Self.mayRead(cached, credential) else { throw .hidden }
            return .answer(Self.response(cached, call.request))
        }
        return .later { () async throws(Problem) in
            Self.response(try await self.load(booking, call), call.request)
        }
    }

    private static func mayRead(_ cached: CachedBooking, _ credential: Credential) -> Bool {
        cached.snapshot.tenant == credential.tenant
            && (credential.partner.isNone || cached.snapshot.partner == credential.partner)
    }

    private static func response(_ cached: CachedBooking, _ request: HTTPRequest) -> HTTPResponse {
        let tag = ResponseField(.entityTag, cached.entityTag)
        if let wanted = request.value(of: .ifNoneMatch), matches(wanted, cached.entityTag) {
            return HTTPResponse(.notModified, fields: [tag])
        }
        return HTTPResponse(.ok, fields: [tag], body: .bytes(cached.body))
    }

    /// Whether a list of entity tags names `tag`, by weak comparison (RFC 9110 section 13.1.2).
    static func matches(_ list: String, _ tag: String) -> Bool {
        list.split(separator: ",").contains { item in
            var item = item.drop { $0 == " " }
            while item.last == " " { item.removeLast() }
            return item == "*" || item == tag || item.dropFirst(2) == tag && item.hasPrefix("W/")
        }
    }

    /// The booking, from memory or from dispatch.
    ///
    /// - Throws: The same 404 for what is not there and what is another's.
    func load(_ booking: BookingID, _ call: APICall) async throws(Problem) -> CachedBooking {
        let credential = try call.caller()
        var found = parts.cache.find(booking, of: credential.tenant)
        if found == nil {
            let options = try options(call, for: .dispatch)
            parts.cache.beginFill(booking)
            do throws(CallError) {
                let snapshot = try await peers.call(
                    DispatchMethods.getBooking,
                    of: .dispatch,
                    GetBookingRequest.with { $0.booking = booking },
                    options
                )
                found = parts.cache.endFill(booking, snapshot)
            } catch {
                parts.cache.endFill(booking, nil)
                throw failure(error, of: .dispatch, about: call)
            }
        }
        guard let found, Self.mayRead(found, credential) else { throw .hidden }
        return found
    }

    // MARK: - Calling off

    /// `POST /v1/bookings/{id}/cancel`.
    func cancelBooking(_ call: APICall) throws(Problem) -> HTTPOutcome {
        let credential = try call.caller()
        guard let booking = BookingID(call.captures["id"]) else { throw .hidden }
        let note = try Self.cancelNote(call.request.body)
        return .later { () async throws(Problem) in
            let wish = try self.cancelWish(booking, note, credential, call)
            let stored = try await self.write(for: call) { session throws(StorageError) in
                try BookingIndex.cancelWish(
                    of: booking,
                    tenant: credential.tenant,
                    partner: credential.partner,
                    fresh: wish,
                    in: session
                )
            }
            guard let stored else { throw .hidden }
            return try await self.cancel(booking, stored, isFirst: stored == wish, call)
        }
    }

    private static func cancelNote(_ body: [UInt8]) throws(Problem) -> String {
        guard !body.isEmpty else { return "" }
        let value = try RequestReading.object(body)
        return try RequestReading.take { () throws(JSONFault) in
            var object = try JSONObjectReader(value, at: "")
            let note = try object.text(ifPresent: "note", byteCountMax: 200) ?? ""
            try object.finish()
            return note
        }
    }

    private func cancelWish(
        _ booking: BookingID,
        _ note: String,
        _ credential: Credential,
        _ call: APICall
    ) throws(Problem) -> CancelWish {
        let isFleet = credential.partner.isNone
        let request = CancelBookingRequest.with { request in
            request.booking = booking
            request.requestedAt = now
            request.actor = WireEnum(isFleet ? .fleet : .partner)
            request.reason = WireEnum(isFleet ? .fleetWish : .partnerWish)
            request.note = note
        }
        guard let command = try? request.encoded() else {
            throw mistake("a cancellation does not encode", about: call)
        }
        return CancelWish(key: newID(), command: command)
    }

    private func cancel(
        _ booking: BookingID,
        _ wish: CancelWish,
        isFirst: Bool,
        _ call: APICall
    ) async throws(Problem) -> HTTPResponse {
        let credential = try call.caller()
        guard let request = try? CancelBookingRequest(decoding: wish.command) else {
            throw mistake("a stored cancellation does not decode", about: call)
        }
        let options = try options(call, for: .dispatch, key: wish.key)
        parts.cache.beginFill(booking)
        do throws(CallError) {
            let snapshot = try await peers.call(
                DispatchMethods.cancelBooking,
                of: .dispatch,
                request,
                options
            )
            // A repeat is told what the first try was, which may be long overtaken: nothing for the memory.
            let known = parts.cache.endFill(booking, isFirst ? snapshot : nil)
            let cached = known ?? CachedBooking(BookingView(snapshot))
            return HTTPResponse(
                .ok,
                fields: [ResponseField(.entityTag, cached.entityTag)],
                body: .bytes(cached.body)
            )
        } catch {
            parts.cache.endFill(booking, nil)
            guard error.isFinal else { throw failure(error, of: .dispatch, about: call) }
            try await write(for: call) { session throws(StorageError) in
                try BookingIndex.setCancelWish(
                    .none,
                    of: booking,
                    tenant: credential.tenant,
                    in: session
                )
            }
            throw failure(error, of: .dispatch, about: call)
        }
    }

    // MARK: - Watching

    /// `GET /v1/bookings/{id}/track`: a stream of events where the client takes one, else one document.
    func trackBooking(_ call: APICall) throws(Problem) -> HTTPOutcome {
        guard let booking = BookingID(call.captures["id"]) else { throw .hidden }
        let wantsEvents =
            call.request.value(of: HeaderName("Accept"))?.contains("text/event-stream") == true
        let last = call.request.value(of: .lastEventID).flatMap { UInt64($0) }
        return .later { () async throws(Problem) in
            let found = try await self.load(booking, call)
            guard wantsEvents else {
                return .json(BookingDocument.track(found.snapshot, now: self.now))
            }
            let isOver = found.snapshot.state.known?.isFinal == true
            if let last, isOver, last == found.snapshot.sequence {
                // The one answer after which a browser does not come back.
                return HTTPResponse(.noContent)
            }
            return try await self.stream(booking, after: last, call)
        }
    }

    private func stream(
        _ booking: BookingID,
        after last: UInt64?,
        _ call: APICall
    ) async throws(Problem) -> HTTPResponse {
        let hub = parts.hub
        let stream = TrackStream(booking: booking, loop: call.loop)
        guard hub.add(stream) else {
            throw Problem(
                .overloaded,
                "The booking is watched by as many as may watch it.",
                retryAfterSeconds: 5
            )
        }
        stream.events.whenEnded { _ in hub.remove(stream) }
        do throws(Problem) {
            // Again, now that nothing can be missed between this and the live events.
            let found = try await load(booking, call)
            // An id that the booking has not reached is none of ours: from it on, nothing would ever be sent.
            if let last, last <= found.snapshot.sequence {
                stream.begin(after: last)
                try await replay(stream, after: last, to: found.snapshot.sequence, call)
            } else {
                stream.begin(with: found.snapshot)
            }
        } catch {
            stream.events.finish()
            throw error
        }
        stream.endReplay()
        return HTTPResponse(.ok, body: .events(stream.events))
    }

    /// Sends what the client missed, as dispatch has it stored.
    private func replay(
        _ stream: TrackStream,
        after last: UInt64,
        to sequence: UInt64,
        _ call: APICall
    ) async throws(Problem) {
        guard last < sequence else { return }
        guard let client = peers.clients[.dispatch] else {
            throw Problem(CallError.noEndpoint("dispatch"))
        }
        var options = try options(call, for: .dispatch)
        options.timeout = .seconds(5)
        let request = WatchBookingRequest.with { request in
            request.booking = stream.booking
            request.afterSequence = last
        }
        let body = (try? request.encoded()) ?? []
        let final = options
        let outcome = await peers.loop.spawn { () async -> Result<[BookingUpdate], CallError> in
            do throws(CallError) {
                return .success(try await Self.history(client, body, to: sequence, final))
            } catch {
                return .failure(error)
            }
        }.value
        switch outcome {
        case .success(let updates):
            for update in updates { stream.replay(update) }
        case .failure(let error): throw failure(error, of: .dispatch, about: call)
        }
    }

    private static func history(
        _ client: any ServiceCalling,
        _ body: [UInt8],
        to sequence: UInt64,
        _ options: CallOptions
    ) async throws(CallError) -> [BookingUpdate] {
        let stream = try await client.open(
            DispatchMethods.watchBooking.descriptor,
            body,
            isEnd: true,
            options
        )
        defer { stream.cancel() }
        var updates: [BookingUpdate] = []
        while updates.count < TrackStream.waitingCountMax, let message = try await stream.next() {
            guard let update = try? BookingUpdate(decoding: message) else { break }
            if update.kind == .step { updates.append(update) }
            if update.kind == .caughtUp || update.sequence >= sequence { break }
        }
        return updates
    }

    // MARK: - Lists

    /// `GET /v1/bookings`: newest first, by pages.
    func listBookings(_ call: APICall) throws(Problem) -> HTTPOutcome {
        let credential = try call.caller()
        let limit = try Self.limit(call.request)
        let reference = try Self.reference(call.request)
        let cursor = try call.request.queryValue("cursor")
        let before = try cursor.map { (text) throws(Problem) in
            guard let booking = BookingCursor(parts.hashKey).booking(text, credential) else {
                throw Problem(.invalidCursor, "Use a cursor as it came in `next_cursor`.")
            }
            return booking
        }
        return .later { () async throws(Problem) in
            let found = try await self.read(for: call) { session throws(StorageError) in
                try BookingIndex.page(
                    of: credential.tenant,
                    partner: credential.partner,
                    reference: reference,
                    before: before,
                    limit: limit + 1,
                    in: session
                )
            }
            return try await self.page(
                Array(found.prefix(limit)),
                hasMore: found.count > limit,
                call
            )
        }
    }

    private static func limit(_ request: HTTPRequest) throws(Problem) -> Int {
        guard let text = try request.queryValue("limit") else { return 50 }
        guard let limit = Int(text), (1...200).contains(limit) else {
            throw Problem(.invalidRequest, "`limit` is a whole number from 1 to 200.")
        }
        return limit
    }

    /// What a partner calls a booking: 64 bytes, as in the request that made it.
    static let referenceByteCountMax = 64

    private static func reference(_ request: HTTPRequest) throws(Problem) -> String? {
        guard let text = try request.queryValue("partner_reference") else { return nil }
        guard text.utf8.count <= referenceByteCountMax else {
            throw Problem(
                .invalidRequest,
                "`partner_reference` has at most \(referenceByteCountMax) bytes in UTF-8."
            )
        }
        return text
    }

    private func page(
        _ bookings: [BookingID],
        hasMore: Bool,
        _ call: APICall
    ) async throws(Problem) -> HTTPResponse {
        let credential = try call.caller()
        var json = JSONWriter(capacity: 16_384)
        json.beginObject()
        json.key("data")
        json.beginArray()
        for booking in bookings {
            do throws(Problem) {
                json.raw(try await load(booking, call).body)
            } catch {
                // Claimed and not made yet: it has no document.
                guard error.status == .notFound else { throw error }
            }
        }
        json.endArray()
        json.key("next_cursor")
        var fields: [ResponseField] = []
        if hasMore, let last = bookings.last {
            let cursor = BookingCursor(parts.hashKey).text(last, credential)
            json.string(cursor)
            fields.append(
                ResponseField(HeaderName("Link"), "</v1/bookings?cursor=\(cursor)>; rel=\"next\"")
            )
        } else {
            json.null()
        }
        json.endObject()
        return HTTPResponse(.ok, fields: fields, body: .bytes(json.finish()))
    }
}
