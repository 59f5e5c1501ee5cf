import Model
import Money
import PaymentsCore
import TestSupport
import Timekeeping

/// Payments as the tests begin with them, and the answers of a provider that does as it is told.
enum Fixture {
    static let noon = WallTime(secondsSinceEpoch: 1_780_000_000)
    static let terms = PaymentTerms(commissionBasisPoints: 1500, taxBasisPoints: 800)!

    static func dollars(_ cents: Int64) -> Amount {
        Amount(minorUnits: cents, currency: .usDollar)
    }

    static func payment(
        _ amount: Amount = dollars(10_000),
        seed: UInt64 = 1,
        terms: PaymentTerms = terms
    ) -> Payment {
        var generator = SeededGenerator(seed: seed)
        return Payment(
            id: PaymentID(at: noon, using: &generator),
            tenant: TenantID(7),
            booking: BookingID(at: noon, using: &generator),
            partner: PartnerID(at: noon, using: &generator),
            method: PaymentMethodID(at: noon, using: &generator),
            methodToken: "vault_1-A",
            provider: .payPal,
            amount: amount,
            terms: terms,
            createdAt: noon
        )!
    }

    static func held(_ amount: Amount = dollars(10_000), until: WallTime? = nil) -> ProviderOutcome
    {
        .succeeded(.held(order: "O-1", authorisation: "A-1", amount: amount, expiresAt: until))
    }

    static func captured(_ cents: Int64, fee: Int64 = 0, as name: String = "C-1") -> ProviderOutcome
    {
        .succeeded(.captured(capture: name, amount: dollars(cents), fee: dollars(fee)))
    }
}

extension Payment {
    /// Answers the operation under way.
    mutating func answer(
        _ outcome: ProviderOutcome,
        at now: WallTime = Fixture.noon
    ) throws -> [PaymentAction] {
        try apply(.answered(operation: operation?.ordinal ?? 0, outcome), at: now)
    }

    /// A payment of 100.00 dollars that is held.
    static func authorised(until: WallTime? = nil) throws -> Payment {
        var payment = Fixture.payment()
        _ = try payment.apply(.start, at: Fixture.noon)
        _ = try payment.answer(Fixture.held(until: until))
        return payment
    }
}

extension [PaymentAction] {
    var told: [PaymentOutcome] {
        compactMap { if case .tell(let outcome) = $0 { outcome } else { nil } }
    }
    var asked: [ProviderOperation] {
        compactMap { if case .ask(let operation, _) = $0 { operation } else { nil } }
    }
    var posted: [LedgerPosting] {
        compactMap { if case .post(let posting) = $0 { posting } else { nil } }
    }
    var alerts: [PaymentReview] {
        compactMap { if case .alert(let reason) = $0 { reason } else { nil } }
    }
}
