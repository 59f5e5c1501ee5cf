package import Calls
internal import Delivery
internal import Messages
internal import Model
internal import ServiceRuntime
internal import Storage
internal import WireFormat

/// Binds the methods of service 3 to the engine, the store and the streams.
package struct DispatchCallRoutes: Sendable {
    let shell: DispatchShell

    /// Routes to what `shell` runs.
    package init(_ shell: DispatchShell) {
        self.shell = shell
    }

    /// Adds all methods of dispatch.
    package func register(in routes: inout CallRoutes) {
        registerReads(in: &routes)
        registerStreams(in: &routes)
        registerPartners(in: &routes)
        registerDrivers(in: &routes)
        registerServices(in: &routes)
    }

    // MARK: - Reading

    private func registerReads(in routes: inout CallRoutes) {
        routes.synchronous(DispatchMethods.quote) { (context, request) throws(CallError) in
            let tenant = try CallerRights.tenant(of: context, needing: .book)
            do throws(QuoteProblem) {
                return try shell.engine.quote(request, of: tenant, at: shell.businessTime.now)
            } catch {
                throw CallError(error)
            }
        }
        routes.unary(DispatchMethods.getBooking) { (context, request) async throws(CallError) in
            let tenant = try CallerRights.tenant(of: context, needing: .readBookings)
            return try await snapshot(request.booking, of: tenant)
        }
        routes.unary(DispatchMethods.status) { (context, _) async throws(CallError) in
            let tenant = context.tenant == .none ? nil : context.tenant
            let figures = shell.engine.figures(of: tenant)
            return try await read { session throws(StorageError) in
                try DispatchQueries.status(figures, of: tenant, in: session)
            }
        }
    }

    private func snapshot(
        _ booking: BookingID,
        of tenant: TenantID
    ) async throws(CallError) -> BookingSnapshot {
        let found = try await read { session throws(StorageError) in
            try DispatchQueries.booking(booking, of: tenant, in: session)
        }
        guard var snapshot = found else { throw .bookingUnknown }
        if let position = shell.engine.position(of: booking, tenant) {
            snapshot.driverPosition = position.driverPosition
            snapshot.driverPositionAt = position.driverPositionAt
            snapshot.pickupMilliseconds = position.pickupMilliseconds
        }
        return snapshot
    }

    /// Reads the store; what it throws becomes the call's error.
    func read<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output
    ) async throws(CallError) -> Output {
        do throws(StorageError) {
            return try await shell.store.read(body)
        } catch {
            throw CallError(error)
        }
    }

    // MARK: - Changing

    private func registerPartners(in routes: inout CallRoutes) {
        command(DispatchMethods.createBooking, in: &routes) {
            (context, request) throws(CallError) in
            _ = try CallerRights.tenant(of: context, needing: .book)
            guard let caller = context.caller, caller.subjectKind == .partner else { return }
            guard caller.subject.bits == request.partner.bits else {
                throw CallError(
                    .permissionDenied,
                    "a partner books in his own name",
                    isNotProcessed: true
                )
            }
        }
        command(DispatchMethods.cancelBooking, in: &routes) { (context, _) throws(CallError) in
            _ = try CallerRights.tenant(of: context, needing: .book)
        }
    }

    private func registerDrivers(in routes: inout CallRoutes) {
        command(DispatchMethods.answerOffer, in: &routes) { (context, request) throws(CallError) in
            _ = try CallerRights.tenant(of: context, speakingFor: request.driver)
        }
        command(DispatchMethods.reportTripProgress, in: &routes) {
            (context, request) throws(CallError) in
            _ = try CallerRights.tenant(of: context, speakingFor: request.driver)
        }
        command(DispatchMethods.setShift, in: &routes) { (context, request) throws(CallError) in
            _ = try CallerRights.tenant(of: context, speakingFor: request.driver)
        }
    }

    private func registerServices(in routes: inout CallRoutes) {
        command(DispatchMethods.applyRoster, in: &routes) { (context, _) throws(CallError) in
            try CallerRights.fleet(of: context)
        }
        command(DispatchMethods.applyTariff, in: &routes) { (context, _) throws(CallError) in
            try CallerRights.fleet(of: context)
        }
        command(DispatchMethods.reportPayment, in: &routes) {
            (context, request) throws(CallError) in
            guard try CallerRights.fleet(of: context) == request.tenant else {
                throw CallError(
                    .invalidArgument,
                    "the report is of another fleet than the call",
                    isNotProcessed: true
                )
            }
        }
    }

    /// Serves a mutating method by the engine, once `authorise` has let it pass.
    private func command<Request: WireMessage, Response: WireMessage>(
        _ method: Method<Request, Response>,
        in routes: inout CallRoutes,
        _ authorise: @escaping @Sendable (CallContext, Request) throws(CallError) -> Void
    ) {
        routes.unaryBytes(method) { (context, body) async throws(CallError) in
            let request: Request
            do {
                request = try Request(decoding: body)
            } catch {
                throw CallError(
                    .invalidArgument,
                    "\(Request.name) is refused: \(error)",
                    isNotProcessed: true
                )
            }
            try authorise(context, request)
            let command = Command(
                destination: .dispatch,
                method: context.method.id,
                key: context.key,
                tenant: context.tenant,
                subject: context.subject,
                body: body
            )
            let reply = await shell.perform(command)
            return try reply.body(or: context.method.name)
        }
    }
}

extension CallError {
    /// Why there is no price.
    fileprivate init(_ problem: QuoteProblem) {
        let (code, subCode): (StatusCode, DispatchSubCode?) =
            switch problem {
            case .classUnknown: (.invalidArgument, nil)
            case .tariffUnknown: (.failedPrecondition, .tariffUnknown)
            case .pickupPast: (.invalidArgument, .pickupPast)
            case .tooFar: (.failedPrecondition, .tooFar)
            case .noRoute: (.failedPrecondition, .noRoute)
            }
        self.init(code, "there is no price", subCode: subCode?.rawValue ?? 0)
    }
}
