internal import Calls
internal import DeliverySQL
package import ServiceRuntime
package import Storage
package import Telemetry
internal import Timekeeping

/// Log keys of billing.
package enum BillingLog {
    /// How many statements.
    package static let statementCount = LogKey<Int>("billing.statements")
}

/// Places at which a test may end the process (`NEXORS_FAILPOINT`).
package enum BillingPlace: String, CaseIterable, Sendable {
    /// A trip is counted, and dispatch was not answered.
    case usageStored = "billing.after_usage_stored"
    /// A fleet's terms are stored, and the gateway was not answered.
    case planStored = "billing.after_plan_stored"
}

/// Billing as a program: commands and queries over its store, and the closing of months. It calls nobody.
package final class BillingServer: Sendable {
    /// All schemas that live in its store.
    package static let migrations = ServiceFrame.migrations + [BillingSchema.migrations]

    /// Where it listens, once it has started.
    package let port: CallPort
    /// Its parts in the order of starting, the store before them.
    package let parts: [any ServiceComponent]

    /// Wires it; nothing starts.
    ///
    /// - Throws: Unusable certificates or keys.
    package init(_ program: ServiceProgram, store: any TransactionalStore) throws {
        let failpoint = try Failpoint(program, places: BillingPlace.allCases.map(\.rawValue))
        let frame = try ServiceFrame(program, store: store)
        let business = frame.businessTime
        let logger = program.logger
        var routes = CallRoutes()
        BillingCallRoutes.register(
            in: &routes,
            executor: CommandExecutor(BillingCommands()),
            store: store,
            time: program.time,
            businessNow: { business.now },
            passed: { failpoint.pass($0.rawValue) }
        )
        port = frame.port(routes, control: frame.control())
        let closing = TaskPart.every(MonthClosing.interval, "month closing") {
            do throws(StorageError) {
                let count = try await MonthClosing.closeDue(on: store, at: business.now)
                if count > 0 {
                    logger.info("statements were closed", [BillingLog.statementCount(count)])
                }
            } catch {
                logger.warning("months could not be closed", [RuntimeLog.reason(error.message)])
            }
        }
        parts = frame.parts + [closing, port]
    }
}
