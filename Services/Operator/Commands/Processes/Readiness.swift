package import HTTPClient
internal import ServiceRuntime
internal import Timekeeping

/// Waits until programs say that they are ready, with progress.
package struct Readiness {
    /// How long a start may take: migrations of a large store included, on a machine that has other work.
    package static let startTime = Duration.seconds(180)
    /// How often a program is asked.
    private static let interval = Duration.milliseconds(100)

    private let client: HTTPClient
    private let context: OperatorContext

    /// Asks by `client`.
    package init(_ client: HTTPClient, _ context: OperatorContext) {
        self.client = client
        self.context = context
    }

    /// Waits for all of `plans`.
    ///
    /// - Returns: `false` where the operator asked to stop first.
    /// - Throws: The programs that are not ready in time, or why one cannot start.
    package func wait(
        for plans: [ProgramPlan],
        _ installation: Installation
    ) async throws(OperatorError) -> Bool {
        let deadline = context.time.now.advanced(by: Self.startTime)
        var waiting = plans
        while true {
            var left: [ProgramPlan] = []
            for plan in waiting where !(await isReady(plan)) { left.append(plan) }
            waiting = left
            if waiting.isEmpty { return true }
            let names = waiting.map(\.name).joined(separator: ", ")
            context.console.show(
                "starting: \(plans.count - waiting.count) of \(plans.count) ready, waiting for \(names)"
            )
            guard context.time.now < deadline else {
                throw OperatorError(
                    "Not ready after \(Figures.time(Self.startTime)): \(names).",
                    advice: "Their logs are in \(installation.root)/logs."
                )
            }
            guard await context.sleep(Self.interval) else {
                if case .fault(let message) = context.stop.current { throw OperatorError(message) }
                return false
            }
        }
    }

    private func isReady(_ plan: ProgramPlan) async -> Bool {
        let request = HTTPClientRequest(.get, plan.readinessURL, timeMax: .seconds(2))
        return (try? await client.send(request))?.status == 200
    }
}
