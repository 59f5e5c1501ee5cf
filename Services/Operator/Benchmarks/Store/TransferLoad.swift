internal import Model
internal import Money
internal import PaymentsCore
internal import PaymentsServer
internal import Reactor
internal import Storage
internal import Synchronization
internal import Timekeeping

/// Clients that move money through the payments' own ledger: each books one hold, waits until it is durable, and
/// books the next. One posting, two entries, two balances each; what shares a commit is the store's affair.
struct TransferLoad: Sendable {
    static let clientCount = 64
    /// On which the clients run, as the handlers of a service do.
    let loop: EventLoop
    /// How many fleets the money is of. Tables are ordered by fleet, so each fleet in a commit costs it three pages.
    let tenantCount: UInt64
    /// How the names of the stores' writing threads end.
    private static let writerSuffix = "-write"
    /// After so much load the file is warm and the clients are out of step.
    private static let warmUp = Duration.milliseconds(300)

    /// What a measurement came to.
    struct Outcome {
        /// Transfers per second.
        let rate: Double
        /// User and system time of clients, store and kernel for each transfer, seconds.
        let cpuSeconds: Double
        /// The part of it on the store's writing thread, which clients wait for; the rest may run beside it.
        let writerSeconds: Double
    }

    /// Loads `store` for `duration`.
    ///
    /// - Throws: Where one failed, or the books do not hold exactly what was acknowledged.
    func measure(
        _ store: some TransactionalStore,
        for duration: Duration
    ) async throws -> Outcome {
        let clock = ContinuousClock()
        let cpuSeconds = CPUTime.own
        let writerSeconds = ThreadTime.seconds(ofThreadsNamed: Self.writerSuffix)
        let begin = clock.now.advanced(by: Self.warmUp)
        let end = begin.advanced(by: duration)
        let (tenantCount, time) = (tenantCount, loop.timeSource)
        let clients = (0..<Self.clientCount).map { client in
            loop.spawn { () async -> Result<(all: Int, timed: Int), any Error> in
                var source = TransferSource(
                    client: UInt64(client),
                    tenantCount: tenantCount,
                    time: time
                )
                var (all, timed) = (0, 0)
                do {
                    while true {
                        let transfer = try source.next()
                        try await store.write { session throws(StorageError) in
                            LedgerTable.postAtGroupEnd([transfer], in: session)
                        }
                        all += 1
                        let now = clock.now
                        if now >= end { return .success((all, timed)) }
                        if now >= begin { timed += 1 }
                    }
                } catch {
                    return .failure(error)
                }
            }
        }
        var (all, timed) = (0, 0)
        for client in clients {
            let counts = try await client.value.get()
            all += counts.all
            timed += counts.timed
        }
        let used = CPUTime.own - cpuSeconds
        let usedByWriter =
            ThreadTime.seconds(ofThreadsNamed: Self.writerSuffix) - writerSeconds
        try await check(store, acknowledgedCount: all)
        return Outcome(
            rate: Double(timed) / (duration / .seconds(1)),
            cpuSeconds: used / Double(max(1, all)),
            writerSeconds: usedByWriter / Double(max(1, all))
        )
    }

    /// Nothing that was acknowledged is missing, nothing is there twice, and the books of some tenants balance.
    private func check(
        _ store: some TransactionalStore,
        acknowledgedCount: Int
    ) async throws {
        let tenants = Set([1, (tenantCount + 1) / 2, tenantCount]).sorted()
        let (storedCount, isSound) = try await store.read { session throws(StorageError) in
            let row = try session.first("SELECT count(*) FROM ledger_postings")
            let count: UInt64 = try row?.number(0) ?? 0
            var isSound = try LedgerTable.strayEntryCount(in: session) == 0
            for tenant in tenants {
                let audit = try LedgerTable.audit(of: TenantID(tenant), in: session)
                isSound = isSound && audit.isSound
            }
            return (Int(clamping: count), isSound)
        }
        guard storedCount == acknowledgedCount, isSound else {
            throw BenchmarkError(
                "\(acknowledgedCount) transfers were acknowledged and \(storedCount) are stored; "
                    + "the books \(isSound ? "balance" : "do not balance")"
            )
        }
    }
}

/// One client's transfers: holds of random amounts for random tenants, each of a payment that begins now, as the ids
/// of real ones do.
private struct TransferSource {
    private var random: SplitMix
    private let tenantCount: UInt64
    private let time: any TimeSource

    init(client: UInt64, tenantCount: UInt64, time: any TimeSource) {
        self.tenantCount = tenantCount
        self.time = time
        random = SplitMix(state: client)
    }

    mutating func next() throws -> TenantPosting {
        let draw = random.next()
        let now = time.wallTime
        let posting = try LedgerPosting.hold(
            Amount(minorUnits: Int64(draw >> 32 % 10_000) + 1, currency: .euro),
            effect: LedgerEffect(.hold, of: PaymentID(at: now, using: &random), by: 1),
            at: .payPal,
            postedAt: now
        )
        return TenantPosting(posting, of: TenantID(draw % tenantCount + 1))
    }
}

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): the same transfers in every run.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
