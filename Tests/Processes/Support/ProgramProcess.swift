internal import Foundation
public import TestSupport

/// A built program under test: started with an environment of its own, watched by its output, ended as a test
/// wants, killed when the value goes, and at the latest when the test process ends.
public final class ProgramProcess: Sendable {
    /// How a program ended.
    public typealias Exit = SpawnedProgram.End

    /// Why a test cannot go on.
    public struct Failure: Error, CustomStringConvertible {
        /// What went wrong.
        public let description: String

        /// A failure that says this.
        public init(description: String) {
            self.description = description
        }
    }

    /// Begins the last line of `lines`, which says how the program ended.
    private static let exitMark = "-- exit "

    /// The product's name.
    public let name: String
    /// What it wrote, both outputs, line by line; the last one says how it ended.
    public let lines = Recorder<String>()
    private let exits = Recorder<Exit>()
    private let process: SpawnedProgram

    /// Where the products lie: beside the test bundle, or where `NEXORS_PROGRAMS` says.
    public static let folder: String =
        ProcessInfo.processInfo.environment["NEXORS_PROGRAMS"]
        ?? URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path

    /// Starts the product `name`.
    ///
    /// - Parameters:
    ///   - folder: Where it lies; `nil` for the folder of the built products.
    ///   - environment: All that the program gets: a developer's own settings must not decide a test.
    public convenience init(
        _ name: String,
        in folder: String? = nil,
        arguments: [String] = [],
        environment: [String: String]
    ) throws {
        try self.init(
            path: "\(folder ?? Self.folder)/\(name)",
            arguments: arguments,
            environment: environment
        )
    }

    /// Starts the program at `path`.
    public init(path: String, arguments: [String] = [], environment: [String: String]) throws {
        name = URL(fileURLWithPath: path).lastPathComponent
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Failure(description: "no pipe: \(errno)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let reading = ends[0]
        defer { close(ends[1]) }
        do {
            process = try SpawnedProgram(
                path: path,
                arguments: arguments,
                environment: environment.merging(TestGuardian.mark) { wanted, _ in wanted },
                output: ends[1]
            )
        } catch {
            close(reading)
            throw error
        }
        // Holds no reference to the whole: a test that forgets a program ends it.
        Thread.detachNewThread { [lines, exits, process] in
            defer { close(reading) }
            var rest: [UInt8] = []
            while let chunk = Self.read(reading) {
                rest += chunk
                var parts = rest.split(separator: 10, omittingEmptySubsequences: false)
                rest = Array(parts.removeLast())
                for part in parts { lines.append(String(decoding: part, as: UTF8.self)) }
            }
            if !rest.isEmpty { lines.append(String(decoding: rest, as: UTF8.self)) }
            let exit = process.waitForEnd()
            exits.append(exit)
            lines.append("\(Self.exitMark)\(exit)")
        }
    }

    /// What is there now; `nil` at the end. Not by `FileHandle`, which waits for a whole count or traps on EINTR.
    private static func read(_ descriptor: Int32) -> ArraySlice<UInt8>? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Foundation.read(descriptor, &buffer, buffer.count)
            if count > 0 { return buffer[..<count] }
            if count == 0 || errno != EINTR { return nil }
        }
    }

    deinit {
        end()
    }

    private func end() {
        send(SIGKILL)
    }

    /// Its process id.
    public var processID: Int32 { process.id }

    /// Sends a signal: SIGTERM drains, SIGKILL is a crash, SIGSTOP freezes, SIGCONT thaws.
    public func send(_ signal: Int32) {
        // One that has ended is nobody, or by now somebody else.
        if exits.elements.isEmpty { kill(process.id, signal) }
    }

    /// Whether it has ended.
    public var hasEnded: Bool { !exits.elements.isEmpty }

    /// How it ended, as soon as it has.
    ///
    /// A test whose time is up is cancelled: then the program is killed, so that the wait has an end.
    public func exit() async -> Exit {
        await withTaskCancellationHandler {
            await self.exits.wait(forCount: 1)[0]
        } onCancel: {
            self.end()
        }
    }

    /// The first line that holds `text`, as soon as it is there.
    ///
    /// - Throws: Where the program ends without it, or the test's time is up, with all that it wrote.
    public func line(with text: String) async throws -> String {
        let written = await withTaskCancellationHandler {
            await self.lines.wait { lines in
                lines.contains { $0.contains(text) || $0.hasPrefix(Self.exitMark) }
            }
        } onCancel: {
            self.end()
        }
        guard let line = written.first(where: { $0.contains(text) }) else {
            throw Failure(
                description: "\(name) never wrote \"\(text)\":\n\(written.joined(separator: "\n"))"
            )
        }
        return line
    }
}
