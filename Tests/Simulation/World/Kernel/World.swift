internal import Model
internal import TestSupport
internal import Timekeeping

/// One run: time, events, randomness, what is noted, and what went wrong. Everything happens on the caller's thread.
final class World {
    let seed: UInt64
    let mutation: Mutation?
    let plan: FaultPlan
    let time = ManualTimeSource()
    let businessClock: BusinessClock
    var random: RandomStreams
    private(set) var trace: Trace
    private var queue = EventQueue()
    /// Microseconds since the start.
    private(set) var now: Int64 = 0
    /// Events so far.
    private(set) var eventCount = 0
    /// Whether all faults are over.
    var isQuiet = false
    /// What must not be, in the order of noticing.
    private(set) var violations: [String] = []
    private(set) var counts = Counts()
    private(set) var bookingCounts: [(state: String, count: Int)] = []
    private(set) var wishCounts: [(outcome: String, count: Int)] = []
    private(set) var crashPointCounts: [CrashPoint: Int] = [:]

    init(seed: UInt64, mutation: Mutation?, output: ((String) -> Void)?) {
        self.seed = seed
        self.mutation = mutation
        random = RandomStreams(seed: seed)
        plan = random.draw(.plan) { FaultPlan(using: &$0) }
        trace = Trace(output: output)
        let origin = time.wallTime
        businessClock =
            BusinessClock(
                realOrigin: origin,
                businessOrigin: origin.advanced(by: .seconds(plan.businessFactor * 86_400)),
                factor: plan.businessFactor
            ) ?? .real
    }

    /// Plans `action` for `wait` from now.
    func after(_ wait: Duration, _ action: @escaping () -> Void) {
        queue.insert(at: now + max(0, wait.wholeMicroseconds), action)
    }

    /// Lets the next event happen. - Returns: Whether there was one.
    func step() -> Bool {
        guard let event = queue.popFirst() else { return false }
        time.advance(by: .microseconds(event.at - now))
        now = event.at
        eventCount += 1
        event.action()
        return true
    }

    func note(_ line: @autoclosure () -> String) {
        trace.add(line(), at: now)
    }

    func violate(_ sentence: String) {
        note("VIOLATION \(sentence)")
        violations.append(sentence)
    }

    func count(_ path: WritableKeyPath<Counts, Int>, by number: Int = 1) {
        counts[keyPath: path] += number
    }

    /// Counts what is left, for the report.
    func ended(_ state: FinalState, _ history: History) {
        for kind in BookingState.allCases {
            let count = state.bookings.count { $0.state == kind }
            if count > 0 { bookingCounts.append((kind.text, count)) }
        }
        for outcome in [ActOutcome.done, .refused, .unknown] {
            let count = history.partners.count { $0.outcome == outcome }
            if count > 0 { wishCounts.append((outcome.rawValue, count)) }
        }
    }

    /// Whether the process that passes `point` dies there.
    func strikes(at point: CrashPoint) -> Bool {
        let probability = isQuiet ? 0 : plan.crashPoints[point] ?? 0
        guard random.draw(.crashPoints, { $0.chance(probability) }) else { return false }
        crashPointCounts[point, default: 0] += 1
        return true
    }
}

/// What a run did, for its report.
package struct Counts: Hashable, Sendable {
    package var messages = 0
    package var dropped = 0
    package var duplicated = 0
    package var resets = 0
    package var crashes = 0
    package var commits = 0
    package var partitions = 0
    package var diskFaults = 0
    package var clockJumps = 0
    package var splits = 0
    package var stepDowns = 0
    package var providerCalls = 0
    package var providerFaults = 0
    package var fixes = 0
    package var offers = 0
}
