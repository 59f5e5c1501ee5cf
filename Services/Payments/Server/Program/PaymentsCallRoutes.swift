package import Calls
package import DeliverySQL
internal import Messages
internal import Model
internal import PaymentsCore
internal import ServiceRuntime
package import Storage
package import Timekeeping
internal import WireFormat

/// The methods of payments, bound to its commands and queries.
package enum PaymentsCallRoutes {
    /// Adds them to `routes`.
    ///
    /// - Parameters:
    ///   - time: Real time; the recorder turns it into business time.
    ///   - wake: Called after each commit: something may be due at the provider, or wait in the outbox.
    package static func register(
        in routes: inout CallRoutes,
        executor: CommandExecutor,
        store: any TransactionalStore,
        time: any TimeSource,
        wake: @escaping @Sendable () -> Void
    ) {
        func command<Request, Response>(_ method: Method<Request, Response>) {
            routes.command(
                method,
                of: .payments,
                executor: executor,
                store: store,
                now: { time.wallTime },
                wake: wake
            )
        }
        command(PaymentsMethods.authorise)
        command(PaymentsMethods.capture)
        command(PaymentsMethods.void)
        command(PaymentsMethods.applyPaymentAccount)
        query(PaymentsMethods.getPayment, in: &routes, store) {
            (context, request, session) throws(StorageError) in
            let snapshot = try PaymentsQueries.payment(
                request,
                of: context.tenant,
                visibleTo: context.partner,
                in: session
            )
            guard let snapshot else {
                return .failure(
                    CallError(
                        .notFound,
                        "there is no such payment",
                        subCode: PaymentsSubCode.paymentUnknown.rawValue
                    )
                )
            }
            return .success(snapshot)
        }
        query(PaymentsMethods.ledgerSummary, in: &routes, store, scope: .readMoney) {
            (context, request, session) throws(StorageError) in
            .success(try PaymentsQueries.ledger(request, of: context.tenant, in: session))
        }
        query(PaymentsMethods.status, in: &routes, store, scope: .readMoney) {
            (context, _, session) throws(StorageError) in
            // The operator's own calls name no fleet and see all.
            let tenant = context.tenant == .none ? nil : context.tenant
            return .success(try PaymentsQueries.status(of: tenant, in: session))
        }
    }

    private static func query<Request: WireMessage & Sendable, Response: WireMessage & Sendable>(
        _ method: Method<Request, Response>,
        in routes: inout CallRoutes,
        _ store: any TransactionalStore,
        scope: TokenScopes? = nil,
        _ body:
            @escaping @Sendable (CallContext, Request, any SQLSession) throws(StorageError) ->
            Result<Response, CallError>
    ) {
        routes.unary(method) { (context, request) async throws(CallError) in
            if let scope { try context.require(scope) }
            let answer: Result<Response, CallError>
            do throws(StorageError) {
                answer = try await store.read { session throws(StorageError) in
                    try body(context, request, session)
                }
            } catch {
                throw CallError(error)
            }
            return try answer.get()
        }
    }
}

extension CallContext {
    /// The partner for whom the call is made; `nil` where it is made for nobody in particular.
    fileprivate var partner: PartnerID? {
        guard let caller, caller.subjectKind.known == .partner else { return nil }
        return PartnerID(bits: caller.subject.bits)
    }
}
