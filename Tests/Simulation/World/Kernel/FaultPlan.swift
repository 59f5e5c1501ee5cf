internal import TestSupport

/// Named places at which a process may die.
package enum CrashPoint: String, CaseIterable, Sendable {
    /// A group of transactions is about to be committed.
    case beforeCommit = "before-commit"
    /// It is durable, and nobody has been told.
    case afterCommit = "after-commit"
    /// An entry was read from the outbox and is about to be sent.
    case beforeSend = "outbox-before-send"
    /// The receiver has answered, and the sender has not recorded it.
    case beforeSettle = "outbox-before-settle"
    /// The provider has answered, and nothing is recorded.
    case providerAnswered = "provider-before-record"
    /// The store is open again, and nothing else has been done.
    case afterOpen = "after-open"
    /// Dispatch has decided durably and is about to answer.
    case beforeReply = "dispatch-before-reply"
    /// A part of the trail is stored, and phones have not been told.
    case trailStored = "ingest-trail-stored"
    /// Zones are stored, and the gateway has not been answered.
    case zonesStored = "ingest-zones-stored"
}

extension CrashPoint {
    /// The most that a seed gives the point, each time it is passed: high where that is seldom.
    fileprivate var mostProbable: Double {
        switch self {
        case .afterOpen: 0.2
        case .zonesStored: 0.6
        case .trailStored: 0.1
        default: 0.02
        }
    }
}

/// Which faults a run has, and how often: chosen by its seed, each kind off in many seeds, so that a rare combination
/// is not drowned by the others (swarm testing: Groce et al., ISSTA 2012).
package struct FaultPlan: Sendable {
    /// Kinds of faults, by the names that are printed.
    package enum Kind: String, CaseIterable, Sendable {
        case loss
        case duplication
        case reordering
        case resets
        case partitions
        case swizzle
        case crashes
        case crashPoints = "crash-points"
        case powerLoss = "power-loss"
        case syncErrors = "sync-errors"
        case diskErrors = "disk-errors"
        case fullDisks = "full-disks"
        case clockJumps = "clock-jumps"
        case splitBrain = "split-brain"
        case providerFaults = "provider-faults"
        case badDrivers = "bad-drivers"
        case lostPhones = "lost-phones"
    }

    /// Those that are on.
    package let enabled: [Kind]
    /// The least and the mean delay of a message, microseconds.
    let delayMicrosecondsMin: Int64
    let delayMicrosecondsMean: Int64
    /// Probabilities for one message.
    let loss: Double
    let duplication: Double
    let reordering: Double
    let reset: Double
    /// Probability at each pass of a crash point; 0 where the point is off.
    let crashPoints: [CrashPoint: Double]
    /// Probability for one call to the provider.
    let providerFault: Double
    /// Mean time between two faults of a kind, milliseconds.
    let meanMilliseconds: [Kind: Int64]
    /// What partners and drivers do.
    let bookingCount: Int
    let driverCount: Int
    /// Business seconds for each real one.
    let businessFactor: Int64

    init(using generator: inout SeededGenerator) {
        var on: Set<Kind> = []
        for kind in Kind.allCases where generator.chance(0.45) { on.insert(kind) }
        enabled = Kind.allCases.filter(on.contains)
        delayMicrosecondsMin = Int64.random(in: 50...2000, using: &generator)
        delayMicrosecondsMean = Int64.random(in: 200...40_000, using: &generator)
        func rate(_ kind: Kind, _ most: Double) -> Double {
            let drawn = Double(Int.random(in: 1...100, using: &generator)) / 100 * most
            return on.contains(kind) ? drawn : 0
        }
        loss = rate(.loss, 0.2)
        duplication = rate(.duplication, 0.2)
        reordering = rate(.reordering, 0.2)
        reset = rate(.resets, 0.1)
        providerFault = rate(.providerFaults, 0.4)
        var points: [CrashPoint: Double] = [:]
        for point in CrashPoint.allCases {
            let drawn = rate(.crashPoints, point.mostProbable)
            points[point] = generator.chance(0.6) ? drawn : 0
        }
        crashPoints = points
        var means: [Kind: Int64] = [:]
        for kind in Kind.allCases where on.contains(kind) {
            means[kind] = Int64.random(in: 2000...20_000, using: &generator)
        }
        meanMilliseconds = means
        bookingCount = Int.random(in: 4...16, using: &generator)
        driverCount = Int.random(in: 2...6, using: &generator)
        businessFactor = generator.chance(0.25) ? Int64.random(in: 2...4, using: &generator) : 1
    }

    /// Whether faults of this kind happen.
    func has(_ kind: Kind) -> Bool { enabled.contains(kind) }
}
