internal import Foundation
public import TestSupport

/// A built program under test: started with an environment of its own, watched by its output, ended as a test
/// wants, killed when the value goes.
// Safe: `process` is started once and then only asked for its id; the rest is made for any thread.
public final class ProgramProcess: @unchecked Sendable {
    /// How a program ended.
    public enum Exit: Hashable, Sendable {
        /// By itself, with this code.
        case code(Int32)
        /// By this signal.
        case signal(Int32)
    }

    /// Why a test cannot go on.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// Begins the last line of `lines`, which says how the program ended.
    private static let exitMark = "-- exit "

    /// The product's name.
    public let name: String
    /// What it wrote, both outputs, line by line; the last one says how it ended.
    public let lines = Recorder<String>()
    private let exits = Recorder<Exit>()
    private let process = Process()

    /// Starts the product `name`, which lies beside the test bundle or in the folder that `NEXORS_PROGRAMS` names.
    ///
    /// - Parameter environment: All that the program gets: a developer's own settings must not decide a test.
    public init(
        _ name: String,
        arguments: [String] = [],
        environment: [String: String]
    ) throws {
        self.name = name
        let folder =
            ProcessInfo.processInfo.environment["NEXORS_PROGRAMS"].map { URL(fileURLWithPath: $0) }
            ?? URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        process.executableURL = folder.appendingPathComponent(name)
        process.arguments = arguments
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let reading = output.fileHandleForReading
        // Holds no reference to the whole: a test that forgets a program ends it.
        Thread.detachNewThread { [lines, exits, process] in
            var rest: [UInt8] = []
            while let chunk = Self.read(reading.fileDescriptor) {
                rest += chunk
                var parts = rest.split(separator: 10, omittingEmptySubsequences: false)
                rest = Array(parts.removeLast())
                for part in parts { lines.append(String(decoding: part, as: UTF8.self)) }
            }
            if !rest.isEmpty { lines.append(String(decoding: rest, as: UTF8.self)) }
            process.waitUntilExit()
            let status = process.terminationStatus
            let exit: Exit =
                process.terminationReason == .uncaughtSignal ? .signal(status) : .code(status)
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
        if exits.elements.isEmpty { kill(process.processIdentifier, SIGKILL) }
    }

    /// Its process id.
    public var processID: Int32 { process.processIdentifier }

    /// Sends a signal: SIGTERM drains, SIGKILL is a crash, SIGSTOP freezes, SIGCONT thaws.
    public func send(_ signal: Int32) {
        kill(process.processIdentifier, signal)
    }

    /// How it ended, as soon as it has.
    public func exit() async -> Exit {
        await exits.wait(forCount: 1)[0]
    }

    /// The first line that holds `text`, as soon as it is there.
    ///
    /// - Throws: Where the program ends without it, with all that it wrote.
    public func line(with text: String) async throws -> String {
        let lines = await lines.wait { lines in
            lines.contains { $0.contains(text) || $0.hasPrefix(Self.exitMark) }
        }
        guard let line = lines.first(where: { $0.contains(text) }) else {
            throw Failure(
                description: "\(name) never wrote \"\(text)\":\n\(lines.joined(separator: "\n"))"
            )
        }
        return line
    }
}
