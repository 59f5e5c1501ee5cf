internal import Model
internal import Money
internal import PaymentsCore
internal import PaymentsServer
internal import Reactor
internal import Storage
internal import Synchronization
internal import Timekeeping

/// Clients that move money through the payments' own ledger: each books one hold, waits until it is durable, and books
/// the next. One posting, two entries, two balances each.
struct TransferLoad: Sendable {
    /// How the clients' postings reach the store.
    enum Way: Sendable {
        /// Each as a write of its own; the store decides what shares a commit.
        case single
        /// What waits at the same time as one set of postings.
        case sets
    }

    static let clientCount = 64
    /// On which the clients run, as the handlers of a service do.
    let loop: EventLoop
    /// How many fleets the money is of. Tables are ordered by fleet, so each fleet in a commit costs it three pages.
    let tenantCount: UInt64
    /// After so much load the file is warm and the clients are out of step.
    private static let warmUp = Duration.milliseconds(300)

    /// What a measurement came to.
    struct Outcome {
        /// Transfers per second.
        let rate: Double
        /// User and system time of clients, store and kernel for each transfer, seconds.
        let cpuSeconds: Double
    }

    /// Loads `store` for `duration`.
    ///
    /// - Throws: Where one failed, or the books do not hold exactly what was acknowledged.
    func measure(
        _ store: some TransactionalStore,
        _ way: Way,
        for duration: Duration
    ) async throws -> Outcome {
        let combiner = WriteCombiner<TenantPosting, Ledger.Outcome>(store) {
            (postings, session) throws(StorageError) in
            try LedgerTable.post(postings, in: session)
        }
        let clock = ContinuousClock()
        let cpuSeconds = CPUTime.own
        let begin = clock.now.advanced(by: Self.warmUp)
        let end = begin.advanced(by: duration)
        let tenantCount = tenantCount
        let clients = (0..<Self.clientCount).map { client in
            loop.spawn { () async -> Result<(all: Int, timed: Int), any Error> in
                var source = TransferSource(client: UInt64(client), tenantCount: tenantCount)
                var (all, timed) = (0, 0)
                do {
                    while true {
                        let transfer = try source.next()
                        switch way {
                        case .single:
                            try await store.write { session throws(StorageError) in
                                _ = try LedgerTable.post([transfer], in: session)
                            }
                        case .sets: _ = try await combiner.write(transfer)
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
        try await check(store, acknowledgedCount: all)
        return Outcome(
            rate: Double(timed) / (duration / .seconds(1)),
            cpuSeconds: used / Double(max(1, all))
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
            var isSound = true
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

/// One client's transfers: holds of random amounts for random tenants.
private struct TransferSource {
    private var random: SplitMix
    private let tenantCount: UInt64
    private var count: UInt64 = 0

    init(client: UInt64, tenantCount: UInt64) {
        self.tenantCount = tenantCount
        random = SplitMix(state: client)
    }

    mutating func next() throws -> TenantPosting {
        count += 1
        let draw = random.next()
        let time = WallTime(microseconds: 1_800_000_000_000_000 + Int64(count))
        let posting = try LedgerPosting.hold(
            Amount(minorUnits: Int64(draw >> 32 % 10_000) + 1, currency: .euro),
            effect: LedgerEffect(.hold, of: PaymentID(at: time, using: &random), by: 1),
            at: .payPal,
            postedAt: time
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
