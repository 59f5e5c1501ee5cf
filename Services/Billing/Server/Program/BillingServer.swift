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

/// Billing as a program: commands and queries over its store, and the closing of months. It calls nobody.
package final class BillingServer: Sendable {
    /// All schemas that live in its store.
    package static let migrations = [
        DeliverySchema.migrations, BusinessTimeTable.migrations, BillingSchema.migrations,
    ]

    /// Where it listens, once it has started.
    package let port: CallPort
    /// Its parts in the order of starting, the store before them.
    package let parts: [any ServiceComponent]

    /// Wires it; nothing starts.
    ///
    /// - Throws: Unusable certificates or keys.
    package init(_ program: ServiceProgram, store: any TransactionalStore) throws {
        let time = program.time
        let logger = program.logger
        let credentials = try LinkCredentials(program.configuration)
        let business = BusinessTimeKeeper(time: time)
        var routes = CallRoutes()
        BillingCallRoutes.register(
            in: &routes,
            executor: CommandExecutor(BillingCommands()),
            store: store,
            time: time,
            businessNow: { business.now }
        )
        ControlService(
            configuration: program.configuration,
            health: program.health,
            businessTime: business,
            store: store,
            time: time,
            figures: { ControlService.Figures() }
        ).register(in: &routes)
        port = CallPort(
            program,
            security: credentials.security,
            routes: routes,
            callers: credentials.callers
        )
        parts = [
            BusinessTimePart(business, store: store),
            LinkRefresh.part(credentials.security, credentials.keys, logger: logger),
            InboxRetention.part(store, time: time) { error in
                logger.warning(
                    "old commands could not be forgotten",
                    [RuntimeLog.reason(error.message)]
                )
            },
            TaskPart.every(MonthClosing.interval, "month closing") {
                do throws(StorageError) {
                    let count = try await MonthClosing.closeDue(on: store, at: business.now)
                    if count > 0 {
                        logger.info("statements were closed", [BillingLog.statementCount(count)])
                    }
                } catch {
                    logger.warning("months could not be closed", [RuntimeLog.reason(error.message)])
                }
            },
            port,
        ]
    }
}
