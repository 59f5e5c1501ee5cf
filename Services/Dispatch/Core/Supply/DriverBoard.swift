package import Geo
package import Model
package import Timekeeping

/// The drivers of one market: what each is doing, where he was last, and an index over those who are free.
///
/// A driver gets a slot at his first shift and keeps it, so that fixes are applied by number. Soft state: rebuilt
/// from shifts, bookings and the stream of fixes.
package struct DriverBoard: ~Copyable {
    /// One driver.
    package struct Entry: Sendable {
        /// Who he is and what he drives.
        package internal(set) var record: DriverRecord
        /// Whether his shift is open; a trip under way goes on without.
        package internal(set) var isOnDuty: Bool
        /// What he is doing.
        package internal(set) var activity: DriverActivity
        /// Where he was last; `nil` before the first fix of the shift.
        package internal(set) var position: GeoPoint?
        /// When he was there, business time.
        package internal(set) var positionAt: WallTime
        /// Since when he has had no trip.
        package internal(set) var idleSince: WallTime
    }

    /// The most drivers that a market holds; slots are never given back while it lives.
    package let driversMax: Int
    private var entries: [Entry] = []
    private var slots: [DriverID: Int32] = [:]
    /// One index a class, so that rare classes are found among many others; only free drivers are in it.
    private var indexes: InlineArray<4, PointGrid>

    /// An empty board for at most `driversMax` drivers.
    package init(driversMax: Int) {
        self.driversMax = driversMax
        indexes = .init { _ in PointGrid() }
    }

    /// How many drivers have a slot.
    package var count: Int { entries.count }

    /// How many are free and in sight.
    package var availableCount: Int {
        indexes.indices.reduce(0) { $0 + indexes[$1].count }
    }

    /// The slot of `driver`, for `move`.
    package func slot(of driver: DriverID) -> Int32? { slots[driver] }

    /// The driver in `slot`, which this board gave out.
    package subscript(slot: Int32) -> Entry { entries[Int(slot)] }

    /// Opens a shift, or continues it with a new record.
    ///
    /// - Returns: The driver's slot.
    /// - Throws: `.tooManyDrivers`.
    package mutating func openShift(
        _ record: DriverRecord,
        at now: WallTime
    ) throws(Refusal) -> Int32 {
        if let slot = slots[record.driver] {
            unindex(slot)
            entries[Int(slot)].record = record
            if !entries[Int(slot)].isOnDuty {
                entries[Int(slot)].isOnDuty = true
                entries[Int(slot)].idleSince = now
                // Where he stood a shift ago says nothing.
                entries[Int(slot)].position = nil
            }
            if entries[Int(slot)].activity == .offline { entries[Int(slot)].activity = .available }
            index(slot)
            return slot
        }
        guard entries.count < driversMax else { throw .tooManyDrivers }
        let slot = Int32(entries.count)
        slots[record.driver] = slot
        entries.append(
            Entry(
                record: record,
                isOnDuty: true,
                activity: .available,
                position: nil,
                positionAt: now,
                idleSince: now
            )
        )
        return slot
    }

    /// Closes the shift of `driver`: he is offline at once if free, else when his trip lets him go.
    package mutating func closeShift(of driver: DriverID) {
        guard let slot = slots[driver] else { return }
        unindex(slot)
        entries[Int(slot)].isOnDuty = false
        if entries[Int(slot)].activity == .available { entries[Int(slot)].activity = .offline }
    }

    /// Takes over a fix; those of drivers off duty, and those older than what is known, are dropped.
    ///
    /// - Complexity: O(1), no allocation in steady state.
    package mutating func move(_ slot: Int32, to position: GeoPoint, at moment: WallTime) {
        guard entries.indices.contains(Int(slot)) else { return }
        let entry = entries[Int(slot)]
        guard entry.isOnDuty, entry.position == nil || moment >= entry.positionAt else { return }
        entries[Int(slot)].position = position
        entries[Int(slot)].positionAt = moment
        index(slot)
    }

    /// Says what `driver` is doing, as his booking has it; `available` where none engages him.
    ///
    /// - Parameter position: Where the trip left him, once it is over; a later fix overrules it.
    package mutating func setActivity(
        of driver: DriverID,
        to activity: DriverActivity,
        position: GeoPoint? = nil,
        at now: WallTime
    ) {
        guard let slot = slots[driver] else { return }
        let before = entries[Int(slot)]
        unindex(slot)
        let becomesFree = activity == .available
        entries[Int(slot)].activity = becomesFree && !before.isOnDuty ? .offline : activity
        // A refused offer leaves the idle time as it was; a trip starts it anew.
        if becomesFree, before.activity != .offered, before.activity != .available {
            entries[Int(slot)].idleSince = now
        }
        if let position, before.isOnDuty {
            entries[Int(slot)].position = position
            entries[Int(slot)].positionAt = now
        }
        index(slot)
    }

    /// Business time was set back to `now`: what is dated later counts as of now, or it would keep out what comes.
    package mutating func timeSetBack(to now: WallTime) {
        for index in entries.indices {
            entries[index].positionAt = min(entries[index].positionAt, now)
            entries[index].idleSince = min(entries[index].idleSince, now)
        }
    }

    /// Takes `slot` out of sight until its next fix: its position is too old to trust.
    package mutating func hide(_ slot: Int32) {
        unindex(slot)
    }

    /// Forgets where `driver` is: he is out of sight until his next fix, whatever becomes of his trip meanwhile.
    package mutating func lose(_ driver: DriverID) {
        guard let slot = slots[driver] else { return }
        unindex(slot)
        entries[Int(slot)].position = nil
    }

    /// The free drivers nearest to `origin` whose vehicles are of `vehicleClass`, nearest first.
    ///
    /// - Parameter found: Receives the result; what it held is dropped.
    /// - Complexity: Near O(`count`) in a city (`PointGrid`).
    package func nearest(
        _ vehicleClass: VehicleClass,
        to origin: GeoPoint,
        count: Int,
        within radius: Meters,
        into found: inout [Neighbor]
    ) {
        indexes[Self.position(of: vehicleClass)]
            .nearest(to: origin, count: count, within: radius, into: &found) { _ in true }
    }

    private mutating func index(_ slot: Int32) {
        let entry = entries[Int(slot)]
        guard entry.isOnDuty, entry.activity == .available, let position = entry.position else {
            return
        }
        indexes[Self.position(of: entry.record.vehicleClass)].set(slot, to: position)
    }

    private mutating func unindex(_ slot: Int32) {
        indexes[Self.position(of: entries[Int(slot)].record.vehicleClass)].remove(slot)
    }

    /// Raw values of classes are 1 ... 4 (a test holds them to it).
    private static func position(of vehicleClass: VehicleClass) -> Int {
        Int(vehicleClass.rawValue) - 1
    }
}
