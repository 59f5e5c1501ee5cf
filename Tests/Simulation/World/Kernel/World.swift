internal import Model
internal import Reactor
internal import TestSupport
internal import Timekeeping

/// One run: time, events, the loops of all processes, randomness, what is noted, and what went wrong. Everything
/// happens on the caller's thread.
final class World {
    let seed: UInt64
    let mutation: Mutation?
    let plan: FaultPlan
    let time = ManualTimeSource()
    let businessClock: BusinessClock
    var random: RandomStreams
    private(set) var trace: Trace
    private var queue = EventQueue()
    private let start: Instant
    /// Microseconds since the start.
    private(set) var now: Int64 = 0
    /// Events so far.
    private(set) var eventCount = 0
    /// Whether all faults are over.
    var isQuiet = false
    /// What must not be, in the order of noticing.
    private(set) var violations: [String] = []
    private(set) var counts = Counts()
    /// Fixes that ingest refused for what they say.
    var refusedFixCount = 0
    private(set) var coverage = Coverage()
    private(set) var bookingCounts: [(state: String, count: Int)] = []
    private(set) var wishCounts: [(outcome: String, count: Int)] = []
    /// The loops of living processes, in the order of their start.
    private var loops: [EventLoop] = []
    /// When the next timer of a loop is planned to be seen; microseconds since the start.
    private var wakeAt: Int64?

    init(seed: UInt64, mutation: Mutation?, output: ((String) -> Void)?) {
        self.seed = seed
        self.mutation = mutation
        random = RandomStreams(seed: seed)
        plan = random.draw(.plan) { FaultPlan(using: &$0) }
        trace = Trace(output: output)
        start = time.now
        let origin = time.wallTime
        businessClock =
            BusinessClock(
                realOrigin: origin,
                businessOrigin: origin.advanced(by: .seconds(plan.businessFactor * 86_400)),
                factor: plan.businessFactor
            ) ?? .real
    }

    // MARK: Time

    /// Plans `action` for `wait` from now.
    func after(_ wait: Duration, _ action: @escaping () -> Void) {
        queue.insert(at: now + max(0, wait.wholeMicroseconds), action)
    }

    /// Lets the next event happen, and all that processes do about it. - Returns: Whether there was one.
    func step() -> Bool {
        settle()
        guard let event = queue.popFirst() else { return false }
        time.advance(by: .microseconds(event.at - now))
        now = event.at
        eventCount += 1
        event.action()
        settle()
        return true
    }

    /// A process's loop takes part from now on.
    func add(_ loop: EventLoop) { loops.append(loop) }

    func remove(_ loop: EventLoop) { loops.removeAll { $0 === loop } }

    /// Leads all loops until none has anything to do without time passing.
    private func settle() {
        var isIdle = false
        var earliest: Instant?
        while !isIdle {
            isIdle = true
            earliest = nil
            for loop in loops {
                if loop.canStep {
                    loop.step()
                    isIdle = false
                } else if let timer = loop.nextTimer {
                    earliest = min(earliest ?? timer, timer)
                }
            }
        }
        guard let due = earliest else { return }
        // Rounded up: an event before the timer is due would find nothing to do.
        let at = (start.duration(to: due).wholeNanoseconds + 999) / 1000
        guard wakeAt.map({ at < $0 || $0 <= now }) ?? true else { return }
        wakeAt = at
        queue.insert(at: max(at, now)) {}
    }

    // MARK: Notes

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

    /// A fault was not only planned: it happened to something.
    func hit(_ fault: StaticString) {
        coverage.hit(fault.description)
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
        coverage.pass(point)
        let probability = isQuiet ? 0 : plan.crashPoints[point] ?? 0
        guard random.draw(.crashPoints, { $0.chance(probability) }) else { return false }
        coverage.hit(point.rawValue)
        return true
    }
}

/// What a run did, for its report.
package struct Counts: Hashable, Sendable {
    package var messages = 0
    package var crashes = 0
    package var commits = 0
    package var calls = 0
    package var providerCalls = 0
    package var fixes = 0
    package var offers = 0
    package var answersAsked = 0

    /// Nothing happened.
    package init() {}

    /// Adds what another run did.
    package mutating func add(_ other: Counts) {
        messages += other.messages
        crashes += other.crashes
        commits += other.commits
        calls += other.calls
        providerCalls += other.providerCalls
        fixes += other.fixes
        offers += other.offers
        answersAsked += other.answersAsked
    }
}
