package import Calls
package import Messages
internal import Model
package import Storage
package import Timekeeping
internal import WireFormat

/// What the control service needs of the program that serves it.
package struct ControlService: Sendable {
    /// Which of the five.
    package let configuration: CommonConfiguration
    /// Its health.
    package let health: Health
    /// Its business clock.
    package let businessTime: BusinessTimeKeeper
    /// Its store, where the clock is kept.
    package let store: any TransactionalStore
    /// Its clocks.
    package let time: any TimeSource
    /// When it started, real time.
    package let startedAt: WallTime
    /// Decisions about what its outbox gave up; `nil` where nobody may take them.
    package let parked: ParkedDesk?
    /// Entries on their way to other services, connections, and peers; read when asked.
    package let figures: @Sendable () -> Figures

    /// The numbers of a status that change from moment to moment.
    package struct Figures: Sendable {
        /// Connections to its call port.
        package var connectionCount = 0
        /// Entries of the outbox.
        package var outboxCount = 0
        /// Entries of it that were given up, by destination.
        package var parked: [ParkedCount] = []
        /// Its peers.
        package var peers: [PeerStatus] = []

        /// All at zero, and no peers.
        package init() {}
    }

    /// A service that started now; `figures` is called for each status, from any thread.
    package init(
        configuration: CommonConfiguration,
        health: Health,
        businessTime: BusinessTimeKeeper,
        store: any TransactionalStore,
        time: any TimeSource,
        parked: ParkedDesk? = nil,
        figures: @escaping @Sendable () -> Figures
    ) {
        self.configuration = configuration
        self.health = health
        self.businessTime = businessTime
        self.store = store
        self.time = time
        self.parked = parked
        startedAt = time.wallTime
        self.figures = figures
    }

    /// Adds the control methods to the program's routes.
    package func register(in routes: inout CallRoutes) {
        routes.synchronous(ControlMethods.status) { (_, _) throws(CallError) in status() }
        // Over the bytes: what is measured is the way there and back, not the codec.
        routes.synchronousBytes(ControlMethods.echo) { (_, body, output) throws(CallError) in
            output.append(body)
        }
        routes.unaryBytes(ControlMethods.echoTask) { (_, body) async throws(CallError) in body }
        routes.unary(ControlMethods.setBusinessTime) { (_, request) async throws(CallError) in
            try await setBusinessTime(request)
        }
        parked?.register(in: &routes)
    }

    /// How the program is.
    package func status() -> ServiceStatusReply {
        let report = health.report
        let figures = figures()
        return .with { reply in
            reply.service = configuration.service.rawValue
            reply.isReady = report.isReady
            reply.isDraining = report.phase == .draining
            reply.isProduction = configuration.deployment == .production
            reply.startedAt = startedAt
            reply.realTime = time.wallTime
            reply.businessTime = businessTime.now
            reply.connectionCount = UInt32(clamping: figures.connectionCount)
            reply.outboxCount = UInt32(clamping: figures.outboxCount)
            reply.version = BuildInfo.version
            reply.instance = configuration.instance
            reply.peers = figures.peers
            reply.parked = figures.parked
        }
    }

    private func setBusinessTime(
        _ request: SetBusinessTimeRequest
    ) async throws(CallError) -> SetBusinessTimeReply {
        guard configuration.deployment != .production else {
            throw CallError(
                .failedPrecondition,
                "business time is real time in production",
                subCode: ControlSubCode.production.rawValue,
                isNotProcessed: true
            )
        }
        guard
            let clock = BusinessClock(
                realOrigin: request.realOrigin,
                businessOrigin: request.businessOrigin,
                factor: Int64(request.factor)
            )
        else {
            throw CallError(
                .invalidArgument,
                "the factor is 1 ... \(BusinessClock.factorMax)",
                isNotProcessed: true
            )
        }
        let wanted = BusinessTimeKeeper.Setting(clock: clock, revision: request.revision)
        do throws(StorageError) {
            guard try await businessTime.set(wanted, in: store) else {
                throw StorageError(.conflict, "a newer setting is in force")
            }
        } catch {
            guard error.code == .conflict else { throw CallError(error) }
            throw CallError(
                .failedPrecondition,
                error.message,
                subCode: ControlSubCode.revisionStale.rawValue
            )
        }
        return .with { reply in
            reply.realTime = time.wallTime
            reply.businessTime = businessTime.now
            reply.revision = businessTime.current.revision
        }
    }
}
