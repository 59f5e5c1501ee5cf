package import Model

/// A vehicle's numbering: fixes of two shifts never share one.
package struct TrailKey: Hashable, Comparable, Sendable {
    /// Whose.
    package let reference: DriverReference
    let epoch: UInt32

    /// By reference, then by age.
    package static func < (left: Self, right: Self) -> Bool {
        left.reference == right.reference
            ? left.epoch < right.epoch : left.reference < right.reference
    }
}

/// How far a vehicle's numbering had come when a part of the trail was closed for storing.
package struct TrailMark: Hashable, Sendable {
    /// Whose.
    package let key: TrailKey
    /// Fixes of his in this part.
    let count: UInt32
    /// Every fix up to here is in this part or an earlier one, or needs no storing; 0 where that is not said.
    let contiguous: UInt32
}

/// Numbering and acknowledgement: what the phone may forget.
///
/// Off a trip that is whatever has arrived. A fix on a trip counts only once the trail with it is stored, and since
/// the acknowledgement is one number, everything sent after it waits with it.
extension VehicleTable {
    /// Begins a numbering of which nothing is known with the lowest number that the phone still has.
    ///
    /// After a restart of ours the shift goes on at some thousand: what lies before it was acknowledged by the
    /// process that is gone. Changes nothing once a number has come.
    ///
    /// - Parameter oldest: The lowest number in the stream's first batch.
    package mutating func resumeNumbering(_ reference: DriverReference, oldest: UInt32) {
        guard let index = index(of: reference), slots[index].ledger.isUntouched, oldest > 0
        else { return }
        slots[index].ledger = SequenceLedger(contiguous: oldest - 1)
    }

    /// Whether no number of this shift has come yet.
    package func isUnnumbered(_ reference: DriverReference) -> Bool {
        index(of: reference).map { slots[$0].ledger.isUntouched } ?? false
    }

    /// The highest number up to which every fix has arrived, stored or not.
    package func contiguousSequence(of reference: DriverReference) -> UInt32 {
        index(of: reference).map { slots[$0].ledger.contiguous } ?? 0
    }

    /// The highest number up to which the phone may forget its fixes.
    package func settledSequence(of reference: DriverReference) -> UInt32 {
        guard let index = index(of: reference) else { return 0 }
        return slots[index].unstoredCount > 0
            ? slots[index].storedThrough : slots[index].ledger.contiguous
    }

    /// Whether fixes of the vehicle wait to be stored.
    package func isStoring(_ reference: DriverReference) -> Bool {
        index(of: reference).map { slots[$0].unstoredCount > 0 } ?? false
    }

    /// What fixes that are taken now are numbered by.
    package func trailKey(_ reference: DriverReference) -> TrailKey {
        TrailKey(reference: reference, epoch: index(of: reference).map { slots[$0].epoch } ?? 0)
    }

    /// The vehicle's place in a part of the trail that holds `count` of its fixes.
    ///
    /// - Parameter isLast: Whether no later fix of it waits. Else the part counts, and says nothing of numbers.
    package func trailMark(_ key: TrailKey, count: UInt32, isLast: Bool) -> TrailMark {
        var contiguous: UInt32 = 0
        if isLast, let index = index(of: key.reference), slots[index].epoch == key.epoch {
            contiguous = slots[index].ledger.contiguous
        }
        return TrailMark(key: key, count: count, contiguous: contiguous)
    }

    /// Takes note that a part of the trail is stored; parts are stored in the order in which they were closed.
    package mutating func noteStored(_ mark: TrailMark) {
        guard let index = index(of: mark.key.reference), slots[index].epoch == mark.key.epoch
        else { return }
        slots[index].unstoredCount -= min(mark.count, slots[index].unstoredCount)
        slots[index].storedThrough = max(slots[index].storedThrough, mark.contiguous)
    }

    mutating func noteUnstored(_ index: Int, settled: UInt32) {
        if slots[index].unstoredCount == 0 { slots[index].storedThrough = settled }
        slots[index].unstoredCount += 1
    }

    mutating func restartNumbering(_ index: Int) {
        slots[index].ledger = SequenceLedger()
        slots[index].epoch &+= 1
        slots[index].unstoredCount = 0
        slots[index].storedThrough = 0
    }
}
