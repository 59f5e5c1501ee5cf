/// A statement's text, the same on both engines.
///
/// Parameters are `$1`, `$2`, ... each used for the first time in rising order (SQLite numbers named parameters
/// by first appearance). A literal, so that nothing from outside can become part of it, and so that an engine
/// can keep the prepared form under the text's address.
package struct SQLStatement: Sendable, ExpressibleByStringLiteral {
    /// The text.
    package let text: StaticString

    /// A statement that stands in the source, so that nothing from outside gets into its text.
    package init(stringLiteral text: StaticString) {
        self.text = text
    }
}
