package import Money

/// A place where money of one tenant lies or is owed. Every account belongs to one tenant and one currency.
///
/// The chart:
///
/// | account | class | owner | a debit | a credit |
/// | --- | --- | --- | --- | --- |
/// | `providerReceivable` | asset | provider | a capture's net is owed to us | a refund, a payout |
/// | `providerFee` | expense | provider | kept by the provider | given back by it |
/// | `fleetPayable` | liability | tenant | paid out, or taken back by a refund | the fleet's share |
/// | `commissionRevenue` | revenue | operator | taken back by a refund | the operator's share |
/// | `taxPayable` | liability | authority | remitted, or taken back | tax inside a fare |
/// | `passengerHold` | memo | provider | a hold begins | it is captured or let go |
/// | `holdContra` | memo | provider | the hold's other side | the hold's other side |
///
/// The provider's fee is the operator's expense, not the fleet's. Memo accounts show what is held and is nobody's
/// yet; they balance against each other alone and are left out of the operator's books.
package struct LedgerAccount: Hashable, Sendable {
    /// What kind of place; raw values are stored and never reused.
    package enum Kind: UInt16, Hashable, Sendable, CaseIterable {
        case providerReceivable = 1
        case providerFee = 2
        case fleetPayable = 3
        case commissionRevenue = 4
        case taxPayable = 5
        case passengerHold = 6
        case holdContra = 7

        /// Whether the account stands outside the books.
        package var isMemo: Bool { self == .passengerHold || self == .holdContra }

        /// Whether a debit makes the balance larger: assets, expenses and the hold itself.
        package var isDebitNormal: Bool {
            switch self {
            case .providerReceivable, .providerFee, .passengerHold: true
            case .fleetPayable, .commissionRevenue, .taxPayable, .holdContra: false
            }
        }
    }

    /// What kind of place.
    package let kind: Kind
    /// Whose, within the tenant: the provider for accounts that lie there, else 0 for "the tenant's one".
    package let provider: PaymentProvider?
    /// What is counted.
    package let currency: Currency

    /// An account that lies at `provider`.
    package static func atProvider(
        _ kind: Kind,
        _ provider: PaymentProvider,
        _ currency: Currency
    ) -> LedgerAccount {
        LedgerAccount(kind: kind, provider: provider, currency: currency)
    }

    /// The tenant's one account of this kind and currency.
    package static func own(_ kind: Kind, _ currency: Currency) -> LedgerAccount {
        LedgerAccount(kind: kind, provider: nil, currency: currency)
    }

    /// The order of reports: by kind, provider, currency.
    package var sortKey: (UInt16, UInt16, UInt16) {
        (kind.rawValue, provider?.rawValue ?? 0, currency.numericCode)
    }
}

/// Who moves the money. Raw values are stored and travel on the wire.
package enum PaymentProvider: UInt16, Hashable, Sendable, CaseIterable {
    case payPal = 1

    /// The name in logs and documents.
    package var text: String {
        switch self {
        case .payPal: "paypal"
        }
    }
}
