/// A point found near a place.
package struct Neighbor: Hashable, Sendable {
    /// The caller's number of the point.
    package let index: Int32
    /// How far it is, within `RankingDistance.relativeErrorMax` of the great circle.
    package let distance: Meters

    /// A point and how far it is.
    package init(index: Int32, distance: Meters) {
        self.index = index
        self.distance = distance
    }
}

/// The best few candidates of a search, nearest first, the lower number first at a tie.
///
/// Sorted insertion: for the ten to fifty that a search asks for it beats a heap, and most candidates end at the
/// first comparison.
///
/// Safe: writes only below `limit`, for which the caller allocated `slots`.
struct NearestList {
    struct Candidate {
        var squaredMeters: Double
        var index: Int32
    }

    private let slots: UnsafeMutableBufferPointer<Candidate>
    private let limit: Int
    private let squaredRadius: Double
    private(set) var count = 0
    /// What a candidate must not exceed to be taken.
    private(set) var worst: Double

    init(in slots: UnsafeMutableBufferPointer<Candidate>, limit: Int, squaredRadius: Double) {
        precondition(slots.count >= limit && limit > 0, "There is a slot for each result.")
        self.slots = slots
        self.limit = limit
        self.squaredRadius = squaredRadius
        worst = squaredRadius
    }

    /// Forgets what was found.
    mutating func removeAll() {
        count = 0
        worst = squaredRadius
    }

    /// Takes the candidate if it belongs to the best so far and the caller wants it.
    @inline(__always)
    mutating func offer(_ squaredMeters: Double, _ index: Int32, _ isEligible: (Int32) -> Bool) {
        guard squaredMeters <= worst else { return }
        insert(Candidate(squaredMeters: squaredMeters, index: index), isEligible)
    }

    private mutating func insert(_ candidate: Candidate, _ isEligible: (Int32) -> Bool) {
        if count == limit {
            let last = slots[limit - 1]
            let isTie = last.squaredMeters == candidate.squaredMeters
            if isTie && last.index < candidate.index { return }
        }
        guard isEligible(candidate.index) else { return }
        var place = min(count, limit - 1)
        while place > 0 {
            let before = slots[place - 1]
            let staysBefore =
                before.squaredMeters == candidate.squaredMeters
                ? before.index < candidate.index
                : before.squaredMeters < candidate.squaredMeters
            if staysBefore { break }
            slots[place] = before
            place -= 1
        }
        slots[place] = candidate
        count = min(count + 1, limit)
        if count == limit { worst = slots[limit - 1].squaredMeters }
    }

    /// The result.
    func copy(to neighbors: inout [Neighbor]) {
        for candidate in slots.prefix(count) {
            neighbors.append(
                Neighbor(
                    index: candidate.index,
                    distance: Meters(candidate.squaredMeters.squareRoot())
                )
            )
        }
    }
}
