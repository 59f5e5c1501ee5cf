/// No jitter: waits of zero. Only for whoever scales by it: choosing from a range would never end.
package struct FixedGenerator: RandomNumberGenerator {
    /// A generator.
    package init() {}

    package mutating func next() -> UInt64 { 0 }
}
