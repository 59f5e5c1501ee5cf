package import Money
package import WireFormat

/// The sums of one account.
///
/// Element, 20 bytes, little-endian:
///
///     offset  size  field             type
///          0     1  account           LedgerAccountCode
///          1     1  provider          PaymentProviderCode
///          2     2  currency          currency
///          4     8  debitMinorUnits   i64                  0 or more
///         12     8  creditMinorUnits  i64                  0 or more
package struct AccountTotal: WireElement {
    package static var name: StaticString { "AccountTotal" }
    package static var byteCount: Int { 20 }

    /// What kind of account.
    package var account = WireEnum<LedgerAccountCode>.unspecified
    /// At which provider; unspecified for the tenant's own.
    package var provider = WireEnum<PaymentProviderCode>.unspecified
    /// What is counted.
    package var currency: Currency?
    /// All debits.
    package var debitMinorUnits: Int64 = 0
    /// All credits.
    package var creditMinorUnits: Int64 = 0

    package init() {}

    package mutating func walk<Fields: ScalarCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.enumeration("account", &account)
        try fields.enumeration("provider", &provider)
        try fields.currency("currency", &currency)
        try fields.number("debitMinorUnits", &debitMinorUnits, in: 0 ... .max)
        try fields.number("creditMinorUnits", &creditMinorUnits, in: 0 ... .max)
    }
}
