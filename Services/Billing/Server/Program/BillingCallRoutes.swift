package import Calls
package import DeliverySQL
internal import Messages
internal import Model
internal import ServiceRuntime
package import Storage
package import Timekeeping
internal import WireFormat

/// The methods of billing, bound to its commands and queries.
package enum BillingCallRoutes {
    /// Adds them to `routes`.
    ///
    /// - Parameters:
    ///   - time: Real time, for the inbox.
    ///   - businessNow: Business time at this moment, for statements.
    ///   - passed: Hears of each command that is durable, before its answer leaves.
    package static func register(
        in routes: inout CallRoutes,
        executor: CommandExecutor,
        store: any TransactionalStore,
        time: any TimeSource,
        businessNow: @escaping @Sendable () -> WallTime,
        passed: @escaping @Sendable (BillingPlace) -> Void = { _ in }
    ) {
        func command<Request, Response>(
            _ method: Method<Request, Response>,
            _ place: BillingPlace
        ) {
            routes.command(
                method,
                of: .billing,
                executor: executor,
                store: store,
                now: { time.wallTime },
                wake: { passed(place) }
            )
        }
        command(BillingMethods.recordTripUsage, .usageStored)
        command(BillingMethods.applyPlan, .planStored)
        routes.unary(BillingMethods.getStatement) { (context, request) async throws(CallError) in
            try context.require(.readMoney)
            let now = businessNow()
            let tenant = context.tenant
            let statement = try await read(store) { session throws(StorageError) in
                try BillingQueries.statement(request, of: tenant, at: now, in: session)
            }
            guard let statement else {
                throw CallError(
                    .invalidArgument,
                    "the month lies outside the years that can be billed",
                    subCode: BillingSubCode.timeInvalid.rawValue
                )
            }
            return statement
        }
        routes.unary(BillingMethods.status) { (context, _) async throws(CallError) in
            try context.require(.readMoney)
            // The operator's own calls name no fleet and see all.
            let tenant = context.tenant == .none ? nil : context.tenant
            return try await read(store) { session throws(StorageError) in
                try BillingQueries.status(of: tenant, in: session)
            }
        }
    }

    private static func read<Output: Sendable>(
        _ store: any TransactionalStore,
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output
    ) async throws(CallError) -> Output {
        do throws(StorageError) {
            return try await store.read(body)
        } catch {
            throw CallError(error)
        }
    }
}
