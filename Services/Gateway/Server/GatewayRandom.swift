internal import Crypto
package import Model
package import Timekeeping

/// The gateway's randomness for identifiers and waits; secrets and tokens always have the system's own.
package struct GatewayRandom: RandomNumberGenerator, Sendable {
    /// The system's, which nobody can predict.
    package static let secure = GatewayRandom {
        var random = SecureRandom()
        return random.next()
    }

    private let draw: @Sendable () -> UInt64

    /// Randomness from `draw`; a simulation's comes from its seed.
    package init(_ draw: @escaping @Sendable () -> UInt64) {
        self.draw = draw
    }

    package func next() -> UInt64 { draw() }

    /// A new identifier.
    package func id<Kind>(at moment: WallTime) -> EntityID<Kind> {
        var random = self
        return EntityID<Kind>(at: moment, using: &random)
    }
}
