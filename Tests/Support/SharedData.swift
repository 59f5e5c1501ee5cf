public import Foundation

/// Real data that some tests use and whose licences keep them out of the repository.
///
/// They lie in `../shared/data` beside the package, or in the folder that the set's key in the environment names. Where
/// they do not, the tests that need them are skipped by name.
public struct SharedData: Sendable {
    /// San Francisco's cabs: a day of trips and two of traces.
    public static let cabspotting = SharedData(
        key: "NEXORS_CABSPOTTING",
        path: "cabspotting-sf/dev",
        file: "trips-dev.csv.gz"
    )
    /// Matching problems with proven optima.
    public static let matchSnapshots = SharedData(
        key: "NEXORS_MATCH_SNAPSHOTS",
        path: "match-snapshots/dev",
        file: "snapshots-dev.json.gz"
    )
    /// Outlines of real districts.
    public static let zones = SharedData(
        key: "NEXORS_ZONES",
        path: "zones/dev",
        file: "san-francisco.geojson.gz"
    )

    /// The variable that names another folder.
    public let key: String
    /// Where the set is looked for.
    public let folder: String
    /// The file that shows that the set is there.
    private let file: String
    private let isNamed: Bool

    private init(key: String, path: String, file: String) {
        // Tests/Support/SharedData.swift: the package is three up, and its neighbour four.
        let beside = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../shared/data/\(path)").standardizedFileURL.path
        let named = ProcessInfo.processInfo.environment[key]
        self.init(key: key, folder: named ?? beside, isNamed: named != nil, file: file)
    }

    init(key: String, folder: String, isNamed: Bool, file: String) {
        self.key = key
        self.folder = folder
        self.isNamed = isNamed
        self.file = file
    }

    /// Whether the set is there.
    ///
    /// - Throws: Where the environment names a folder without it: whoever names one wants the tests to run.
    public func isAtHand() throws -> Bool {
        if FileManager.default.isReadableFile(atPath: "\(folder)/\(file)") { return true }
        guard !isNamed else {
            throw MissingPrerequisite(description: "\(key) names \(folder), which has no \(file)")
        }
        return false
    }

    /// What a file of the set says, unpacked.
    ///
    /// - Throws: Where `gzip` cannot unpack it.
    public func unpacked(_ name: String) throws -> Data {
        let path = "\(folder)/\(name)"
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw CocoaError(.fileReadUnknown) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        let gzip: SpawnedProgram
        do {
            defer { close(ends[1]) }
            gzip = try SpawnedProgram(
                path: Prerequisite.program("gzip") ?? "/bin/gzip",
                arguments: ["-dc", path],
                environment: TestGuardian.mark,
                output: ends[1]
            )
        }
        var data = Data()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(ends[0], &buffer, buffer.count)
            if count > 0 { data.append(contentsOf: buffer[..<count]) }
            if count == 0 || count < 0 && errno != EINTR { break }
        }
        guard gzip.waitForEnd() == .code(0) else {
            throw CocoaError(.fileReadCorruptFile, userInfo: [NSFilePathErrorKey: path])
        }
        return data
    }
}
