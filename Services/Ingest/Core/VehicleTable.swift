package import Model

/// One measured position in the units of the wire; which vehicle it is of is said beside it.
package struct Fix: Hashable, Sendable {
    /// Milliseconds since the Unix epoch, the phone's clock.
    package var measuredAt: Int64
    /// 1e-7 degrees.
    package var latitudeE7: Int32
    /// 1e-7 degrees.
    package var longitudeE7: Int32
    /// The phone's number of the fix, from 1.
    package var sequence: UInt32
    /// Centimetres a second.
    package var speed: UInt16
    /// Hundredths of a degree clockwise from north, 0 ... 35 999; 65 535 unknown.
    package var heading: UInt16
    /// Decimetres, the radius of 68 % confidence; 0 unknown.
    package var accuracy: UInt16
    /// The driver's status as his phone sees it.
    package var status: UInt8
    /// Flags of the location record.
    package var flags: UInt8

    package init(
        measuredAt: Int64,
        latitudeE7: Int32,
        longitudeE7: Int32,
        sequence: UInt32,
        speed: UInt16 = 0,
        heading: UInt16 = .max,
        accuracy: UInt16 = 0,
        status: UInt8 = 0,
        flags: UInt8 = 0
    ) {
        self.measuredAt = measuredAt
        self.latitudeE7 = latitudeE7
        self.longitudeE7 = longitudeE7
        self.sequence = sequence
        self.speed = speed
        self.heading = heading
        self.accuracy = accuracy
        self.status = status
        self.flags = flags
    }
}

/// Who a reference stands for, as dispatch said when the shift opened.
package struct Duty: Hashable, Sendable {
    package let tenant: TenantID
    package let driver: DriverID
    package let vehicle: VehicleID
    package let shift: ShiftID

    package init(tenant: TenantID, driver: DriverID, vehicle: VehicleID, shift: ShiftID) {
        self.tenant = tenant
        self.driver = driver
        self.vehicle = vehicle
        self.shift = shift
    }
}

/// The live state of every vehicle on duty: its newest fix and what of its stream has arrived.
///
/// References are dense, so the table is an array indexed by them: no hashing and no object for each vehicle on
/// the hot path. Owned by one event loop.
package struct VehicleTable: ~Copyable {
    /// References above this are refused: 1,000,000 vehicles in one ingest process.
    package static let referenceMax: UInt64 = 1_000_000

    private struct Slot {
        var ledger = SequenceLedger()
        var newest = Fix(measuredAt: .min, latitudeE7: 0, longitudeE7: 0, sequence: 0)
        var isOnDuty = false
    }

    /// Indexed by the reference; index 0 is never on duty.
    private var slots: ContiguousArray<Slot> = [Slot()]
    private var duties: ContiguousArray<Duty?> = [nil]
    private var references: [DriverID: DriverReference] = [:]
    /// Fixes by verdict since the start, indexed by `FixVerdict.rawValue`.
    package private(set) var counts: [UInt64]

    /// An empty table.
    package init() {
        counts = Array(repeating: 0, count: FixVerdict.allCases.count)
    }

    /// Opens or changes the shift behind `reference`; a new shift starts a new numbering.
    ///
    /// - Returns: `false` where the reference is 0 or above `referenceMax`.
    /// - Complexity: O(1) amortised.
    package mutating func open(_ reference: DriverReference, duty: Duty) -> Bool {
        guard reference.rawValue > 0, reference.rawValue <= Self.referenceMax else { return false }
        let index = Int(reference.rawValue)
        while slots.count <= index {
            slots.append(Slot())
            duties.append(nil)
        }
        if duties[index]?.shift != duty.shift { slots[index].ledger = SequenceLedger() }
        if let former = duties[index], former.driver != duty.driver {
            references[former.driver] = nil
            slots[index] = Slot()
        }
        duties[index] = duty
        references[duty.driver] = reference
        slots[index].isOnDuty = true
        return true
    }

    /// Closes the shift behind `reference`: from now on its fixes are refused.
    package mutating func close(_ reference: DriverReference) {
        guard let index = index(of: reference) else { return }
        slots[index].isOnDuty = false
    }

    /// The reference of a driver on duty; `nil` where he has no open shift.
    package func reference(of driver: DriverID) -> DriverReference? {
        guard let reference = references[driver], let index = index(of: reference),
            slots[index].isOnDuty
        else { return nil }
        return reference
    }

    /// Who stands behind `reference`, on duty or lately so.
    package func duty(of reference: DriverReference) -> Duty? {
        index(of: reference).flatMap { duties[$0] }
    }

    /// The newest fix of a vehicle; `nil` before the first.
    package func newestFix(of reference: DriverReference) -> Fix? {
        guard let index = index(of: reference), slots[index].newest.measuredAt != .min else {
            return nil
        }
        return slots[index].newest
    }

    /// The highest number up to which every fix has arrived.
    package func contiguousSequence(of reference: DriverReference) -> UInt32 {
        index(of: reference).map { slots[$0].ledger.contiguous } ?? 0
    }

    /// The number of references in use, those off duty included.
    package var count: Int { slots.count - 1 }

    /// Takes one fix of a stream.
    ///
    /// - Parameters:
    ///   - fix: As decoded; nothing about it is trusted.
    ///   - named: The reference that the record names.
    ///   - stream: The reference to which the stream was opened; a driver reports only himself.
    ///   - now: Milliseconds since the Unix epoch, business time.
    /// - Returns: The verdict, which is counted.
    /// - Complexity: O(1), no allocation.
    package mutating func take(
        _ fix: Fix,
        named: UInt64,
        stream: DriverReference,
        now: Int64
    ) -> FixVerdict {
        let verdict = judge(fix, named: named, stream: stream, now: now)
        counts[Int(verdict.rawValue)] &+= 1
        return verdict
    }

    private mutating func judge(
        _ fix: Fix,
        named: UInt64,
        stream: DriverReference,
        now: Int64
    ) -> FixVerdict {
        guard named == stream.rawValue else { return .foreignReference }
        guard let index = index(of: stream) else { return .unknownReference }
        guard slots[index].isOnDuty else { return .offDuty }
        if case .duplicate = slots[index].ledger.admit(fix.sequence) { return .duplicate }
        if let fault = FixRules.check(
            latitudeE7: fix.latitudeE7,
            longitudeE7: fix.longitudeE7,
            measuredAt: fix.measuredAt,
            now: now
        ) {
            return fault
        }
        guard fix.measuredAt > slots[index].newest.measuredAt else { return .late }
        slots[index].newest = fix
        return .live
    }

    private func index(of reference: DriverReference) -> Int? {
        guard reference.rawValue > 0, reference.rawValue < UInt64(slots.count) else { return nil }
        return Int(reference.rawValue)
    }
}
