extension AreaIndex {
    /// Appends the handles of all areas that hold `point`, each once, in ascending order.
    ///
    /// - Complexity: O(1) in the number of areas; allocates only where `handles` has to grow.
    package func append(areasContaining point: GeoPoint, to handles: inout [Int32]) {
        guard !point.isPole else {
            appendAtPole(point, to: &handles)
            return
        }
        let first = handles.count
        let east = AreaRange.eastOffset(of: point.longitudeE7)
        let north = AreaRange.northOffset(of: point.latitudeE7)
        var shift = AreaTree.rootShift
        var node = tree.node(at: AreaTree.rootWord(east: east, north: north))
        while node != 0 {
            // Cells that are cut have few entries or none of their own.
            if tree.count(of: node) > 0 {
                append(areasOf: node, at: point, shift: shift, to: &handles)
            }
            let block = tree.block(of: node)
            guard block != 0 else { break }
            shift &-= 3
            node = tree.node(
                at: AreaTree.word(of: block, east: east, north: north, shift: shift)
            )
        }
        if handles.count > first + 1 { Self.order(&handles, from: first) }
    }

    /// Appends the handles of all areas that the straight way between two fixes touches, those that hold one of the
    /// fixes among them; each once, in ascending order. As `PreparedArea.crosses`.
    ///
    /// - Complexity: O(cells in use that the way meets, and areas in them).
    package func append(
        areasCrossedFrom origin: GeoPoint,
        to target: GeoPoint,
        to handles: inout [Int32]
    ) {
        let first = handles.count
        let box = Self.box(from: origin, to: target)
        let way = EdgeTable.Segment(
            from: origin,
            to: target,
            westE7: -GeoPoint.longitudeE7Max,
            southE7: -GeoPoint.latitudeE7Max
        )
        appendSlots(in: box, along: way, to: &handles)
        keep(from: first, of: &handles) { piece in
            piece.contains(origin) || piece.contains(target)
                || piece.isTouched(byWayFrom: origin, to: target)
        }
        // A pole's other longitudes lie in other cells.
        if origin.isPole { appendAtPole(origin, to: &handles) }
        if target.isPole { appendAtPole(target, to: &handles) }
        Self.order(&handles, from: first)
    }

    /// Appends the handles of all areas with a piece whose box shares a place with `box`, each once, in ascending
    /// order: all that can be near, for `PreparedArea.signedDistance` to judge.
    ///
    /// - Complexity: O(cells in use in the box, and areas in them).
    package func append(areasNear box: BoundingBox, to handles: inout [Int32]) {
        let first = handles.count
        appendSlots(in: box, along: nil, to: &handles)
        keep(from: first, of: &handles) { piece in
            let pieceBox = BoundingBox(
                southE7: piece.southE7,
                northE7: Int32(Int64(piece.southE7) + Int64(piece.height)),
                westE7: piece.westE7,
                widthE7: piece.width
            )
            return pieceBox.intersects(box)
        }
    }

    /// Appends the areas of a node's entries that hold `point`, which lies in its cell of width 2^`shift`.
    @inline(__always)
    private func append(
        areasOf node: UInt32,
        at point: GeoPoint,
        shift: UInt32,
        to handles: inout [Int32]
    ) {
        let place = AreaTree.rasterPlace(
            east: AreaRange.eastOffset(of: point.longitudeE7),
            north: AreaRange.northOffset(of: point.latitudeE7),
            shift: shift
        )
        let entries = tree.entries(of: node)
        let rasters = tree.rasters(of: node)
        for index in 0..<Int(tree.count(of: node)) {
            let entry = entries[index]
            if entry & 1 == 0 {
                let state = (rasters[index] >> place) & 3
                if state == CellState.outside.rawValue { continue }
                if state == CellState.crossed.rawValue, !contains(entry >> 1, point) { continue }
            }
            handles.append(handle(of: entry >> 1))
        }
    }

    @inline(__always)
    private func contains(_ slot: UInt32, _ point: GeoPoint) -> Bool {
        withPiece(slot) {
            $0.pointee.contains(latitudeE7: point.latitudeE7, longitudeE7: point.longitudeE7)
        }
    }

    /// A pole has every longitude: areas that hold it stand in all cells along it.
    private func appendAtPole(_ point: GeoPoint, to handles: inout [Int32]) {
        let first = handles.count
        let box = BoundingBox(
            southE7: point.latitudeE7,
            northE7: point.latitudeE7,
            westE7: -GeoPoint.longitudeE7Max,
            widthE7: BoundingBox.fullWidthE7
        )
        appendSlots(in: box, along: nil, to: &handles)
        keep(from: first, of: &handles) { $0.contains(point) }
    }

    /// The box around the shorter way between two places.
    private static func box(from origin: GeoPoint, to target: GeoPoint) -> BoundingBox {
        let step = GeoPoint.longitudeDifferenceE7(
            from: origin.longitudeE7,
            to: target.longitudeE7
        )
        return BoundingBox(
            southE7: min(origin.latitudeE7, target.latitudeE7),
            northE7: max(origin.latitudeE7, target.latitudeE7),
            westE7: step >= 0 ? origin.longitudeE7 : target.longitudeE7,
            widthE7: UInt32(step.magnitude)
        )
    }

    /// Appends the slots of all entries in the cells of `box`, of those that `way` meets where there is one.
    private func appendSlots(
        in box: BoundingBox,
        along way: EdgeTable.Segment?,
        to slots: inout [Int32]
    ) {
        let ranges = AreaRange.ranges(
            westE7: box.westE7,
            width: Int64(box.widthE7),
            south: AreaRange.northOffset(of: box.southE7),
            north: AreaRange.northOffset(of: box.northE7)
        )
        for range in ranges {
            for (east, north) in range.cells(shift: AreaTree.rootShift) {
                appendSlots(
                    of: tree.node(at: AreaTree.rootWord(east: east, north: north)),
                    at: (east, north, AreaTree.rootShift),
                    range,
                    way,
                    to: &slots
                )
            }
        }
    }

    private func appendSlots(
        of node: UInt32,
        at cell: (east: UInt32, north: UInt32, shift: UInt32),
        _ range: AreaRange,
        _ way: EdgeTable.Segment?,
        to slots: inout [Int32]
    ) {
        guard node != 0 else { return }
        if let way, !way.meetsCell(east: cell.east, north: cell.north, shift: cell.shift) { return }
        let entries = tree.entries(of: node)
        for place in 0..<Int(tree.count(of: node)) {
            slots.append(Int32(bitPattern: entries[place] >> 1))
        }
        let block = tree.block(of: node)
        guard block != 0 else { return }
        let shift = cell.shift - 3
        let part = range.clipped(east: cell.east, north: cell.north, shift: cell.shift)
        for (east, north) in part.cells(shift: shift) {
            let word = AreaTree.word(of: block, east: east, north: north, shift: shift)
            appendSlots(of: tree.node(at: word), at: (east, north, shift), part, way, to: &slots)
        }
    }

    /// Turns the slots from `first` on into the handles of those whose piece is wanted, each once, ascending.
    private func keep(
        from first: Int,
        of handles: inout [Int32],
        where isWanted: (AreaPiece) -> Bool
    ) {
        Self.order(&handles, from: first)
        var end = first
        for place in first..<handles.count {
            let slot = UInt32(bitPattern: handles[place])
            guard withPiece(slot, { isWanted($0.pointee) }) else { continue }
            handles[end] = handle(of: slot)
            end += 1
        }
        handles.removeLast(handles.count - end)
        Self.order(&handles, from: first)
    }

    /// Sorts the elements from `first` on and drops repeats: by insertion where they are few, as they nearly always
    /// are.
    private static func order(_ handles: inout [Int32], from first: Int) {
        if handles.count - first > 32 { handles[first...].sort() }
        let count = handles.withUnsafeMutableBufferPointer { buffer in
            // Safe: all places are between `first` and the buffer's end.
            guard let base = buffer.baseAddress, buffer.count > first + 1 else {
                return buffer.count
            }
            var end = first + 1
            for place in first + 1..<buffer.count {
                let handle = base[place]
                var hole = end
                while hole > first, base[hole - 1] > handle { hole -= 1 }
                if hole > first, base[hole - 1] == handle { continue }
                var moved = end
                while moved > hole {
                    base[moved] = base[moved - 1]
                    moved -= 1
                }
                base[hole] = handle
                end += 1
            }
            return end
        }
        if count < handles.count { handles.removeLast(handles.count - count) }
    }
}

extension EdgeTable.Segment {
    /// Whether a way comes into a cell of an index; its places are those of the index or a turn beside.
    fileprivate func meetsCell(east: UInt32, north: UInt32, shift: UInt32) -> Bool {
        let size = Int64(1) << Int64(shift)
        let box = EdgeTable.Segment(
            startEast: Int64(east),
            startNorth: Int64(north),
            endEast: Int64(east) + size,
            endNorth: Int64(north) + size
        )
        return (-1...1).contains { turns in
            let way = turned(Int64(turns))
            return way.boxMeets(box) && !way.hasOnOneSide(box)
        }
    }
}
