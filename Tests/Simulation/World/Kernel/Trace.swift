package import Model

/// What happened, line by line: a digest of all of it, and its tail, or all where that is asked for.
package struct Trace {
    /// Lines that a failing run shows.
    package static let tailCount = 80

    /// The digest of every line so far: equal digests are equal runs.
    package private(set) var digest = Fingerprint()
    /// Lines so far.
    package private(set) var lineCount = 0
    private var ring: [(at: Int64, line: String)] = []
    private let output: ((String) -> Void)?

    /// - Parameter output: Called with each line; nil keeps the tail alone.
    init(output: ((String) -> Void)?) {
        self.output = output
    }

    mutating func add(_ line: String, at microseconds: Int64) {
        digest.add(line.utf8)
        digest.add(UInt64(bitPattern: microseconds))
        if let output { output(Self.text(microseconds, line)) }
        if ring.count < Self.tailCount {
            ring.append((microseconds, line))
        } else {
            ring[lineCount % Self.tailCount] = (microseconds, line)
        }
        lineCount += 1
    }

    /// A line as people read it: seconds since the start, then what happened.
    private static func text(_ microseconds: Int64, _ line: String) -> String {
        let seconds = String(microseconds / 1_000_000)
        let fraction = String(1_000_000 + microseconds % 1_000_000).dropFirst()
        return String(repeating: " ", count: max(0, 5 - seconds.count))
            + "\(seconds).\(fraction)  \(line)"
    }

    /// The last lines, oldest first.
    package var tail: [String] {
        let start = ring.count == Self.tailCount ? lineCount % Self.tailCount : 0
        return (ring[start...] + ring[..<start]).map { Self.text($0.at, $0.line) }
    }
}
