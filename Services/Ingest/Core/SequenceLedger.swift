/// Which of a phone's fixes have arrived: what to acknowledge, and what is a duplicate.
///
/// A phone numbers its fixes from 1 and may send the newest first and its backlog after, so numbers arrive in
/// runs with gaps between. The ledger holds the run that starts at the beginning and up to `runCountMax` later
/// ones, in 40 bytes; where more would be needed the phone has given fixes up, and the lowest gap is closed, unless
/// its numbers may still come.
package struct SequenceLedger: Hashable, Sendable {
    /// Runs beyond the contiguous one that are remembered.
    package static let runCountMax = 4

    /// What one number means.
    package enum Admission: Hashable, Sendable {
        case fresh
        case duplicate
        /// Fresh, and the lowest gap was given up to make room: this many numbers will not come.
        case gapAbandoned(UInt32)
        /// Not recorded: there is no room beside the gaps, and none of them may be given up.
        case noRoom
    }

    /// Every number up to this one has arrived or was given up; 0 at the start of a session.
    package private(set) var contiguous: UInt32
    /// Closed runs above `contiguous`, ascending, never touching; (0, 0) is unused.
    private var runs: InlineArray<4, Run>
    private var runCount: UInt8 = 0

    private struct Run: Hashable, Sendable {
        var lower: UInt32
        var upper: UInt32
        static let none = Run(lower: 0, upper: 0)
    }

    /// A ledger of a session whose numbers up to `contiguous` are settled.
    package init(contiguous: UInt32 = 0) {
        self.contiguous = contiguous
        runs = InlineArray(repeating: .none)
    }

    /// Whether no number has arrived yet.
    package var isUntouched: Bool { contiguous == 0 && runCount == 0 }

    /// Records that `sequence` has arrived.
    ///
    /// - Parameter givesUpGaps: Whether the lowest gap may be closed where there is no room for another run.
    /// - Complexity: O(`runCountMax`); in order of sending, one comparison.
    package mutating func admit(_ sequence: UInt32, givesUpGaps: Bool = true) -> Admission {
        if sequence <= contiguous { return .duplicate }
        if runCount == 0, sequence == contiguous &+ 1 {
            contiguous = sequence
            return .fresh
        }
        return admitOutOfOrder(sequence, givesUpGaps)
    }

    /// Settles all numbers below the lowest that has arrived: the phone has none of them.
    package mutating func settleBelowLowest() {
        guard runCount > 0 else { return }
        contiguous = runs[0].lower - 1
        absorb()
    }

    private mutating func admitOutOfOrder(_ sequence: UInt32, _ givesUpGaps: Bool) -> Admission {
        var index = 0
        while index < runCount, runs[index].upper < sequence { index += 1 }
        if index < runCount, runs[index].lower <= sequence { return .duplicate }
        // `sequence` lies between run index-1 (or the contiguous one) and run index.
        let joinsPrevious = index > 0 && runs[index - 1].upper &+ 1 == sequence
        let joinsNext = index < runCount && runs[index].lower == sequence &+ 1
        switch (joinsPrevious, joinsNext) {
        case (true, true):
            runs[index - 1].upper = runs[index].upper
            remove(at: index)
        case (true, false): runs[index - 1].upper = sequence
        case (false, true): runs[index].lower = sequence
        case (false, false):
            if sequence == contiguous &+ 1 {
                contiguous = sequence
            } else if runCount < Self.runCountMax {
                insert(Run(lower: sequence, upper: sequence), at: index)
            } else if givesUpGaps {
                return abandonLowestGap(for: sequence)
            } else {
                return .noRoom
            }
        }
        absorb()
        return .fresh
    }

    /// Joins the first run to the contiguous one where they touch.
    private mutating func absorb() {
        while runCount > 0, runs[0].lower == contiguous &+ 1 {
            contiguous = runs[0].upper
            remove(at: 0)
        }
    }

    private mutating func abandonLowestGap(for sequence: UInt32) -> Admission {
        if sequence < runs[0].lower {
            // The new number lies in the lowest gap itself: what is below it is given up.
            let abandoned = sequence - contiguous - 1
            contiguous = sequence
            absorb()
            return .gapAbandoned(abandoned)
        }
        let abandoned = runs[0].lower - contiguous - 1
        contiguous = runs[0].upper
        remove(at: 0)
        _ = admitOutOfOrder(sequence, true)
        return .gapAbandoned(abandoned)
    }

    private mutating func insert(_ run: Run, at index: Int) {
        var last = Int(runCount)
        while last > index {
            runs[last] = runs[last - 1]
            last -= 1
        }
        runs[index] = run
        runCount += 1
    }

    private mutating func remove(at index: Int) {
        var current = index
        while current + 1 < runCount {
            runs[current] = runs[current + 1]
            current += 1
        }
        runCount -= 1
        runs[Int(runCount)] = .none
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.contiguous == right.contiguous && left.runCount == right.runCount
            && (0..<Int(left.runCount)).allSatisfy { left.runs[$0] == right.runs[$0] }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(contiguous)
        for index in 0..<Int(runCount) { hasher.combine(runs[index]) }
    }
}
