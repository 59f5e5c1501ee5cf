/// A spatial index of moving points: where each vehicle is now, and which are nearest to a place.
///
/// The caller numbers its points densely from 0 (`Int32` given at registration); the grid keeps the positions in
/// cells of 1.46 km, found through a hash. A move within a cell overwrites eight bytes. About 55 bytes a point.
/// One owner: it cannot be copied, and a thread that holds it exclusively may hand it to another.
///
/// Safe: `places` is allocated in `init` or on growth and freed in `deinit`; every index is checked against
/// `placeCapacity` before it is used, and slots and positions in it are those that the cell table gave.
package struct PointGrid: ~Copyable, @unchecked Sendable {
    /// The highest number of a point and one: some 130 MB of places.
    package static let pointCountMax: Int32 = 1 << 24

    /// Points in the grid.
    package private(set) var count = 0
    /// The cells and their points.
    private(set) var cells = GridCellTable()
    private var places: UnsafeMutablePointer<Place>
    private var placeCapacity: Int32

    /// Where a point lies; `slot` is `GridCellTable.none` for one that is not in the grid.
    private struct Place {
        var slot: UInt32
        var position: Int32
        static let absent = Place(slot: GridCellTable.none, position: 0)
    }

    /// An empty grid.
    ///
    /// - Parameter capacity: How many points to expect; it grows beyond, by doubling.
    package init(capacity: Int32 = 1024) {
        placeCapacity = max(16, min(capacity, Self.pointCountMax))
        places = .allocate(capacity: Int(placeCapacity))
        places.initialize(repeating: .absent, count: Int(placeCapacity))
    }

    deinit {
        places.deallocate()
    }

    /// Puts point number `index` at `point`, or moves it there.
    ///
    /// - Parameter index: 0 ..< `pointCountMax`.
    /// - Complexity: O(1); no allocation within a cell.
    package mutating func set(_ index: Int32, to point: GeoPoint) {
        precondition(
            index >= 0 && index < Self.pointCountMax,
            "Points are numbered densely from 0."
        )
        if index >= placeCapacity { growPlaces(toHold: index) }
        let key = GridGeometry.key(
            row: GridGeometry.row(point.latitudeE7),
            column: GridGeometry.column(point.longitudeE7)
        )
        let place = places[Int(index)]
        if place.slot == GridCellTable.none {
            count += 1
        } else if cells[place.slot].key == key {
            cells.move(
                at: place.position,
                in: place.slot,
                latitudeE7: point.latitudeE7,
                longitudeE7: point.longitudeE7
            )
            return
        } else {
            takeOut(place)
        }
        let entry = GridEntry(
            latitudeE7: point.latitudeE7,
            longitudeE7: point.longitudeE7,
            index: index
        )
        let (slot, position) = cells.append(entry, to: key)
        places[Int(index)] = Place(slot: slot, position: position)
    }

    /// Takes point number `index` out.
    ///
    /// - Returns: Whether it was in the grid.
    /// - Complexity: O(1).
    @discardableResult
    package mutating func remove(_ index: Int32) -> Bool {
        guard index >= 0, index < placeCapacity else { return false }
        let place = places[Int(index)]
        guard place.slot != GridCellTable.none else { return false }
        takeOut(place)
        places[Int(index)] = .absent
        count -= 1
        return true
    }

    /// Where point number `index` is; `nil` where it is not in the grid.
    package func position(of index: Int32) -> GeoPoint? {
        guard index >= 0, index < placeCapacity else { return nil }
        let place = places[Int(index)]
        guard place.slot != GridCellTable.none else { return nil }
        let entry = cells[place.slot].entries[Int(place.position)]
        return GeoPoint(
            uncheckedLatitudeE7: entry.latitudeE7,
            longitudeE7: entry.longitudeE7
        )
    }

    private mutating func takeOut(_ place: Place) {
        // The cell's last entry moves into the gap: its place is the gap's now.
        if let moved = cells.remove(at: place.position, from: place.slot) {
            places[Int(moved)].position = place.position
        }
    }

    private mutating func growPlaces(toHold index: Int32) {
        var capacity = placeCapacity
        while capacity <= index { capacity *= 2 }
        let larger = UnsafeMutablePointer<Place>.allocate(capacity: Int(capacity))
        larger.moveInitialize(from: places, count: Int(placeCapacity))
        (larger + Int(placeCapacity))
            .initialize(repeating: .absent, count: Int(capacity - placeCapacity))
        places.deallocate()
        places = larger
        placeCapacity = capacity
    }
}
