import Model
import Money
import PaymentsCore
import TestSupport
import Timekeeping

/// Payments as the tests begin with them.
enum Fixture {
    static let noon = WallTime(secondsSinceEpoch: 1_780_000_000)
    static let terms = PaymentTerms(commissionBasisPoints: 1500, taxBasisPoints: 800)!

    static func dollars(_ cents: Int64) -> Amount {
        Amount(minorUnits: cents, currency: .usDollar)
    }

    static func payment(
        _ amount: Amount = dollars(10_000),
        seed: UInt64 = 1,
        methodToken: String = "vault_1-A"
    ) -> Payment {
        var generator = SeededGenerator(seed: seed)
        return Payment(
            id: PaymentID(at: noon, using: &generator),
            tenant: TenantID(7),
            booking: BookingID(at: noon, using: &generator),
            partner: PartnerID(at: noon, using: &generator),
            method: PaymentMethodID(at: noon, using: &generator),
            methodToken: methodToken,
            provider: .payPal,
            amount: amount,
            terms: terms,
            createdAt: noon
        )!
    }
}

extension [PaymentAction] {
    var asked: [ProviderOperation] {
        compactMap { if case .ask(let operation, _) = $0 { operation } else { nil } }
    }
}
