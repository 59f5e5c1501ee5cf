internal import Calls
internal import Messages
internal import Reactor
internal import WireFormat

extension DispatchCallRoutes {
    /// Entries that one read of the store takes.
    static var pageCount: Int { 256 }

    func registerStreams(in routes: inout CallRoutes) {
        routes.serverStream(DispatchMethods.watchBooking) {
            (stream, request) async throws(CallError) in
            try await watchBooking(stream, request)
        }
        routes.serverStream(DispatchMethods.watchTenantBookings) {
            (stream, request) async throws(CallError) in
            try await watchTenant(stream, request)
        }
        routes.serverStream(DispatchMethods.watchOffers) {
            (stream, request) async throws(CallError) in
            try await watchOffers(stream, request)
        }
        routes.serverStream(DispatchMethods.watchShifts) {
            (stream, request) async throws(CallError) in
            try await watchShifts(stream, request)
        }
    }

    /// Waits until there is something, or the stream or the program ends.
    ///
    /// - Throws: `.cancelled` where nobody listens any more, `.unavailable` where the program stops.
    func pause(on signal: LoopSignal) async throws(CallError) {
        if !shell.isStopping {
            await withTaskCancellationHandler {
                await signal.wait()
            } onCancel: {
                // Any thread may cancel, so the way back is the loop's queue.
                shell.loop.execute { signal.raise() }
            }
        }
        guard !Task.isCancelled else {
            throw CallError(.cancelled, "the caller cancelled the call")
        }
        guard !shell.isStopping else {
            throw CallError(.unavailable, "the service stops", retryAfter: .milliseconds(200))
        }
    }

    /// Sends a message, waiting for the caller's credit where it must.
    func send(_ message: some WireMessage, on stream: ServerStream) async throws(CallError) {
        try await stream.send(try Self.encoded(message))
    }

    static func encoded(_ message: some WireMessage) throws(CallError) -> [UInt8] {
        do {
            return try message.encoded()
        } catch {
            throw CallError(.internal, "a message of a stream does not encode: \(error)")
        }
    }
}

extension CallError {
    /// More came than may wait for one who reads slowly; he comes again and resumes.
    static var tooSlow: CallError {
        CallError(
            .resourceExhausted,
            "more happened than may wait for a slow reader: resume from the last entry",
            retryAfter: .milliseconds(100)
        )
    }

    /// A place after the end of the feed: of another store, or of one that was restored.
    static var positionGone: CallError {
        CallError(
            .outOfRange,
            "the place lies after the feed's end: read the state, then follow",
            subCode: DispatchSubCode.positionGone.rawValue
        )
    }
}
