package import WireFormat

/// A ledger's sums, and whether they check (answer of service 4, method 6).
///
/// Block, 17 bytes, little-endian:
///
///     offset  size  field         type
///          0     8  postingCount  u64
///          8     8  entryCount    u64
///         16     1  isBalanced    bool
///
/// Tails:
///
///        tag  tail      type               at most
///          1  accounts  list AccountTotal  1 024 elements
package struct LedgerSummaryReply: WireMessage {
    package static var name: StaticString { "LedgerSummaryReply" }
    package static var blockByteCount: Int { 17 }

    /// Postings: balanced sets of entries.
    package var postingCount: UInt64 = 0
    /// Entries.
    package var entryCount: UInt64 = 0
    /// Whether each posting and each currency has debits equal to credits, re-added just now.
    package var isBalanced = false
    /// By kind, provider and currency.
    package var accounts: [AccountTotal] = []
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.number("postingCount", &postingCount)
        try fields.number("entryCount", &entryCount)
        try fields.flag("isBalanced", &isBalanced)
        try fields.list(1, "accounts", &accounts, maxCount: 1024)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
