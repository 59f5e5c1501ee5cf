/// Stores a 128-bit number as two of 64 bits; every stored 128-bit number of ours is one of these or does the same.
///
/// Swift 6.3.1 on x86-64 miscompiles the call of an `async` function one of whose `UInt128` or `Int128` arguments is
/// passed on the stack, with and without optimisation: caller and callee disagree by 16 bytes about the stack that
/// the callee gives back, and the next return jumps to whatever lies there. A struct is passed as its stored
/// properties, so an identifier with a stored `UInt128` carries the fault into every `async` function with a few
/// arguments. Two halves are passed right. The smallest program that shows it:
///
/// ```swift
/// @inline(never) func callee(_ a: Int, _ b: Int, _ c: Int, _ x: UInt128, _ y: UInt128, _ d: Int) async -> Int {
///     await Task.yield()
///     return a + b + c + Int(x) + Int(y) + d
/// }
/// @inline(never) func caller(_ x: UInt128) async -> Int { await callee(1, 2, 3, x, 2, 4) + 1 }
/// ```
///
/// For the same reason no `async` function takes such a number, and none returns one: on another processor its upper
/// half is lost (swiftlang/swift issues 89842 and 91204, open in November 2026). A hygiene test keeps the rules.
@propertyWrapper
@frozen
public struct Halved: Hashable, Sendable {
    @usableFromInline let high: UInt64
    @usableFromInline let low: UInt64

    /// The halves of `wrappedValue`.
    @inlinable
    public init(wrappedValue: UInt128) {
        high = UInt64(truncatingIfNeeded: wrappedValue >> 64)
        low = UInt64(truncatingIfNeeded: wrappedValue)
    }

    /// The whole number.
    @inlinable
    public var wrappedValue: UInt128 {
        get { UInt128(high) << 64 | UInt128(low) }
        set { self = Halved(wrappedValue: newValue) }
    }
}
