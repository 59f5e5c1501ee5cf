/// How much of each thing a JSON document may hold.
package struct JSONLimits: Sendable {
    /// The document, bytes.
    package var byteCountMax = 256 * 1024
    /// Open brackets within each other.
    package var depthMax = 32
    /// Values of any kind together: a value takes up to 40 times the memory of its shortest text.
    package var valueCountMax = 16_384
    /// Members of one object.
    package var memberCountMax = 256

    /// The limits of the public edge.
    package init() {}
}
