/// A text that must not be seen: a key, a password. Shows `<secret>` wherever it is printed or reflected.
package struct Secret: Sendable {
    private let text: String

    /// Wraps `text`.
    package init(_ text: String) {
        self.text = text
    }

    /// The text itself, for the one call that needs it. Never for a log or an error.
    package func reveal() -> String { text }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Not the text.
    package var description: String { "<secret>" }
    /// Not the text.
    package var debugDescription: String { "<secret>" }
    /// Without children, so that `dump` shows nothing either.
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}
