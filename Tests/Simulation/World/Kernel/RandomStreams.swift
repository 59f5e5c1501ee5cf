internal import TestSupport

/// What a choice is about; each concern draws from a generator of its own.
package enum Concern: UInt64, CaseIterable, Sendable {
    case plan = 1
    case network = 2
    case nemesis = 3
    case crashPoints = 4
    case provider = 5
    case partners = 6
    case drivers = 7
    case services = 8
    case disks = 9
}

/// All randomness of a run: one seed, one stream a concern, so that a choice added in one place shifts no other.
struct RandomStreams {
    private let seed: UInt64
    private var streams: [SeededGenerator]

    init(seed: UInt64) {
        self.seed = seed
        streams = Concern.allCases.map { Self.generator(seed, $0.rawValue) }
    }

    private static func generator(_ seed: UInt64, _ salt: UInt64) -> SeededGenerator {
        // Two steps of SplitMix64 between seed and stream, so that neighbouring seeds have nothing in common.
        var mixer = SeededGenerator(seed: seed ^ salt &* 0xD134_2543_DE82_EF95)
        _ = mixer.next()
        return SeededGenerator(seed: mixer.next())
    }

    /// A seed for something that keeps its own generator: the `index`-th of `concern`.
    func seed(of concern: Concern, _ index: Int) -> UInt64 {
        var generator = Self.generator(seed, concern.rawValue << 32 | UInt64(index))
        return generator.next()
    }

    /// Lets `body` draw from the stream of `concern`.
    mutating func draw<Value>(
        _ concern: Concern,
        _ body: (inout SeededGenerator) -> Value
    ) -> Value {
        body(&streams[Int(concern.rawValue) - 1])
    }
}

extension SeededGenerator {
    /// True with this probability.
    mutating func chance(_ probability: Double) -> Bool {
        // Drawn even where it is 0, so that a fault switched off shifts nothing after it.
        Double(next() >> 11) * 0x1p-53 < probability
    }

    /// A duration between the two.
    mutating func duration(_ range: ClosedRange<Int64>) -> Duration {
        .milliseconds(Int64.random(in: range, using: &self))
    }

    /// A wait of the given mean, microseconds: mostly short, now and then long; at most 20 times the mean.
    mutating func wait(meanMicroseconds mean: Int64) -> Duration {
        // A geometric wait by integers: the logarithm of the C library may differ between machines.
        var steps: Int64 = 0
        while steps < 160, Int.random(in: 0..<8, using: &self) != 0 { steps += 1 }
        return .microseconds(
            mean * steps / 7 + Int64.random(in: 0...max(1, mean / 8), using: &self)
        )
    }
}
