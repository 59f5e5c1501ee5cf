package import Configuration
internal import Glibc
internal import Synchronization

/// Kills the process, as a power cut would, when it passes a named place for the n-th time.
///
/// For tests of what survives: they run the shipped programs, so the places are compiled in always and cost one
/// comparison each; `NEXORS_FAILPOINT` is refused in production.
package final class Failpoint: Sendable {
    /// Where and when to die: `payments.after_provider_reply:3`.
    package struct Plan: Hashable, Sendable {
        /// The most passes that may be counted.
        static let passMax = 1_000_000

        /// The place.
        package let place: String
        /// At which pass, from 1.
        package let pass: Int

        /// The plan that `text` writes: a place, and behind a colon the pass where it is not the first.
        package init?(_ text: String) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            let pass = parts.count == 2 ? Int(parts[1]) : parts.count == 1 ? 1 : nil
            guard let pass, (1...Self.passMax).contains(pass), let place = parts.first,
                place.contains("."),
                place.utf8.allSatisfy({
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: ".")
                        || $0 == UInt8(ascii: "_")
                })
            else { return nil }
            self.place = String(place)
            self.pass = pass
        }
    }

    /// The setting; none but in tests.
    package static let key = ConfigurationKey<Plan>(
        "NEXORS_FAILPOINT",
        form: "place:pass, such as payments.after_provider_reply:3",
        "Kills the process at a named place, for tests; refused in production."
    ) { Plan($0) }.optional()

    private let plan: Plan?
    private let die: @Sendable () -> Void
    private let passCount = Atomic(0)

    /// What `values` plan for one of `places`.
    ///
    /// - Throws: In production, and where the place is none of the program's: a test that never dies proves nothing.
    package convenience init(
        _ values: ConfigurationValues,
        _ deployment: Deployment,
        places: [String]
    ) throws(ConfigurationError) {
        let plan = values[Self.key]
        if let plan {
            guard deployment != .production else {
                throw ConfigurationError([.init(Self.key.name, "is refused in production")])
            }
            guard places.contains(plan.place) else {
                throw ConfigurationError([
                    .init(Self.key.name, "the places are \(places.joined(separator: ", "))")
                ])
            }
        }
        self.init(plan)
    }

    /// What the settings of `program` plan for one of `places`.
    ///
    /// - Throws: In production, and where the place is none of the program's.
    package convenience init(
        _ program: ServiceProgram,
        places: [String]
    ) throws(ConfigurationError) {
        try self.init(program.values, program.configuration.deployment, places: places)
    }

    /// A failpoint of a plan, or none.
    package init(
        _ plan: Plan?,
        die: @escaping @Sendable () -> Void = { kill(getpid(), SIGKILL) }
    ) {
        self.plan = plan
        self.die = die
    }

    /// Passes `place`; does not return where the plan says so.
    package func pass(_ place: String) {
        guard let plan, plan.place == place else { return }
        if passCount.wrappingAdd(1, ordering: .relaxed).newValue == plan.pass { die() }
    }
}
