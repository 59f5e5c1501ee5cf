/// The number of a call on its connection: odd, given by the client, increasing, never used again.
///
/// 0 stands for the connection itself.
@frozen
public struct StreamID: Hashable, Comparable, Sendable {
    /// The number as it stands in frames.
    public let rawValue: UInt32

    /// The connection itself.
    @inlinable public static var connection: StreamID { StreamID(0) }

    /// The id with this number.
    @inlinable
    public init(_ rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The order of opening.
    @inlinable
    public static func < (left: Self, right: Self) -> Bool {
        left.rawValue < right.rawValue
    }
}
