internal import Foundation
internal import Model
internal import ServiceRuntime

/// The products: whether they are there, find their libraries, and are of one version.
enum ProgramExamination {
    private static let area = "programs"
    /// A product that prints its version takes milliseconds.
    private static let answerTime = Duration.seconds(10)

    static func findings(_ folder: String) async -> [Finding] {
        var findings: [Finding] = []
        let isThere = { (name: String) in
            FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)")
        }
        let missing = ProgramPlan.names.filter { !isThere($0) }
        if !missing.isEmpty {
            findings.append(
                .problem(
                    area,
                    missing.joined(separator: ", "),
                    FileManager.default.fileExists(atPath: folder)
                        ? "not in \(folder)" : "there is no folder \(folder)",
                    advice:
                        "Build with deploy/up, or name the folder of the programs with --programs DIR."
                )
            )
        }
        for name in ProgramPlan.names where isThere(name) {
            let path = "\(folder)/\(name)"
            let libraries = await libraries(name, path)
            findings.append(libraries)
            // One that does not find its libraries cannot say its version.
            if libraries.level != .problem {
                findings.append(await version(name, path))
            }
        }
        return findings
    }

    /// What the dynamic linker says, which alone knows where it looks.
    private static func libraries(_ name: String, _ path: String) async -> Finding {
        var environment = ProcessInfo.processInfo.environment
        environment["LD_TRACE_LOADED_OBJECTS"] = "1"
        guard let lines = await output(path, [], environment) else {
            return .warning(
                area,
                name,
                "its libraries cannot be listed",
                advice: "Run `ldd \(path)`: each line has to name a file."
            )
        }
        let missing = missingLibraries(in: lines)
        guard missing.isEmpty else {
            let packages = missing.map { package(of: $0) ?? "the one that has \($0)" }
            return .problem(
                area,
                name,
                "does not find \(missing.joined(separator: ", "))",
                advice:
                    "Install \(packages.joined(separator: ", ")) (apt-get install), or run deploy/up."
            )
        }
        let known = lines.compactMap { line -> String? in
            let library = line.split(separator: " ").first.map(String.init) ?? ""
            return package(of: library) == nil ? nil : library
        }
        return .ok(area, name, "finds its libraries: \(known.joined(separator: " "))")
    }

    /// The libraries that the linker's list calls "not found".
    static func missingLibraries(in lines: [String]) -> [String] {
        lines.filter { $0.contains("not found") }.compactMap { line in
            line.split(whereSeparator: \.isWhitespace).first.map(String.init)
        }
    }

    /// Debian's package of a library that we link.
    private static func package(of library: String) -> String? {
        let packages = [
            ("libssl", "libssl3"), ("libcrypto", "libssl3"), ("libsqlite3", "libsqlite3-0"),
            ("libcurl", "libcurl4"), ("libz.", "zlib1g"), ("libpq", "libpq5"),
        ]
        return packages.first { library.hasPrefix($0.0) }?.1
    }

    private static func version(_ name: String, _ path: String) async -> Finding {
        let lines = await output(path, ["--version"], ProcessInfo.processInfo.environment) ?? []
        let version = lines.first ?? ""
        guard version == BuildInfo.version else {
            return .warning(
                area,
                name,
                "is version \(version.isEmpty ? "unknown" : version), this command \(BuildInfo.version)",
                advice: "Build all programs together: `swift build -c release`."
            )
        }
        return .ok(area, name, "version \(version)")
    }

    /// The lines that a program prints; `nil` where it cannot be run or does not end in time.
    private static func output(
        _ path: String,
        _ arguments: [String],
        _ environment: [String: String]
    ) async -> [String]? {
        let file = "\(NSTemporaryDirectory())/nexors-doctor-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: file) }
        guard
            let process = try? ChildProcess(
                program: path,
                arguments: arguments,
                environment: environment,
                logPath: file
            )
        else { return nil }
        let timer = Task {
            try? await Task.sleep(for: answerTime)
            if !Task.isCancelled { process.send(SIGKILL) }
        }
        defer { timer.cancel() }
        guard case .exit = await process.waitForEnd(),
            let data = FileManager.default.contents(atPath: file)
        else { return nil }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
    }
}
