package import DeliverySQL
package import DispatchCore
package import Geo
internal import Messages
package import Model
package import Timekeeping

/// All markets of this instance with their persistence: the single writer of what dispatch knows.
///
/// Synchronous: an input and the time in, outputs back. Persistence is explicit: `run` hands out a transaction,
/// `completed` takes its end, and nothing of it is visible in between, so the service runs hundreds of them into
/// one commit, and the simulator and the crash tests stop between any two. A crash anywhere is survived by a new
/// engine that `restore`s what is stored; README.md tells what each moment leaves.
///
/// A command that changes something is recorded with its reply in the transaction of its effect. Said again under its
/// key it gets that reply: from the store once it is done, and together with the first while that is under way.
package struct DispatchEngine: ~Copyable {
    /// Commands between arrival and reply; above it they are refused and change nothing.
    package static let commandsMax = 10_000
    /// Tenants with a market in this instance.
    package static let tenantsMax = 4096

    /// The rules of every market.
    package let policy: MarketPolicy
    let outbox: OutboxTable
    var tenants: [TenantID: TenantState] = [:]
    /// Rising, so that nothing depends on the order of a dictionary.
    var tenantOrder: [TenantID] = []
    var commands: [CommandName: PendingCommand] = [:]
    var commandOfTicket: [Ticket: CommandName] = [:]
    var tickets: [CommandName: Ticket] = [:]
    var jobs: [JobID: PendingJob] = [:]
    /// Where fixes go, by driver reference.
    var fixTargets: [FixTarget?] = []
    var nextJob: UInt64 = 1
    var nextTicket: UInt64 = 1
    /// What happened since the start.
    package internal(set) var counters = EngineCounters()

    struct FixTarget {
        let state: TenantState
        let slot: Int32
    }

    /// An engine without tenants.
    ///
    /// - Parameter outbox: The one of the store that jobs run on.
    package init(policy: MarketPolicy = MarketPolicy(), outbox: OutboxTable = OutboxTable()) {
        self.policy = policy
        self.outbox = outbox
    }

    /// Transactions that were handed out and not reported.
    package var jobCount: Int { jobs.count }

    /// Bookings that can still change, over all tenants.
    package var openBookingCount: Int {
        tenantOrder.reduce(0) { $0 + (tenants[$1]?.market.openBookingCount ?? 0) }
    }

    /// Commands that wait for their reply.
    package var commandCount: Int { commands.count }

    /// When `tick` has something to do; `nil` where nothing is due at any time.
    package var nextTickAt: WallTime? {
        var earliest: WallTime?
        for tenant in tenantOrder {
            guard let due = tenants[tenant]?.market.nextTickAt else { continue }
            earliest = min(earliest ?? due, due)
        }
        return earliest
    }

    /// Does what is due: offers that run out, patience that ends, rounds of matching.
    package mutating func tick(at moment: EngineMoment) -> [EngineOutput] {
        var outputs: [EngineOutput] = []
        for tenant in tenantOrder {
            guard let state = tenants[tenant] else { continue }
            let wanted = state.market.tick(at: moment.business)
            outputs += process(wanted, of: state, nil, at: moment)
        }
        return outputs
    }

    /// Takes over a fix of the driver with `reference`; the hot path. Unknown references are counted and dropped.
    ///
    /// - Parameter measuredAt: Business time; one ahead of `now` counts as now, or it would keep later fixes out.
    package mutating func move(
        _ reference: DriverReference,
        to position: GeoPoint,
        measuredAt: WallTime,
        now: WallTime
    ) {
        guard reference.rawValue < UInt64(fixTargets.count),
            let target = fixTargets[Int(reference.rawValue)]
        else {
            counters.unknownReferenceCount += 1
            return
        }
        counters.fixCount += 1
        target.state.fixCount += 1
        target.state.market.move(target.slot, to: position, at: min(measuredAt, now))
    }

    /// A driver's connection has been gone for longer than the fleet allows.
    package mutating func driverLost(
        _ driver: DriverID,
        of tenant: TenantID,
        at moment: EngineMoment
    ) -> [EngineOutput] {
        guard let state = tenants[tenant] else { return [] }
        let wanted = state.market.driverLost(driver, at: moment.business)
        return process(wanted, of: state, nil, at: moment)
    }

    /// A driver whose trip is at risk is heard of again.
    package mutating func driverHeard(
        _ driver: DriverID,
        of tenant: TenantID,
        at moment: EngineMoment
    ) -> [EngineOutput] {
        guard let state = tenants[tenant] else { return [] }
        let wanted = state.market.driverHeard(driver, at: moment.business)
        return process(wanted, of: state, nil, at: moment)
    }

    /// The highest driver reference that leads to a driver.
    package var referenceMax: UInt64 { UInt64(max(0, fixTargets.count - 1)) }

    /// Drivers whose being heard of changed something: lost ones that are asked, on the way to a passenger or with him
    /// on board and not known to be lost; and those heard again whose trip is at risk. By reference.
    ///
    /// A closed shift ends no trip, so that it is looked after off duty too once the passenger is on board.
    ///
    /// - Complexity: O(references in use).
    package func sightings(
        isLost: (DriverReference) -> Bool,
        isHeard: (DriverReference) -> Bool
    ) -> [Sighting] {
        var found: [Sighting] = []
        for (index, target) in fixTargets.enumerated() {
            guard let target else { continue }
            let reference = DriverReference(UInt64(index))
            let market = target.state
            let entry = market.market.board[target.slot]
            let driver = entry.record.driver
            switch entry.activity {
            case .offered, .assigned, .enRoute:
                guard entry.isOnDuty, isLost(reference) else { continue }
                found.append(Sighting(tenant: market.tenant, driver: driver, isLost: true))
            case .onTrip:
                let isAtRisk = market.market.isAtRisk(driver)
                guard isAtRisk ? isHeard(reference) : isLost(reference) else { continue }
                found.append(Sighting(tenant: market.tenant, driver: driver, isLost: !isAtRisk))
            case .offline, .available, .arrived: continue
            }
        }
        return found
    }

    /// A driver who was lost, or heard again.
    package struct Sighting: Hashable, Sendable {
        /// His fleet.
        package let tenant: TenantID
        /// Who.
        package let driver: DriverID
        /// Whether he was lost.
        package let isLost: Bool
    }

    /// The tenant's state, made where it is the first that is heard of him; `nil` where there are too many.
    mutating func makeState(of tenant: TenantID) -> TenantState? {
        if let state = tenants[tenant] { return state }
        guard tenants.count < Self.tenantsMax else { return nil }
        let state = TenantState(tenant, policy: policy)
        tenants[tenant] = state
        tenantOrder.append(tenant)
        tenantOrder.sort()
        return state
    }
}

/// What an engine counts; read by metrics.
package struct EngineCounters: Hashable, Sendable {
    /// Commands that came, repeats among them.
    package var commandCount: UInt64 = 0
    /// Commands that joined one under way.
    package var joinedCount: UInt64 = 0
    /// Replies that came from the inbox.
    package var replayCount: UInt64 = 0
    /// Transactions handed out, first tries.
    package var jobCount: UInt64 = 0
    /// Transactions that failed.
    package var failedJobCount: UInt64 = 0
    /// Decisions that another writer had overtaken.
    package var overtakenCount: UInt64 = 0
    /// Fixes taken over.
    package var fixCount: UInt64 = 0
    /// Fixes of drivers whom this instance does not know.
    package var unknownReferenceCount: UInt64 = 0
    /// Shifts that are stored but found no place on a full board.
    package var fullBoardCount: UInt64 = 0

    /// All at zero.
    package init() {}
}
