internal import Foundation
public import TestSupport

/// One of the five programs under test: keeps its ports, its store and its settings over any number of starts.
public actor ServiceProcess {
    /// The product's name.
    public nonisolated let name: String
    /// Where calls arrive, the same over all starts, so that its peers find it again.
    public nonisolated let callPort: UInt16
    /// Where `/readyz` and `/metrics` are.
    public nonisolated let internalPort: UInt16
    private let settings: [String: String]
    private var programs: String?
    private var running: ProgramProcess?
    private var endedLines: [String] = []

    /// A service that has not started.
    ///
    /// - Parameters:
    ///   - name: The product.
    ///   - folder: Where its SQLite file lies, unless `settings` name another store.
    ///   - settings: Beside the ports, the store and `NEXORS_ENVIRONMENT=test`.
    public init(
        _ name: String,
        in folder: TemporaryDirectory,
        settings: [String: String]
    ) throws {
        self.name = name
        callPort = try FreePort.find()
        internalPort = try FreePort.find()
        self.settings = [
            "NEXORS_ENVIRONMENT": "test",
            "NEXORS_DATABASE_URL": "sqlite:\(folder.path(of: "\(name).db"))",
            "NEXORS_LISTEN": "127.0.0.1:\(callPort)",
            "NEXORS_INTERNAL_LISTEN": "127.0.0.1:\(internalPort)",
        ].merging(settings) { _, wanted in wanted }
    }

    /// A service that has not started, with exactly this environment.
    ///
    /// - Parameters:
    ///   - callPort: What `NEXORS_LISTEN` says.
    ///   - internalPort: What `NEXORS_INTERNAL_LISTEN` says.
    public init(
        _ name: String,
        environment: [String: String],
        callPort: UInt16,
        internalPort: UInt16
    ) {
        self.name = name
        self.callPort = callPort
        self.internalPort = internalPort
        settings = environment
    }

    /// From the next start on, runs the program that lies in `folder`: another build of it.
    public func move(to folder: String) {
        programs = folder
    }

    /// Starts the program and returns once it serves.
    ///
    /// - Parameter settings: For this start alone, such as a failpoint.
    /// - Throws: Where it ends before, with all that it wrote.
    @discardableResult
    public func start(_ settings: [String: String] = [:]) async throws -> ProgramProcess {
        let started = try launch(settings)
        _ = try await started.line(with: "\"message\":\"serving\"")
        return started
    }

    /// Starts the program and does not wait: for one that is meant to die while it starts.
    @discardableResult
    public func launch(_ settings: [String: String] = [:]) throws -> ProgramProcess {
        if let running { endedLines += running.lines.elements }
        let started = try ProgramProcess(
            name,
            in: programs,
            environment: self.settings.merging(settings) { _, wanted in wanted }
        )
        running = started
        return started
    }

    /// Ends the program as a crash would and returns when it is gone.
    @discardableResult
    public func kill() async -> ProgramProcess.Exit? {
        running?.send(SIGKILL)
        return await running?.exit()
    }

    /// Asks the program to drain and returns how it ended.
    public func terminate() async -> ProgramProcess.Exit? {
        running?.send(SIGTERM)
        return await running?.exit()
    }

    /// How the program ended, as soon as it has; for one that a failpoint kills.
    public func exit() async -> ProgramProcess.Exit? {
        await running?.exit()
    }

    /// Whether the last start has ended.
    public var hasEnded: Bool { running?.hasEnded ?? true }

    /// Stops the program's time: its connections stay and nothing answers.
    public func freeze() { running?.send(SIGSTOP) }

    /// Lets it go on.
    public func thaw() { running?.send(SIGCONT) }

    /// The body of one page of its internal port, such as `/readyz`.
    public nonisolated func page(_ path: String) async throws -> String {
        try await LocalPage.get(path, port: internalPort)
    }

    /// The running program's process id; `nil` before the first start.
    public var processID: Int32? { running?.processID }

    /// Everything it wrote over all starts.
    public var lines: [String] { endedLines + (running?.lines.elements ?? []) }
}
