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

    @Test("a numbering of which nothing is known begins where the phone does; a known one stays")
    func resumes() {
        let numbering = Numbering()
        numbering.table.resumeNumbering(Numbering.reference, oldest: 5001)
        numbering.take(5001)
        #expect(numbering.settled == 5001)
        numbering.table.resumeNumbering(Numbering.reference, oldest: 9)
        #expect(numbering.settled == 5001)
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
