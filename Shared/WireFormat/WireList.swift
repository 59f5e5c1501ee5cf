/// A list whose elements have one length; each lies at `firstOffset + index * stride`.
@frozen
public struct WireList: Hashable, Sendable {
    /// Bytes before the elements: count and stride.
    public static let headerByteCount = 4

    /// The first byte of the first element, counted from the start of the message.
    public let firstOffset: Int
    /// How many elements; all of them are within the message.
    public let count: Int
    /// Bytes from one element to the next.
    public let stride: Int

    /// The list at this place, which the reader has found to be within the message.
    @inlinable
    init(firstOffset: Int, count: Int, stride: Int) {
        self.firstOffset = firstOffset
        self.count = count
        self.stride = stride
    }
}
