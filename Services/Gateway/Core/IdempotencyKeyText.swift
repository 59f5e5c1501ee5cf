/// The value of an `Idempotency-Key` header: a structured-field string (RFC 9651 section 3.3.3), with its
/// quotes or, to be kind, without.
package struct IdempotencyKeyText: Hashable, Sendable {
    /// The key without quotes: 1 ... 255 printable ASCII characters.
    package let text: String

    /// Reads a header's value.
    ///
    /// - Returns: `nil` for an empty key, one that is too long, a character outside printable ASCII, or a quote
    ///   that is not closed; the caller answers 400 and says what the form is.
    package init?(header: some StringProtocol) {
        var units = Array(header.utf8)
        guard units.count <= IdempotencyRecord.keyCharacterCountMax + 2 else { return nil }
        let quote = UInt8(ascii: "\"")
        if units.first == quote {
            guard units.count >= 2, units.last == quote else { return nil }
            units = Array(units.dropFirst().dropLast())
        }
        let printable = UInt8(0x20)...UInt8(0x7E)
        guard
            !units.isEmpty, units.count <= IdempotencyRecord.keyCharacterCountMax,
            units.allSatisfy({
                printable.contains($0) && $0 != quote && $0 != UInt8(ascii: "\\")
            })
        else { return nil }
        text = String(decoding: units, as: UTF8.self)
    }
}
