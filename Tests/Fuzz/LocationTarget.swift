import IngestCore
import Model
import WireFormat

extension FuzzTarget {
    /// Batches of positions from a phone that lies: decoded, judged, numbered and acknowledged as ingest does.
    ///
    /// Bytes 0 ... 7 choose what happens between the batches; the rest is cut into two of them.
    static let locations = FuzzTarget(
        name: "locations",
        corpus: { _ in LocationCorpus.inputs },
        run: { input throws(FuzzFinding) in
            var drive = LocationDrive(input)
            try drive.run()
        },
        isCanary: { input in
            var drive = LocationDrive(input)
            // A finding is the target's own business.
            try? drive.run()
            return drive.newestSpeed > 0xE000
        }
    )
}

/// One driver's stream: what arrives, what is taken, and what may be acknowledged.
private struct LocationDrive: ~Copyable {
    private static let reference = DriverReference(1)
    private let mode: [UInt8]
    private let rest: [UInt8]
    private var table = VehicleTable()
    /// Every number that was taken as fresh.
    private var taken: Set<UInt32> = []
    private var highest: UInt32 = 0
    private var recordCount = 0
    private var marks: [TrailMark] = []
    private var unstored: UInt32 = 0

    /// The speed in the newest fix.
    var newestSpeed: UInt16 { table.newestFix(of: Self.reference)?.speed ?? 0 }

    init(_ input: [UInt8]) {
        mode = Array(input.prefix(8)) + [UInt8](repeating: 0, count: max(0, 8 - input.count))
        rest = Array(input.dropFirst(8))
        _ = table.open(Self.reference, duty: Self.duty(shift: 1))
    }

    private static func duty(shift: UInt128) -> Duty {
        Duty(
            tenant: TenantID(7),
            driver: DriverID(bits: 11),
            vehicle: VehicleID(bits: 12),
            shift: ShiftID(bits: shift)
        )
    }

    mutating func run() throws(FuzzFinding) {
        let cut = min(rest.count, LocationBatch.headerByteCount + Int(mode[0]) * 8)
        try receive(Array(rest[..<cut]))
        between()
        try receive(Array(rest[cut...]))
        let counted = table.counts.reduce(0, +)
        try hold(
            counted == UInt64(recordCount),
            "each of \(recordCount) records has a verdict: \(counted)"
        )
    }

    /// What dispatch, the store and the operator's clock do meanwhile.
    private mutating func between() {
        switch mode[1] & 7 {
        case 1: _ = table.close(Self.reference, shift: ShiftID(bits: 1))
        case 2:
            _ = table.open(Self.reference, duty: Self.duty(shift: 2))
            (taken, highest, unstored) = ([], 0, 0)
        case 3: closePart()
        case 4:
            closePart()
            for mark in marks { table.noteStored(mark) }
        case 5: table.forgetFixes(after: Int64(mode[2]) << 32)
        case 6:
            table.beginSnapshot()
            _ = table.endSnapshot()
        case 7: table.endResuming(Self.reference)
        default: break
        }
    }

    private mutating func closePart() {
        let key = table.trailKey(Self.reference)
        marks.append(table.trailMark(key, count: unstored, isLast: mode[3] & 1 == 0))
        unstored = 0
    }

    private mutating func receive(_ bytes: [UInt8]) throws(FuzzFinding) {
        // Every fourth input is held against its own head; the others get a head that fits, so as to come further.
        let message = mode[4] & 3 == 0 ? bytes : Self.repaired(bytes)
        let span = message.span.bytes
        guard let batch = try? LocationBatch(decoding: span) else { return }
        if mode[5] & 1 == 1, batch.count > 0,
            table.isUnnumbered(Self.reference)
        {
            table.resumeNumbering(Self.reference)
        }
        let now =
            batch.baseTimeMilliseconds &+ (Int64(Int8(bitPattern: mode[6])) << Int64(mode[7] & 31))
        for index in 0..<batch.count {
            recordCount += 1
            let before = table.contiguousSequence(of: Self.reference)
            let shown = table.newestFix(of: Self.reference)
            if let record = try? batch.record(at: index, in: span) {
                try take(record, batch, now)
            } else {
                takeUnreadable(at: index, batch, span)
            }
            try check(since: before, shown, now)
        }
    }

    private mutating func take(
        _ record: LocationRecord,
        _ batch: LocationBatch,
        _ now: Int64
    ) throws(FuzzFinding) {
        let fix = Fix(
            measuredAt: batch.baseTimeMilliseconds &+ Int64(record.offsetMilliseconds),
            latitudeE7: record.latitudeE7,
            longitudeE7: record.longitudeE7,
            sequence: record.sequence,
            speed: record.speedCentimetersPerSecond,
            heading: record.headingHundredthsOfDegree,
            accuracy: record.accuracyDecimeters,
            status: record.status
        )
        let verdict = table.take(
            fix,
            named: record.driverReference == 0 ? 1 : record.driverReference,
            stream: Self.reference,
            now: now,
            isTrailFull: mode[3] & 2 != 0
        )
        if verdict != .foreignReference, verdict != .offDuty, verdict != .deferred {
            highest = max(highest, record.sequence)
        }
        guard verdict.isTaken else { return }
        if fix.isOnTrip { unstored += 1 }
        try hold(taken.insert(record.sequence).inserted, "number \(record.sequence) is taken once")
    }

    /// A record out of range: its number counts as arrived.
    private mutating func takeUnreadable(
        at index: Int,
        _ batch: LocationBatch,
        _ bytes: RawSpan
    ) {
        let offset = LocationBatch.headerByteCount + index * batch.recordByteCount
        let sequence = (try? bytes.integer(UInt32.self, at: offset + 8)) ?? 0
        _ = table.takeUnreadable(
            sequence: sequence,
            named: Self.reference.rawValue,
            stream: Self.reference
        )
        highest = max(highest, sequence)
    }

    private func check(
        since before: UInt32,
        _ shown: Fix?,
        _ now: Int64
    ) throws(FuzzFinding) {
        let contiguous = table.contiguousSequence(of: Self.reference)
        let settled = table.settledSequence(of: Self.reference)
        try hold(contiguous >= before, "numbering goes on: \(before), then \(contiguous)")
        try hold(contiguous <= highest, "no number beyond \(highest) came: \(contiguous)")
        try hold(settled <= contiguous, "no number is settled that did not come: \(settled)")
        guard let newest = table.newestFix(of: Self.reference) else { return }
        if let shown {
            try hold(newest.measuredAt >= shown.measuredAt, "no older fix takes the newest's place")
        }
        guard newest != shown else { return }
        try hold(newest.latitudeE7.magnitude <= 900_000_000, "what is shown lies on the Earth")
        try hold(newest.longitudeE7.magnitude <= 1_800_000_000, "what is shown lies on the Earth")
        let ahead = newest.measuredAt &- now
        try hold(
            ahead <= FixRules.futureMaxMilliseconds,
            "what is shown is not of the future: \(ahead)"
        )
    }

    /// The batch with a head that fits its length: records of 32 to 63 bytes, no flags, a time in range.
    private static func repaired(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count >= LocationBatch.headerByteCount else { return bytes }
        var bytes = bytes
        let recordByteCount = LocationRecord.byteCount + Int(bytes[2] & 0x1F)
        let count = (bytes.count - LocationBatch.headerByteCount) / recordByteCount
        bytes.removeLast(bytes.count - LocationBatch.headerByteCount - count * recordByteCount)
        bytes[0] = UInt8(truncatingIfNeeded: count)
        bytes[1] = UInt8(truncatingIfNeeded: count >> 8)
        bytes[2] = UInt8(truncatingIfNeeded: recordByteCount)
        for index in [3, 4, 5, 6, 7, 14, 15] { bytes[index] = 0 }
        bytes[13] &= 0x7F
        for index in 0..<count {
            bytes[LocationBatch.headerByteCount + index * recordByteCount + 31] = 0
        }
        return bytes
    }
}

/// Batches as phones send them: in order, with a gap, with a backlog, on a trip and off it.
private enum LocationCorpus {
    static let inputs: [[UInt8]] = {
        var inputs: [[UInt8]] = []
        for (index, sequences) in sequencesOfStreams.enumerated() {
            for between in UInt8(0)..<8 {
                let mode: [UInt8] = [6, between, 1, UInt8(index & 3), 1, between & 1, 1, 12]
                inputs.append(mode + batch(sequences) + batch(sequences.map { $0 + 3 }))
            }
        }
        return inputs
    }()

    private static let sequencesOfStreams: [[UInt32]] = [
        [1], [1, 2, 3], [3, 1, 2], [1, 4, 2], [5, 5, 5], [1, 3, 5, 7, 9, 11], [.max - 4, 1],
    ]

    private static func batch(_ sequences: [UInt32]) -> [UInt8] {
        var output = OutputBuffer()
        guard
            var writer = try? LocationBatchWriter(
                to: &output,
                baseTimeMilliseconds: 1_790_000_000_000
            )
        else { return [] }
        for (index, sequence) in sequences.enumerated() {
            let record = LocationRecord(
                driverReference: index & 1 == 0 ? 0 : 1,
                sequence: sequence,
                offsetMilliseconds: Int32(index) * 1_000,
                latitudeE7: 377_793_000,
                longitudeE7: -1_224_192_000 + Int32(index),
                speedCentimetersPerSecond: 900,
                status: UInt8(index % 4)
            )
            try? writer.append(record, to: &output)
        }
        writer.finish(&output)
        return output.array()
    }
}
