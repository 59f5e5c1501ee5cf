package import Model

/// What happened, line by line: a digest of all of it, and its tail, or all where that is asked for.
package struct Trace {
    /// Lines that a failing run shows.
    package static let tailCount = 80

    /// The digest of every line so far: equal digests are equal runs.
    package private(set) var digest = Fingerprint()
    /// Lines so far.
    package private(set) var lineCount = 0
    private var ring: [String] = []
    private let output: ((String) -> Void)?

    /// - Parameter output: Called with each line; nil keeps the tail alone.
    init(output: ((String) -> Void)?) {
        self.output = output
    }

    mutating func add(_ line: String, at microseconds: Int64) {
        let text = "\(microseconds) \(line)"
        digest.add(text.utf8)
        digest.add(UInt64(lineCount))
        if let output { output(text) }
        if ring.count < Self.tailCount {
            ring.append(text)
        } else {
            ring[lineCount % Self.tailCount] = text
        }
        lineCount += 1
    }

    /// The last lines, oldest first.
    package var tail: [String] {
        guard ring.count == Self.tailCount else { return ring }
        let start = lineCount % Self.tailCount
        return Array(ring[start...] + ring[..<start])
    }
}
