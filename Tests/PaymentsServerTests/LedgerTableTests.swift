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
        on bench: PaymentsBench
    ) async throws -> [Ledger.Outcome] {
        try await bench.store.write { session throws(StorageError) in
            try LedgerTable.post(postings, in: session)
        }
    }

    private static func audit(
        of tenant: UInt64,
        on bench: PaymentsBench
    ) async throws -> (LedgerTable.Audit, TrialBalance) {
        try await bench.store.read { session throws(StorageError) in
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
        let together = try await PaymentsBench()
        let alone = try await PaymentsBench()
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
        let bench = try await PaymentsBench()
        let (first, second) = (try Self.hold(100, payment: 1), try Self.hold(50, payment: 2))
        #expect(try await Self.post([first], on: bench) == [.posted])
        #expect(
            try await Self.post([second, first, second], on: bench)
                == [.posted, .repeated, .repeated]
        )
        #expect(try await Self.post([first, second], on: bench) == [.repeated, .repeated])
        let (audit, balance) = try await Self.audit(of: 7, on: bench)
        #expect(audit.postingCount == 2)
        #expect(audit.entryCount == 4)
        #expect(audit.isSound)
        #expect(balance.balance(of: .atProvider(.passengerHold, .payPal, .usDollar)) == 150)
    }

    @Test("the same payment of another tenant is another posting")
    func tenants() async throws {
        let bench = try await PaymentsBench()
        let postings = [
            try Self.hold(100, payment: 1, tenant: 7), try Self.hold(30, payment: 1, tenant: 8),
        ]
        #expect(try await Self.post(postings, on: bench) == [.posted, .posted])
    }

    @Test(
        "a set with a posting that contradicts another is refused as a whole",
        arguments: [true, false]
    )
    func contradiction(isStored: Bool) async throws {
        let bench = try await PaymentsBench()
        let (known, other) = (try Self.hold(100, payment: 1), try Self.hold(101, payment: 1))
        if isStored { _ = try await Self.post([known], on: bench) }
        let set = [try Self.hold(5, payment: 2)] + (isStored ? [other] : [known, other])
        let error = await #expect(throws: StorageError.self) {
            try await Self.post(set, on: bench)
        }
        #expect(error?.code == .invalid)
        let (audit, _) = try await Self.audit(of: 7, on: bench)
        #expect(audit.postingCount == (isStored ? 1 : 0))
    }

    @Test(
        "sums that do not fit 64 bits are refused, in the set and with what is stored",
        arguments: [true, false]
    )
    func overflow(isStored: Bool) async throws {
        let bench = try await PaymentsBench()
        let (large, one) = (try Self.hold(.max, payment: 1), try Self.hold(1, payment: 2))
        if isStored { _ = try await Self.post([large], on: bench) }
        let error = await #expect(throws: StorageError.self) {
            try await Self.post(isStored ? [one] : [large, one], on: bench)
        }
        #expect(error?.code == .invalid)
        let (audit, _) = try await Self.audit(of: 7, on: bench)
        #expect(audit.postingCount == (isStored ? 1 : 0))
        #expect(audit.isSound)
    }

    @Test("an empty set books nothing")
    func empty() async throws {
        let bench = try await PaymentsBench()
        #expect(try await Self.post([], on: bench).isEmpty)
    }
}
