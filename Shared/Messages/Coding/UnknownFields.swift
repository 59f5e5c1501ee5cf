/// What a newer peer sent and this version does not know.
///
/// Empty in nearly every message, and then it holds no memory. Bounded by the message's own size.
package struct UnknownFields: Hashable, Sendable {
    /// A tail with a tag that this version does not know.
    package struct Tail: Hashable, Sendable {
        /// The tag.
        package let tag: UInt16
        /// The value, not looked into.
        package let value: [UInt8]

        /// A tail as it came.
        package init(tag: UInt16, value: [UInt8]) {
            self.tag = tag
            self.value = value
        }
    }

    /// The bytes of the block behind our last field.
    package var blockRest: [UInt8] = []
    /// Tails, by ascending tag.
    package var tails: [Tail] = []

    /// Nothing unknown.
    /// None.
    package init() {}

    /// Whether there is nothing.
    package var isEmpty: Bool { blockRest.isEmpty && tails.isEmpty }
}
