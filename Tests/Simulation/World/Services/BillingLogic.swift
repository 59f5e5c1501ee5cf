internal import BillingServer
internal import Calls
internal import DeliverySQL
internal import ServiceRuntime

/// Billing: its real routes, commands and tables.
// Safe: everything of a run happens on one thread.
final class BillingLogic: ServiceLogic, @unchecked Sendable {
    private unowned let process: ServiceProcess
    private let life: Life
    private let business: BusinessTimeKeeper

    init(_ process: ServiceProcess, _ life: Life) {
        self.process = process
        self.life = life
        business = BusinessTimeKeeper(time: process.clock)
    }

    func start() async throws {
        try await business.take(process.world.businessClock, in: life.store)
        var routes = CallRoutes()
        BillingCallRoutes.register(
            in: &routes,
            executor: CommandExecutor(BillingCommands()),
            store: life.store,
            time: process.clock,
            businessNow: { [business] in business.now }
        )
        let server = life.server(of: routes)
        life.listen { _ in server }
    }
}
