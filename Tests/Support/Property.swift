/// A property that a case broke, with what repeats it.
public struct PropertyFailure: Error, CustomStringConvertible {
    /// The seed of the whole run.
    public let seed: UInt64
    /// The case, counted from 0: pass it as `from:` to start there.
    public let index: Int
    /// What the case threw.
    public let cause: any Error

    /// One line to copy into the test.
    public var description: String {
        "seed \(seed), case \(index): \(cause)"
    }
}

/// A sentence that did not hold.
public struct PropertyViolation: Error, CustomStringConvertible {
    /// The sentence, with the values that break it.
    public let description: String
}

/// Runs `property` on `count` cases; each has a generator of its own, so that any one repeats alone.
///
/// The body says what must hold with `hold`, `#require` or by throwing. (`#expect` goes on after a failure and
/// would not name the seed.)
///
/// - Parameters:
///   - seed: Fixes every case.
///   - count: How many cases.
///   - first: The case to start with: the index that a failure printed.
/// - Throws: `PropertyFailure` at the first case that fails; its description holds seed and index.
public func forAll(
    seed: UInt64,
    count: Int,
    from first: Int = 0,
    _ property: (inout SeededGenerator) throws -> Void
) throws {
    for index in first..<count {
        var generator = SeededGenerator(seed: seed &+ UInt64(index) &* 0xD134_2543_DE82_EF95)
        do {
            try property(&generator)
        } catch {
            throw PropertyFailure(seed: seed, index: index, cause: error)
        }
    }
}

/// Throws where `condition` is false; cheap enough for millions of cases.
public func hold(_ condition: Bool, _ sentence: @autoclosure () -> String) throws {
    guard condition else { throw PropertyViolation(description: sentence()) }
}
