/// A URL that may hold a password: only its scheme is printed.
package struct LocationURL: Sendable, CustomStringConvertible, CustomReflectable {
    /// What comes before the first colon, in lower case.
    package let scheme: String
    private let text: String

    /// The URL `text`; `nil` where it has none of `schemes`, nothing behind it, or a blank or control character.
    package init?(_ text: some StringProtocol, schemes: [String]) {
        guard let colon = text.firstIndex(of: ":"),
            text.index(after: colon) < text.endIndex,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else { return nil }
        let scheme = text[..<colon].lowercased()
        guard schemes.contains(scheme) else { return nil }
        self.scheme = scheme
        self.text = String(text)
    }

    /// The whole URL, for the call that opens it.
    package func reveal() -> String { text }

    /// The scheme and no more.
    package var description: String { "\(scheme):…" }

    /// The scheme and no more.
    package var customMirror: Mirror { Mirror(self, children: ["scheme": scheme]) }
}
