import IngestCore
import Model
import TestSupport
import Testing

/// Holds the table, which cannot be copied, where a test's macros can reach it.
private final class Numbering {
    static let reference = DriverReference(3)
    var table = VehicleTable()

    init() {
        _ = table.open(Self.reference, duty: VehicleTableTests.duty())
    }

    @discardableResult
    func take(_ sequence: UInt32, onTrip: Bool = false, isTrailFull: Bool = false) -> FixVerdict {
        var fix = VehicleTableTests.fix(sequence, at: VehicleTableTests.now + Int64(sequence))
        fix.status = onTrip ? Fix.occupied : 1
        return table.take(
            fix,
            named: 3,
            stream: Self.reference,
            now: VehicleTableTests.now,
            isTrailFull: isTrailFull
        )
    }

    func mark(_ count: UInt32, isLast: Bool = true) -> TrailMark {
        table.trailMark(table.trailKey(Self.reference), count: count, isLast: isLast)
    }

    func resume() { table.resumeNumbering(Self.reference) }

    var isStoring: Bool { table.isStoring(Self.reference) }
    var shown: UInt32? { table.newestFix(of: Self.reference)?.sequence }

    func endSnapshot() -> [DriverReference] { table.endSnapshot() }

    func reference(of driver: UInt128) -> DriverReference? {
        table.reference(of: DriverID(bits: driver))
    }

    var settled: UInt32 { table.settledSequence(of: Self.reference) }
}

@Suite("Numbering and what is settled")
struct NumberingTests {
    @Test("off a trip what has arrived is settled; on one only what is stored")
    func settles() {
        let numbering = Numbering()
        numbering.take(1)
        #expect(numbering.settled == 1)
        numbering.take(2, onTrip: true)
        numbering.take(3)
        #expect(numbering.settled == 1, "the one after waits with it")
        let mark = numbering.mark(1)
        numbering.take(4, onTrip: true)
        numbering.table.noteStored(mark)
        #expect(numbering.settled == 3)
        numbering.table.noteStored(numbering.mark(1))
        #expect(numbering.settled == 4)
        #expect(!numbering.isStoring)
    }

    @Test("a part that leaves later fixes waiting settles none of the numbers that came after it")
    func leftBehind() {
        let numbering = Numbering()
        for sequence in 1...3 as ClosedRange<UInt32> { numbering.take(sequence, onTrip: true) }
        numbering.table.noteStored(numbering.mark(2, isLast: false))
        #expect(numbering.settled == 0)
        numbering.table.noteStored(numbering.mark(1))
        #expect(numbering.settled == 3)
    }

    @Test("a part of an earlier shift says nothing of a later one")
    func epochs() {
        let numbering = Numbering()
        numbering.take(1, onTrip: true)
        let mark = numbering.mark(1)
        _ = numbering.table.open(Numbering.reference, duty: VehicleTableTests.duty(2))
        numbering.take(1, onTrip: true)
        numbering.table.noteStored(mark)
        #expect(numbering.settled == 0)
        #expect(numbering.isStoring)
    }

    @Test("with the trail full a fix of a trip is shown and not settled, others are taken")
    func full() {
        let numbering = Numbering()
        #expect(numbering.take(1, onTrip: true, isTrailFull: true) == .deferred)
        #expect(numbering.shown == 1)
        #expect(numbering.settled == 0)
        #expect(numbering.take(1, onTrip: true) == .late)
        #expect(numbering.take(2, isTrailFull: true) == .live)
    }

    @Test(
        "a resumed numbering settles nothing until the phone had its time, then from its lowest on"
    )
    func resumes() {
        let numbering = Numbering()
        numbering.resume()
        numbering.take(101, onTrip: true)
        numbering.table.noteStored(numbering.mark(1))
        for sequence in [41, 42] as [UInt32] { numbering.take(sequence) }
        #expect(numbering.settled == 0)
        numbering.table.endResuming(Numbering.reference)
        #expect(numbering.settled == 42)
        for sequence in 43...100 as ClosedRange<UInt32> { numbering.take(sequence) }
        #expect(numbering.settled == 101)
    }

    @Test("a numbering that has begun is not resumed, and one that begins anew is not either")
    func resumesOnce() {
        let numbering = Numbering()
        numbering.take(1)
        numbering.resume()
        numbering.take(2)
        #expect(numbering.settled == 2)
        numbering.table.endResuming(Numbering.reference)
        #expect(numbering.settled == 2)
        _ = numbering.table.open(Numbering.reference, duty: VehicleTableTests.duty(2))
        numbering.resume()
        _ = numbering.table.open(Numbering.reference, duty: VehicleTableTests.duty(3))
        numbering.take(1)
        #expect(numbering.settled == 1)
    }

    @Test("while a numbering is resumed no gap is given up: what needs one is left to the phone")
    func resumesWithGaps() {
        let numbering = Numbering()
        numbering.resume()
        for sequence in [103, 105, 107, 109] as [UInt32] { numbering.take(sequence) }
        #expect(numbering.take(111) == .deferred)
        numbering.table.endResuming(Numbering.reference)
        #expect(numbering.settled == 103)
        numbering.take(112)
        #expect(numbering.settled == 103, "111 may lie in a gap that would be given up")
        for sequence in 104...111 as ClosedRange<UInt32> { numbering.take(sequence) }
        #expect(numbering.settled == 112)
    }

    @Test("what the full trail left to the phone is never given up with a gap")
    func deferred() {
        let numbering = Numbering()
        for sequence in 1...12 as ClosedRange<UInt32> {
            numbering.take(sequence, onTrip: sequence % 2 == 0, isTrailFull: sequence % 2 == 0)
        }
        #expect(numbering.settled == 1)
        for sequence in 2...12 as ClosedRange<UInt32> { numbering.take(sequence) }
        #expect(numbering.settled == 12)
        // All of it has come: gaps are given up again.
        for sequence in [14, 16, 18, 20, 22] as [UInt32] { numbering.take(sequence) }
        #expect(numbering.settled == 14)
    }

    @Test("a snapshot closes what it does not name, in order")
    func snapshot() {
        let numbering = Numbering()
        for raw in [5, 4] as [UInt64] {
            let duty = VehicleTableTests.duty(1, driver: UInt128(raw))
            _ = numbering.table.open(DriverReference(raw), duty: duty)
        }
        numbering.table.beginSnapshot()
        _ = numbering.table.open(
            DriverReference(4),
            duty: VehicleTableTests.duty(1, driver: 4)
        )
        #expect(numbering.endSnapshot() == [DriverReference(3), DriverReference(5)])
        #expect(numbering.take(1) == .offDuty)
    }

    @Test("a driver has one open number: a second one closes the first")
    func oneNumber() {
        let numbering = Numbering()
        _ = numbering.table.open(DriverReference(8), duty: VehicleTableTests.duty(2))
        #expect(numbering.reference(of: 7) == DriverReference(8))
        #expect(numbering.take(1) == .offDuty)
    }
}
