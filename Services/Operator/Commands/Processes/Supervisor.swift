internal import Foundation
internal import Glibc
package import ServiceRuntime
package import Timekeeping

/// Keeps the programs of an installation running and their logs bounded, and stops them in reverse order.
package actor Supervisor {
    private struct Member {
        let plan: ProgramPlan
        var process: ChildProcess?
        var backoff = RestartBackoff()
        var restartCount = 0
    }

    /// How long a program may take to end after SIGTERM: its own drain takes at most 20 s.
    package static let stopTime = Duration.seconds(25)
    /// Where its configuration is wrong, starting a program again does not help.
    private static let badConfiguration = ExitCode.badConfiguration.rawValue
    /// What the dynamic linker leaves with where it does not find a library: no start will go better.
    private static let notLoaded: Int32 = 127

    private let installation: Installation
    private let programs: String
    private let console: Console
    private let time: any TimeSource
    private let stop: StopRequest
    private var members: [Member]
    private var watchers: [Task<Void, Never>] = []
    private var logKeeper: Task<Void, Never>?
    private var isStopping = false

    /// A supervisor of `plans`, none of which runs yet.
    ///
    /// - Parameters:
    ///   - programs: The folder of the products.
    ///   - stop: Resolved with a fault where a program cannot go on.
    package init(
        _ installation: Installation,
        _ plans: [ProgramPlan],
        programs: String,
        console: Console,
        time: any TimeSource,
        stop: StopRequest
    ) {
        self.installation = installation
        self.programs = programs
        self.console = console
        self.time = time
        self.stop = stop
        members = plans.map { Member(plan: $0) }
    }

    /// Starts every program, in order.
    ///
    /// - Throws: Which product is missing; those that were started run on until `stopAll`.
    package func startAll() throws(OperatorError) {
        for index in members.indices { try start(index) }
        let logs = members.map { installation.log($0.plan.name) }
        logKeeper = Task { [console] in await Self.keepLogs(logs, console) }
    }

    /// Rotates `logs` until it is cancelled; says the first time where that fails.
    ///
    /// Not on the actor, since copying blocks for some milliseconds and a program may end meanwhile.
    @concurrent
    private static func keepLogs(_ logs: [String], _ console: Console) async {
        var isTold = false
        while !Task.isCancelled {
            for log in logs {
                do throws(OperatorError) {
                    try LogRotation.rotate(log)
                } catch {
                    if !isTold { console.note(error.text) }
                    isTold = true
                }
            }
            try? await Task.sleep(for: LogRotation.interval)
        }
    }

    /// Ends every program, the last started first, and waits for each.
    package func stopAll() async {
        isStopping = true
        for index in members.indices.reversed() {
            guard let process = members[index].process else { continue }
            let name = members[index].plan.name
            console.show("stopping \(name)")
            process.send(SIGTERM)
            let isOver = await Self.waits(Self.stopTime) { _ = await process.waitForEnd() }
            if !isOver {
                console.note("\(name) did not stop within \(Self.stopTime); ended by force")
                process.send(SIGKILL)
                _ = await process.waitForEnd()
            }
            unlink(installation.processFile(name))
        }
        for watcher in watchers { watcher.cancel() }
        logKeeper?.cancel()
        console.endShow()
    }

    /// How often `name` was started again.
    package func restartCount(of name: String) -> Int {
        members.first { $0.plan.name == name }?.restartCount ?? 0
    }

    private func start(_ index: Int) throws(OperatorError) {
        let plan = members[index].plan
        var environment = plan.environment
        environment["PATH"] = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        // The toolchain's libraries are found through it where they are not installed.
        if let path = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] {
            environment["LD_LIBRARY_PATH"] = path
        }
        let process = try ChildProcess(
            program: "\(programs)/\(plan.name)",
            environment: environment,
            logPath: installation.log(plan.name)
        )
        members[index].process = process
        let text = Data("\(process.id)\n".utf8)
        try? text.write(to: URL(fileURLWithPath: installation.processFile(plan.name)))
        let startedAt = time.now
        watchers.append(
            Task { [weak self] in
                let end = await process.waitForEnd()
                await self?.ended(index, process, end, startedAt)
            }
        )
    }

    private func ended(
        _ index: Int,
        _ process: ChildProcess,
        _ end: ChildProcess.End,
        _ startedAt: Instant
    ) async {
        guard !isStopping, members[index].process === process else { return }
        let name = members[index].plan.name
        if end == .exit(Self.badConfiguration) {
            stop.resolve(.fault(fault(name, end)))
            return
        }
        if end == .exit(Self.notLoaded) {
            let advice = "`nexors doctor` says which package to install."
            stop.resolve(.fault("\(fault(name, end))\n    \(advice)"))
            return
        }
        let wait = members[index].backoff.wait(after: startedAt.duration(to: time.now))
        console.note(
            "\(name) \(end.text); starting it again in \(wait) (\(installation.log(name)))"
        )
        try? await Task.sleep(for: wait)
        guard !isStopping, members[index].process === process else { return }
        members[index].restartCount += 1
        do {
            try start(index)
        } catch {
            stop.resolve(.fault(error.text))
        }
    }

    private func fault(_ name: String, _ end: ChildProcess.End) -> String {
        let lines = LogTail.lines(installation.log(name), count: 5)
        return (["\(name) \(end.text); its last words:"] + lines.map { "    \($0)" })
            .joined(separator: "\n")
    }

    /// Whether `body` ends within `duration`.
    private static func waits(
        _ duration: Duration,
        _ body: @escaping @Sendable () async -> Void
    ) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            let finished = OneShot<Bool>()
            group.addTask {
                try? await Task.sleep(for: duration)
                finished.resolve(false)
                return false
            }
            // Not a child of the group: it cannot be cancelled, and the group would wait for it.
            Task {
                await body()
                finished.resolve(true)
            }
            let result = await finished.value()
            group.cancelAll()
            return result
        }
    }
}
