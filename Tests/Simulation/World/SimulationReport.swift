internal import Delivery
internal import HTTP
internal import Model

/// What a run was and how it ended.
package struct SimulationReport: Sendable {
    package let seed: UInt64
    package let mutation: Mutation?
    package let faults: [FaultPlan.Kind]
    /// What must not be, in the order of noticing; empty is a pass.
    package let violations: [String]
    package let counts: Counts
    /// Which faults really happened.
    package let coverage: Coverage
    /// Bookings at the end, by state.
    package let bookings: [(state: String, count: Int)]
    /// What partners asked for, by outcome.
    package let wishes: [(outcome: String, count: Int)]
    package let driverCount: Int
    /// Simulated time, milliseconds.
    package let milliseconds: Int64
    package let eventCount: Int
    /// Of every line of the trace: equal digests are equal runs.
    package let digest: String
    /// The last lines of the trace.
    package let tail: [String]

    init(_ world: World, drivers: Int) {
        seed = world.seed
        mutation = world.mutation
        faults = world.plan.enabled
        violations = world.violations
        counts = world.counts
        coverage = world.coverage
        bookings = world.bookingCounts
        wishes = world.wishCounts
        driverCount = drivers
        milliseconds = world.now / 1000
        eventCount = world.eventCount
        digest = String(world.trace.digest.bits, radix: 16)
        tail = world.trace.tail
    }

    /// Whether nothing was found.
    package var isPassed: Bool { violations.isEmpty }

    /// The command that does exactly this again.
    package var replayCommand: String {
        "simulate --seed \(seed)" + (mutation.map { " --without \($0.rawValue)" } ?? "")
            + " --trace"
    }

    /// For people: one line, and for a failure all that helps.
    package var text: String {
        let words = faults.isEmpty ? "none" : faults.map(\.rawValue).joined(separator: " ")
        var lines = [
            "seed \(seed) \(isPassed ? "passed" : "FAILED"): "
                + bookings.map { "\($0.count) \($0.state)" }.joined(separator: ", ")
                + "; \(counts.crashes) crashes, \(counts.messages) messages, "
                + "\(counts.commits) commits, \(milliseconds / 1000) s; faults: \(words); trace \(digest)"
        ]
        guard !isPassed else { return lines[0] }
        lines += violations.map { "  \($0)" }
        lines.append("the trace ends:")
        lines += tail.map { "  \($0)" }
        lines.append("again: \(replayCommand)")
        return lines.joined(separator: "\n")
    }

    /// For programs: one JSON object on one line.
    package var json: String {
        var json = JSONWriter()
        json.beginObject()
        json.member("seed", String(seed))
        if let mutation { json.member("without", mutation.rawValue) }
        json.member("passed", isPassed)
        json.key("faults")
        json.beginArray()
        for fault in faults { json.string(fault.rawValue) }
        json.endArray()
        json.key("violations")
        json.beginArray()
        for violation in violations { json.string(violation) }
        json.endArray()
        json.key("bookings")
        json.beginObject()
        for (state, count) in bookings {
            json.key(text: state)
            json.integer(Int64(count))
        }
        json.endObject()
        json.key("hits")
        json.beginObject()
        for (name, count) in coverage.all where count > 0 {
            json.key(text: name)
            json.integer(Int64(count))
        }
        json.endObject()
        json.member("crashes", Int64(counts.crashes))
        json.member("messages", Int64(counts.messages))
        json.member("commits", Int64(counts.commits))
        json.member("events", Int64(eventCount))
        json.member("simulated_milliseconds", milliseconds)
        json.member("trace", digest)
        json.member("replay", replayCommand)
        json.endObject()
        return String(decoding: json.finish(), as: UTF8.self)
    }
}
