package import Model

/// Why a candidate was not considered.
package enum ExclusionReason: UInt8, Hashable, Sendable, CaseIterable {
    /// He refused this trip, or did not answer, not long ago.
    case refusedBefore = 0
    /// His last fix is too old to trust.
    case staleFix = 1
    /// There is no way from him to the pickup.
    case noRoute = 2
    /// He is farther than a pickup may be.
    case tooFar = 3
    /// He is dearer than waiting for a better one.
    case tooDear = 4

    var text: String {
        switch self {
        case .refusedBefore: "refused before"
        case .staleFix: "stale fix"
        case .noRoute: "no route"
        case .tooFar: "too far"
        case .tooDear: "dearer than waiting"
        }
    }
}

/// A driver with what he would cost.
package struct Candidate: Hashable, Sendable {
    /// Who.
    package let driver: DriverID
    /// What he would cost the request.
    package let cost: CostBreakdown

    /// A driver at a cost.
    package init(driver: DriverID, cost: CostBreakdown) {
        self.driver = driver
        self.cost = cost
    }
}

/// Why one driver was asked for one request: stored with the offer, so that anybody can see it later.
package struct Explanation: Hashable, Sendable {
    /// The free drivers of a fitting class that the index named, nearest first.
    package let seen: UInt16
    /// How many of them each filter took out, in the order of `ExclusionReason.allCases`; the first filter that
    /// fits counts.
    package let excluded: [UInt16]
    /// How many requests the same round matched: a nearer driver may have gone to one of them.
    package let requestsInRound: UInt16
    /// Who was asked.
    package let winner: Candidate
    /// The cheapest of the others, where there was one.
    package let runnerUp: Candidate?

    /// Why `winner` was asked; `excluded` has one count for each of `ExclusionReason.allCases`.
    package init(
        seen: UInt16,
        excluded: [UInt16],
        requestsInRound: UInt16,
        winner: Candidate,
        runnerUp: Candidate?
    ) {
        precondition(excluded.count == ExclusionReason.allCases.count, "One count a reason.")
        self.seen = seen
        self.excluded = excluded
        self.requestsInRound = requestsInRound
        self.winner = winner
        self.runnerUp = runnerUp
    }

    /// By how much the winner is cheaper than the runner-up, milliseconds. Negative where the runner-up was
    /// cheaper for this request but worth more to another.
    package var margin: Int32? {
        runnerUp.map { $0.cost.total - winner.cost.total }
    }

    /// The explanation in words for a dispatcher.
    package var text: String {
        var sentence = "\(winner.driver) at \(winner.cost.text)"
        if let runnerUp, let margin {
            sentence +=
                margin >= 0
                ? ", \(CostBreakdown.seconds(margin)) s before "
                : ", though \(CostBreakdown.seconds(-margin)) s behind "
            sentence += "\(runnerUp.driver) at \(runnerUp.cost.text)"
            if margin < 0 { sentence += ", who serves another request of the round better" }
        } else {
            sentence += ", the only one left"
        }
        sentence += "; \(seen) seen"
        for (reason, count) in zip(ExclusionReason.allCases, excluded) where count > 0 {
            sentence += ", \(count) out by \(reason.text)"
        }
        return sentence + "; \(requestsInRound) matched in this round"
    }
}
