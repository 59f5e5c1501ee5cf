import Model
import Money
import PaymentsCore
import PaymentsServer
import Storage
import StorageSQLite
import TestSupport
import Testing

@Suite("The stored ledger", .timeLimit(.minutes(1)))
struct LedgerTableTests {
    private static func hold(
        _ cents: Int64,
        payment: UInt64,
        tenant: UInt64 = 7
    ) throws -> TenantPosting {
        let posting = try LedgerPosting.hold(
            Fixture.dollars(cents),
            effect: LedgerEffect(.hold, of: PaymentID(bits: UInt128(payment)), by: 1),
            at: .payPal,
            postedAt: Fixture.noon
        )
        return TenantPosting(posting, of: TenantID(tenant))
    }

    private static func post(
        _ postings: [TenantPosting],
        on rig: PaymentsRig
    ) async throws -> [Ledger.Outcome] {
        try await rig.store.write { session throws(StorageError) in
            try LedgerTable.post(postings, in: session)
        }
    }

    private static func audit(
        of tenant: UInt64,
        on rig: PaymentsRig
    ) async throws -> (LedgerTable.Audit, TrialBalance) {
        try await rig.store.read { session throws(StorageError) in
            (
                try LedgerTable.audit(of: TenantID(tenant), in: session),
                try LedgerTable.trialBalance(of: TenantID(tenant), in: session)
            )
        }
    }

    @Test("postings of several tenants booked as a set are those booked one by one")
    func sets() async throws {
        var generator = SeededGenerator(seed: 20_261_120)
        var postings: [TenantPosting] = []
        for payment in 1...200 {
            let cents = Int64.random(in: 1...10_000, using: &generator)
            let tenant = UInt64.random(in: 1...3, using: &generator)
            postings.append(try Self.hold(cents, payment: UInt64(payment), tenant: tenant))
        }
        let together = try await PaymentsRig()
        let alone = try await PaymentsRig()
        #expect(
            try await Self.post(postings, on: together)
                == Array(repeating: .posted, count: postings.count)
        )
        for posting in postings { _ = try await Self.post([posting], on: alone) }
        for tenant: UInt64 in 1...3 {
            let (audit, balance) = try await Self.audit(of: tenant, on: together)
            let (expected, expectedBalance) = try await Self.audit(of: tenant, on: alone)
            #expect(audit == expected)
            #expect(audit.isSound)
            #expect(balance == expectedBalance)
        }
    }

    @Test("a posting that was booked before, or stands twice in the set, is booked once")
    func repeated() async throws {
        let rig = try await PaymentsRig()
        let (first, second) = (try Self.hold(100, payment: 1), try Self.hold(50, payment: 2))
        #expect(try await Self.post([first], on: rig) == [.posted])
        #expect(
            try await Self.post([second, first, second], on: rig)
                == [.posted, .repeated, .repeated]
        )
        #expect(try await Self.post([first, second], on: rig) == [.repeated, .repeated])
        let (audit, balance) = try await Self.audit(of: 7, on: rig)
        #expect(audit.postingCount == 2)
        #expect(audit.entryCount == 4)
        #expect(audit.isSound)
        #expect(balance.balance(of: .atProvider(.passengerHold, .payPal, .usDollar)) == 150)
    }

    @Test("the same payment of another tenant is another posting")
    func tenants() async throws {
        let rig = try await PaymentsRig()
        let postings = [
            try Self.hold(100, payment: 1, tenant: 7), try Self.hold(30, payment: 1, tenant: 8),
        ]
        #expect(try await Self.post(postings, on: rig) == [.posted, .posted])
    }

    @Test(
        "a set with a posting that contradicts another is refused as a whole",
        arguments: [true, false]
    )
    func contradiction(isStored: Bool) async throws {
        let rig = try await PaymentsRig()
        let (known, other) = (try Self.hold(100, payment: 1), try Self.hold(101, payment: 1))
        if isStored { _ = try await Self.post([known], on: rig) }
        let set = [try Self.hold(5, payment: 2)] + (isStored ? [other] : [known, other])
        let error = await #expect(throws: StorageError.self) {
            try await Self.post(set, on: rig)
        }
        #expect(error?.code == .invalid)
        let (audit, _) = try await Self.audit(of: 7, on: rig)
        #expect(audit.postingCount == (isStored ? 1 : 0))
    }

    @Test(
        "sums that do not fit 64 bits are refused, in the set and with what is stored",
        arguments: [true, false]
    )
    func overflow(isStored: Bool) async throws {
        let rig = try await PaymentsRig()
        let (large, one) = (try Self.hold(.max, payment: 1), try Self.hold(1, payment: 2))
        if isStored { _ = try await Self.post([large], on: rig) }
        let error = await #expect(throws: StorageError.self) {
            try await Self.post(isStored ? [one] : [large, one], on: rig)
        }
        #expect(error?.code == .invalid)
        let (audit, _) = try await Self.audit(of: 7, on: rig)
        #expect(audit.postingCount == (isStored ? 1 : 0))
        #expect(audit.isSound)
    }

    /// What a body left to the end of its commit came to.
    private static func leave(
        _ posting: TenantPosting,
        on store: SQLiteStore
    ) async throws -> StorageError.Code? {
        do throws(StorageError) {
            try await store.write { session throws(StorageError) in
                LedgerTable.postAtGroupEnd([posting], in: session)
            }
            return nil
        } catch {
            return error.code
        }
    }

    @Test(
        "what many bodies leave to the end of a commit is booked as one by one, contradictions refused alone"
    )
    func groups() async throws {
        var generator = SeededGenerator(seed: 20_261_121)
        let rig = try await PaymentsRig()
        var expected: [UInt64: Ledger] = [:]
        var postings: [TenantPosting] = []
        for payment in 1...300 as ClosedRange<UInt64> {
            let cents = Int64.random(in: 1...10_000, using: &generator)
            let tenant = UInt64.random(in: 1...3, using: &generator)
            let posting = try Self.hold(cents, payment: payment, tenant: tenant)
            postings.append(posting)
            _ = try expected[tenant, default: Ledger()].post(posting.posting)
        }
        for posting in postings.prefix(20) { _ = try await Self.post([posting], on: rig) }
        // The first twenty are repeats, and as many others say something else under a known id.
        let wrong = try (1...20).map { payment in
            try Self.hold(
                10_001,
                payment: payment,
                tenant: postings[Int(payment) - 1].tenant.rawValue
            )
        }
        let store = rig.store
        let codes = try await withThrowingTaskGroup(of: (Bool, StorageError.Code?).self) { group in
            for posting in (postings + wrong).shuffled(using: &generator) {
                group.addTask {
                    (wrong.contains(posting), try await Self.leave(posting, on: store))
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes.allSatisfy { isWrong, code in code == (isWrong ? .invalid : nil) })
        for tenant: UInt64 in 1...3 {
            let (audit, balance) = try await Self.audit(of: tenant, on: rig)
            #expect(audit.isSound)
            #expect(audit.postingCount == UInt64(expected[tenant]?.postingCount ?? 0))
            #expect(balance == expected[tenant]?.trialBalance)
        }
    }

    @Test("who reads the ledger in a writing body sees what is left to the end of the commit")
    func readsOwn() async throws {
        let rig = try await PaymentsRig()
        let posting = try Self.hold(100, payment: 1)
        let (audit, entries) = try await rig.store.write { session throws(StorageError) in
            LedgerTable.postAtGroupEnd([posting], in: session)
            return (
                try LedgerTable.audit(of: TenantID(7), in: session),
                try LedgerTable.entries(of: posting.posting.id, TenantID(7), in: session)
            )
        }
        #expect(audit.postingCount == 1)
        #expect(entries == posting.posting.entries)
    }

    @Test(
        "damage is found",
        arguments: [
            "DELETE FROM ledger_entries WHERE tenant = 7 AND position = 1",
            "UPDATE ledger_entries SET amount = amount + 1 WHERE tenant = 7 AND position = 0",
            "UPDATE ledger_entries SET account = 1 WHERE tenant = 7 AND position = 0",
            "DELETE FROM ledger_postings WHERE tenant = 7",
            "UPDATE ledger_postings SET entry_count = 3 WHERE tenant = 7",
            "UPDATE ledger_balances SET debits = debits + 1 WHERE tenant = 7 AND debits > 0",
            "DELETE FROM ledger_balances WHERE tenant = 7 AND credits > 0",
        ] as [SQLText]
    )
    func damage(_ statement: SQLText) async throws {
        let rig = try await PaymentsRig()
        let postings = try [Self.hold(100, payment: 1), Self.hold(30, payment: 1, tenant: 8)]
        _ = try await Self.post(postings, on: rig)
        #expect(try await Self.audit(of: 7, on: rig).0.isSound)
        try await rig.store.write { session throws(StorageError) in
            try session.execute(statement.statement)
        }
        #expect(try await !Self.audit(of: 7, on: rig).0.isSound)
        #expect(try await Self.audit(of: 8, on: rig).0.isSound)
    }

    @Test("entries without their posting are counted")
    func strays() async throws {
        let rig = try await PaymentsRig()
        _ = try await Self.post([try Self.hold(100, payment: 1)], on: rig)
        let counts = try await rig.store.write { session throws(StorageError) in
            let before = try LedgerTable.strayEntryCount(in: session)
            try session.execute("DELETE FROM ledger_postings")
            return [before, try LedgerTable.strayEntryCount(in: session)]
        }
        #expect(counts == [0, 2])
    }

    @Test(
        "a ledger from before its entries were ordered by posting is the same after the migration"
    )
    func migration() async throws {
        let folder = try TemporaryDirectory()
        let store = try SQLiteStore(SQLiteOptions(path: folder.path(of: "old.db")))
        let old = MigrationSet(
            component: "payments",
            Array(PaymentsSchema.migrations.migrations.prefix(2))
        )
        _ = try await Migrator.run([old], on: store, at: Fixture.noon)
        let postings = try (1...50).map { payment in
            try Self.hold(Int64(payment), payment: payment, tenant: payment % 3)
        }
        // The statements name their columns, so they serve the old order too.
        _ = try await store.write { session throws(StorageError) in
            try LedgerTable.post(postings, in: session)
        }
        #expect(
            try await Migrator.run([PaymentsSchema.migrations], on: store, at: Fixture.noon) == 1
        )
        let audits = try await store.read { session throws(StorageError) in
            try (0..<3 as Range<UInt64>).map { tenant throws(StorageError) in
                try LedgerTable.audit(of: TenantID(tenant), in: session)
            }
        }
        #expect(audits.allSatisfy { $0.isSound && $0.entryCount == 2 * $0.postingCount })
        #expect(audits.reduce(0) { $0 + $1.postingCount } == 50)
        await store.close()
    }

    @Test("an empty set books nothing")
    func empty() async throws {
        let rig = try await PaymentsRig()
        #expect(try await Self.post([], on: rig).isEmpty)
    }
}

/// A statement as a test's argument.
struct SQLText: Sendable, ExpressibleByStringLiteral, CustomTestStringConvertible {
    let statement: SQLStatement

    init(stringLiteral text: StaticString) {
        statement = SQLStatement(stringLiteral: text)
    }

    var testDescription: String { "\(statement.text)" }
}
