package import HTTP

/// What the ledger says: balanced or not, and what came in.
package struct LedgerReading: Sendable {
    /// Whether debits equal credits, as payments checks it and as the accounts add up.
    package let isBalanced: Bool
    /// What was taken from payers: what the provider owes and what it kept, minor units.
    package let capturedMinorUnits: Int64

    /// Reads the gateway's document.
    package init(_ document: JSONValue) {
        var debits: [String: Int64] = [:]
        var captured: Int64 = 0
        for account in document["accounts"]?.elements ?? [] {
            let debit = account["debit"]?.whole ?? 0
            let credit = account["credit"]?.whole ?? 0
            debits[account["currency"]?.text ?? "", default: 0] += debit - credit
            let name = account["account"]?.text
            if name == "provider_receivable" || name == "provider_fee" {
                captured += debit - credit
            }
        }
        isBalanced = document["balanced"]?.truth == true && debits.values.allSatisfy { $0 == 0 }
        capturedMinorUnits = captured
    }
}
