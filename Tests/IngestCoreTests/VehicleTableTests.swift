import IngestCore
import Model
import Testing

@Suite("Vehicle table")
struct VehicleTableTests {
    static let now: Int64 = 1_780_000_000_000
    static let reference = DriverReference(3)

    static func duty(_ shift: UInt128 = 1, driver: UInt128 = 7) -> Duty {
        Duty(
            tenant: TenantID(42),
            driver: DriverID(bits: driver),
            vehicle: VehicleID(bits: 8),
            shift: ShiftID(bits: shift)
        )
    }

    static func fix(_ sequence: UInt32, at time: Int64 = now, latitude: Int32 = 516_123_456) -> Fix
    {
        Fix(measuredAt: time, latitudeE7: latitude, longitudeE7: -1_234_567, sequence: sequence)
    }

    static func onDuty() -> VehicleTable {
        var table = VehicleTable()
        _ = table.open(reference, duty: duty())
        return table
    }

    @Test("a good fix is live, is the newest, and is counted")
    func live() {
        var table = Self.onDuty()
        let verdict = table.take(Self.fix(1), named: 3, stream: Self.reference, now: Self.now)
        #expect(verdict == .live)
        let value1 = table.newestFix(of: Self.reference)
        #expect(value1 == Self.fix(1))
        let value2 = table.counts[Int(FixVerdict.live.rawValue)]
        #expect(value2 == 1)
        let value3 = table.contiguousSequence(of: Self.reference)
        #expect(value3 == 1)
    }

    @Test("a fix measured before the newest goes to the trail and not to live state")
    func late() {
        var table = Self.onDuty()
        _ = table.take(Self.fix(2), named: 3, stream: Self.reference, now: Self.now)
        let older = Self.fix(1, at: Self.now - 5000)
        let value4 = table.take(older, named: 3, stream: Self.reference, now: Self.now)
        #expect(value4 == .late)
        let value5 = table.newestFix(of: Self.reference)?.sequence
        #expect(value5 == 2)
        let value6 = table.contiguousSequence(of: Self.reference)
        #expect(value6 == 2)
    }

    @Test(
        "each fault has its verdict",
        arguments: [
            (fix(1, latitude: 900_000_001), FixVerdict.outOfRange),
            (fix(1, latitude: .min), .outOfRange),
            (
                Fix(measuredAt: now, latitudeE7: 9_999, longitudeE7: -10_000, sequence: 1),
                .zeroIsland
            ),
            (fix(1, at: now + 30_001), .future),
            (fix(1, at: now - 86_400_001), .tooOld),
            (fix(1, at: .min), .tooOld),
            (fix(1, at: .max), .future),
            (fix(0), .duplicate),
        ]
    )
    func faults(fix: Fix, verdict: FixVerdict) {
        var table = Self.onDuty()
        let value7 = table.take(fix, named: 3, stream: Self.reference, now: Self.now)
        #expect(value7 == verdict)
        let value8 = table.newestFix(of: Self.reference)
        #expect(value8 == nil)
    }

    @Test(
        "the last good value on each side of a limit is taken",
        arguments: [
            fix(1, latitude: 900_000_000),
            Fix(measuredAt: now, latitudeE7: 10_001, longitudeE7: 0, sequence: 1),
            fix(1, at: now + 30_000),
            fix(1, at: now - 86_400_000),
        ]
    )
    func limits(fix: Fix) {
        var table = Self.onDuty()
        let value9 = table.take(fix, named: 3, stream: Self.reference, now: Self.now)
        #expect(value9 == .live)
    }

    @Test("a driver reports only himself")
    func foreign() {
        var table = Self.onDuty()
        _ = table.open(DriverReference(4), duty: Self.duty(2, driver: 9))
        let verdict = table.take(Self.fix(1), named: 4, stream: Self.reference, now: Self.now)
        #expect(verdict == .foreignReference)
        let value10 = table.newestFix(of: DriverReference(4))
        #expect(value10 == nil)
    }

    @Test("without an open shift nothing is stored, and nothing is settled")
    func offDuty() {
        var table = Self.onDuty()
        let closed = table.close(Self.reference, shift: ShiftID(bits: 1))
        #expect(closed)
        let verdict = table.take(Self.fix(1), named: 3, stream: Self.reference, now: Self.now)
        #expect(verdict == .offDuty)
        #expect(!verdict.isSettled)
        let value11 = table.contiguousSequence(of: Self.reference)
        #expect(value11 == 0)
        let value12 = table.reference(of: DriverID(bits: 7))
        #expect(value12 == nil)
    }

    @Test("a new shift numbers from the beginning; the same shift told again does not")
    func newShift() {
        var table = Self.onDuty()
        _ = table.take(Self.fix(1), named: 3, stream: Self.reference, now: Self.now)
        _ = table.open(Self.reference, duty: Self.duty(1))
        let value13 = table.contiguousSequence(of: Self.reference)
        #expect(value13 == 1)
        _ = table.open(Self.reference, duty: Self.duty(2))
        let value14 = table.contiguousSequence(of: Self.reference)
        #expect(value14 == 0)
    }

    @Test("a reference given to another driver forgets the former one's position")
    func otherDriver() {
        var table = Self.onDuty()
        _ = table.take(Self.fix(1), named: 3, stream: Self.reference, now: Self.now)
        _ = table.open(Self.reference, duty: Self.duty(5, driver: 11))
        let value15 = table.newestFix(of: Self.reference)
        #expect(value15 == nil)
        let value16 = table.reference(of: DriverID(bits: 7))
        #expect(value16 == nil)
        let value17 = table.reference(of: DriverID(bits: 11))
        #expect(value17 == Self.reference)
    }

    @Test("references out of range are refused", arguments: [0, 1_000_001] as [UInt64])
    func references(raw: UInt64) {
        var table = VehicleTable()
        let opened = table.open(DriverReference(raw), duty: Self.duty())
        #expect(!opened)
        let verdict = table.take(
            Self.fix(1),
            named: raw,
            stream: DriverReference(raw),
            now: Self.now
        )
        #expect(verdict == .unknownReference)
    }
}
