import TestSupport

/// Changes inputs at random, the same way for the same seed.
struct Mutator {
    /// The longest input, in bytes.
    static let maximumByteCount = 4_096
    /// Values at which limits lie.
    private static let edges: [UInt8] = [0, 1, 2, 4, 16, 63, 64, 65, 127, 128, 254, 255]

    private let corpus: [[UInt8]]
    private var generator: SeededGenerator

    /// A mutator whose `n`th input depends on nothing but `seed` and `index`.
    init(corpus: [[UInt8]], seed: UInt64, index: UInt64) {
        self.corpus = corpus
        generator = SeededGenerator(seed: seed &+ index &* 0x9E37_79B9_7F4A_7C15)
    }

    /// One of the corpus with one to eight changes.
    mutating func next() -> [UInt8] {
        var bytes = corpus.randomElement(using: &generator) ?? []
        for _ in 0..<Int.random(in: 1...8, using: &generator) { change(&bytes) }
        return Array(bytes.prefix(Self.maximumByteCount))
    }

    private mutating func change(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else {
            bytes = [UInt8.random(in: 0...255, using: &generator)]
            return
        }
        let index = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1, 2: bytes[index] = UInt8.random(in: 0...255, using: &generator)
        case 3: bytes[index] = Self.edges.randomElement(using: &generator) ?? 0
        case 4: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: index)
        case 5: bytes.remove(at: index)
        case 6:
            let other = corpus.randomElement(using: &generator) ?? []
            bytes.insert(contentsOf: other.prefix(600), at: index)
        default:
            let end = min(bytes.count, index + Int.random(in: 1...64, using: &generator))
            bytes.append(contentsOf: bytes[index..<end])
        }
    }
}
