internal import TestSupport

/// Files in memory that know what was synced: the disk under a simulated machine.
///
/// Every write is visible at once, as in a page cache, and durable only once its file was synced. `crash` throws
/// away what was not, or keeps a random part of it, sector by sector. The seed repeats everything.
package final class SimulatedDisk {
    /// What a crash leaves of what was not synced.
    package enum CrashMode: CaseIterable, Sendable {
        /// Nothing: the cache was never written.
        case dropAll
        /// Each sector of each write with a chance of one half, in any order.
        case keepSome
        /// All but the tail of the last write.
        case tearLast
    }

    /// What goes wrong at a counted operation; operations are writes, truncations and syncs.
    package enum Fault: Hashable, Sendable {
        /// The machine stops at it: it fails, as do all after it, until `crash`.
        case powerLoss
        /// It fails once with an input/output error, and a failed sync makes nothing durable.
        case inputOutputError
    }

    /// The sizes of a sector, bytes: what a device writes as a whole.
    private static let sectorByteCounts = [512, 4096]

    final class File {
        /// What programs read.
        var visible: [UInt8] = []
        /// What is on the medium; nil while the file's entry in its folder was never synced.
        var durable: [UInt8]?
        /// What came after the last sync.
        var unsynced: [Change] = []
    }

    enum Change {
        case write(offset: Int, bytes: [UInt8])
        case truncate(byteCount: Int)
    }

    private var generator: SeededGenerator
    private(set) var files: [String: File] = [:]
    private var faults: [Int: Fault] = [:]
    private var failingSync: Int?
    /// Faults that hit an operation since the last `takeFaultCounts`.
    package struct FaultCounts: Sendable {
        /// Input/output errors, those of syncs apart.
        package var errors = 0
        /// Syncs that failed.
        package var syncs = 0
        /// Writes that found the disk full.
        package var full = 0
    }

    private var faultCounts = FaultCounts()
    /// Operations so far.
    package private(set) var operationCount = 0
    /// Syncs so far.
    package private(set) var syncCount = 0
    /// Bytes that all files may hold together; writes past it find the disk full.
    package var byteCountMax = Int.max
    /// Whether syncs claim to be done and are done only by `completeSyncs`: a disk that lies.
    package var syncsAreDeferred = false
    /// Whether the power is off.
    package private(set) var isDown = false
    /// Grows with each crash: handles from before are dead.
    private(set) var generation = 0

    /// An empty disk.
    package init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    /// Lets `fault` happen at operation number `operation`, counted from 1 over the life of the disk.
    package func inject(_ fault: Fault, at operation: Int) {
        faults[operation] = fault
    }

    /// Lets the sync after the next `count` fail once with an input/output error.
    package func failSync(after count: Int) {
        failingSync = syncCount + count + 1
    }

    /// What hit since the last call.
    package func takeFaultCounts() -> FaultCounts {
        defer { faultCounts = FaultCounts() }
        return faultCounts
    }

    /// Forgets all faults that were planned and have not happened.
    package func forgetFaults() {
        faults = [:]
        failingSync = nil
    }

    /// Makes durable what deferred syncs have claimed, and all that was written since.
    package func completeSyncs() {
        for name in files.keys.sorted() {
            guard let file = files[name] else { continue }
            complete(file)
        }
    }

    /// What all files hold together, bytes.
    package var byteCount: Int { files.values.reduce(0) { $0 + $1.visible.count } }

    /// Cuts the power, if it is not off, and switches it on again: files are as the medium has them.
    ///
    /// - Returns: Whether there was anything that was not synced.
    @discardableResult
    package func crash(_ mode: CrashMode) -> Bool {
        let isAnythingLost = files.values.contains { $0.durable == nil || !$0.unsynced.isEmpty }
        isDown = false
        generation += 1
        // By name, since the order of a dictionary changes from run to run.
        for name in files.keys.sorted() {
            guard let file = files[name] else { continue }
            var content = file.durable ?? []
            let kept = keep(file.unsynced, mode)
            for change in kept { Self.apply(change, to: &content) }
            if file.durable == nil, kept.isEmpty {
                files[name] = nil
                continue
            }
            file.durable = content
            file.visible = content
            file.unsynced = []
        }
        return isAnythingLost
    }

    /// Flips one bit of what `name` has on the medium and in the cache. - Returns: Whether there was one.
    package func flipBit(of name: String, at offset: Int, bit: Int) -> Bool {
        guard let file = files[name], file.visible.indices.contains(offset) else { return false }
        file.visible[offset] ^= 1 << UInt8(bit & 7)
        if let durable = file.durable, durable.indices.contains(offset) {
            file.durable?[offset] ^= 1 << UInt8(bit & 7)
        }
        return true
    }

    /// How many bytes `name` has; nil where there is no such file.
    package func byteCount(of name: String) -> Int? {
        files[name]?.visible.count
    }

    private func keep(_ changes: [Change], _ mode: CrashMode) -> [Change] {
        switch mode {
        case .dropAll:
            return []
        case .tearLast:
            guard case .write(let offset, let bytes)? = changes.last else { return changes }
            let cut = Int.random(in: 0...bytes.count, using: &generator)
            return changes.dropLast() + [.write(offset: offset, bytes: Array(bytes[..<cut]))]
        case .keepSome:
            let sector = Self.sectorByteCounts.randomElement(using: &generator) ?? 512
            return changes.flatMap { change -> [Change] in
                guard case .write(let offset, let bytes) = change else {
                    return Bool.random(using: &generator) ? [change] : []
                }
                return Self.sectors(offset, bytes, sector).filter { _ in
                    Bool.random(using: &generator)
                }
            }
        }
    }

    private static func sectors(_ offset: Int, _ bytes: [UInt8], _ sector: Int) -> [Change] {
        var parts: [Change] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, ((offset + start) / sector + 1) * sector - offset)
            parts.append(.write(offset: offset + start, bytes: Array(bytes[start..<end])))
            start = end
        }
        return parts
    }

    private static func apply(_ change: Change, to content: inout [UInt8]) {
        switch change {
        case .write(let offset, let bytes):
            let end = offset + bytes.count
            // An array, not `repeatElement`: that one is fifty times slower in a debug build.
            if content.count < end { content += [UInt8](repeating: 0, count: end - content.count) }
            content.replaceSubrange(offset..<end, with: bytes)
        case .truncate(let byteCount):
            if content.count > byteCount { content.removeLast(content.count - byteCount) }
        }
    }
}

/// What the file layer asks of the disk.
extension SimulatedDisk {
    /// How an operation ended.
    enum Outcome { case done, failed, full }

    func exists(_ name: String) -> Bool { files[name] != nil }

    func open(_ name: String, creates: Bool) -> File? {
        guard !isDown else { return nil }
        if let file = files[name] { return file }
        guard creates else { return nil }
        let file = File()
        files[name] = file
        return file
    }

    /// Removes the file; durable at once, as the library syncs the folder where it matters.
    func remove(_ name: String) -> Outcome {
        guard !isDown else { return .failed }
        files[name] = nil
        return .done
    }

    func write(_ bytes: [UInt8], at offset: Int, to file: File) -> Outcome {
        let fault = count()
        let growth = max(0, offset + bytes.count - file.visible.count)
        if fault == nil, growth > byteCountMax - byteCount {
            faultCounts.full += 1
            return .full
        }
        // What the power cut hits is under way: the crash decides how much of it is there.
        guard fault != .inputOutputError, !isDown || fault == .powerLoss else { return .failed }
        let change = Change.write(offset: offset, bytes: bytes)
        Self.apply(change, to: &file.visible)
        file.unsynced.append(change)
        return fault == nil ? .done : .failed
    }

    func truncate(_ file: File, to byteCount: Int) -> Outcome {
        guard count() == nil, !isDown else { return .failed }
        let change = Change.truncate(byteCount: byteCount)
        Self.apply(change, to: &file.visible)
        file.unsynced.append(change)
        return .done
    }

    func sync(_ file: File) -> Outcome {
        var fault = count()
        syncCount += 1
        if syncCount == failingSync { fault = .inputOutputError }
        if fault == .inputOutputError { faultCounts.syncs += 1 }
        guard fault == nil, !isDown else {
            // As Linux does: after a failed sync the pages count as clean, and the next sync passes over them.
            if fault == .inputOutputError {
                if file.durable == nil { file.durable = [] }
                file.unsynced = []
            }
            return .failed
        }
        if !syncsAreDeferred { complete(file) }
        return .done
    }

    private func complete(_ file: File) {
        var content = file.durable ?? []
        for change in file.unsynced { Self.apply(change, to: &content) }
        file.durable = content
        file.unsynced = []
    }

    private func count() -> Fault? {
        operationCount += 1
        guard let fault = faults[operationCount] else { return nil }
        if fault == .powerLoss { isDown = true } else { faultCounts.errors += 1 }
        return fault
    }
}
