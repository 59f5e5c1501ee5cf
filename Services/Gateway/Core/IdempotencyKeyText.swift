/// The value of an `Idempotency-Key` header: a structured-field string (RFC 9651 section 3.3.3), with its
/// quotes or, to be kind, without.
///
/// Without quotes a space ends what can be one key: `a b` is a quote forgotten or two keys, and to take it for either
/// would book under a key that the partner does not mean.
package struct IdempotencyKeyText: Hashable, Sendable {
    /// The key without quotes: 1 ... 255 printable ASCII characters.
    package let text: String

    /// Reads a header's value.
    ///
    /// - Returns: `nil` for an empty key, one that is too long, a character outside printable ASCII, a quote
    ///   that is not closed, or a space without quotes; the caller answers 400 and says what the form is.
    package init?(header: some StringProtocol) {
        var units = Array(header.utf8)
        guard units.count <= IdempotencyRecord.keyCharacterCountMax + 2 else { return nil }
        let quote = UInt8(ascii: "\"")
        var first = UInt8(ascii: "!")
        if units.first == quote {
            guard units.count >= 2, units.last == quote else { return nil }
            units = Array(units.dropFirst().dropLast())
            first = UInt8(ascii: " ")
        }
        let printable = first...UInt8(ascii: "~")
        guard
            !units.isEmpty, units.count <= IdempotencyRecord.keyCharacterCountMax,
            units.allSatisfy({
                printable.contains($0) && $0 != quote && $0 != UInt8(ascii: "\\")
            })
        else { return nil }
        text = String(decoding: units, as: UTF8.self)
    }
}
