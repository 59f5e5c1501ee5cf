/// Owns the pieces of a prepared area and their blocks.
///
/// Safe: written by its makers alone, before anybody else has it; from then on only read, by any thread; blocks and
/// pieces are freed once, when nobody has it any more.
final class PreparedStorage: @unchecked Sendable {
    let pieces: UnsafeMutableBufferPointer<AreaPiece>

    init(_ area: Area) {
        switch area {
        case .circle(let circle):
            pieces = Self.buffer([Self.piece(circle)])
        case .corridor(let corridor):
            pieces = Self.buffer([Self.piece(corridor)])
        case .multiPolygon(let polygons):
            pieces = Self.buffer(polygons.polygons.map(PolygonBlock.piece))
            findSeams()
        }
    }

    init(_ polygon: Polygon) {
        pieces = Self.buffer([PolygonBlock.piece(polygon)])
        findSeams()
    }

    deinit {
        for piece in pieces { piece.base.deallocate() }
        pieces.deallocate()
    }

    /// Bytes of the blocks and pieces.
    var byteCount: Int {
        pieces.reduce(0) { $0 + Int($1.byteCount) + MemoryLayout<AreaPiece>.stride }
    }

    private static func buffer(
        _ pieces: [AreaPiece]
    ) -> UnsafeMutableBufferPointer<AreaPiece> {
        let buffer = UnsafeMutableBufferPointer<AreaPiece>.allocate(capacity: pieces.count)
        _ = buffer.initialize(from: pieces)
        return buffer
    }

    private static func piece(_ circle: Circle) -> AreaPiece {
        let size = MemoryLayout<CircleTable>.size
        let base = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        base.initializeMemory(as: CircleTable.self, to: CircleTable(circle))
        return piece(circle.boundingBox, .circle, base, byteCount: size)
    }

    private static func piece(_ corridor: Corridor) -> AreaPiece {
        let line = corridor.line
        let southE7 = line.latitudes.min() ?? 0
        let table = CorridorTable(
            westE7: GeoPoint.normalizedLongitudeE7(line.west),
            southE7: southE7,
            width: UInt32(line.east - line.west),
            height: UInt32(Int64(line.latitudes.max() ?? 0) - Int64(southE7)),
            reach: corridor.halfWidth.value + Circle.boundaryTolerance.value
        )
        let stripes = EdgeStripes(line, southE7: southE7, height: table.height)
        let tableSize = PolygonBlock.aligned(MemoryLayout<CorridorTable>.size)
        let startsSize = PolygonBlock.aligned(stripes.stripeStarts.count * 4)
        let edgesSize = PolygonBlock.aligned(stripes.stripeEdges.count * 4)
        let size = tableSize + startsSize + edgesSize + stripes.corners.count * 8
        let base = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        base.initializeMemory(as: CorridorTable.self, to: table)
        var piece = piece(corridor.boundingBox, .corridor, base, byteCount: size)
        piece.startsOffset = UInt32(tableSize)
        piece.edgesOffset = UInt32(tableSize + startsSize)
        piece.cornersOffset = UInt32(tableSize + startsSize + edgesSize)
        piece.stripeShift = UInt8(stripes.shift)
        PolygonBlock.copy(stripes.stripeStarts, to: base + Int(piece.startsOffset))
        PolygonBlock.copy(stripes.stripeEdges, to: base + Int(piece.edgesOffset))
        PolygonBlock.copy(stripes.corners, to: base + Int(piece.cornersOffset))
        return piece
    }

    private static func piece(
        _ box: BoundingBox,
        _ kind: AreaPiece.Kind,
        _ base: UnsafeMutableRawPointer,
        byteCount: Int
    ) -> AreaPiece {
        AreaPiece(
            westE7: box.westE7,
            southE7: box.southE7,
            width: box.widthE7,
            height: UInt32(Int64(box.northE7) - Int64(box.southE7)),
            base: base,
            byteCount: UInt32(byteCount),
            kind: kind
        )
    }
}

extension PreparedStorage {
    /// Whether `point` lies in a piece or on its border.
    func contains(_ point: GeoPoint) -> Bool {
        pieces.contains { $0.contains(point) }
    }

    /// Notes the edges with the area on both sides: cuts along the antimeridian and the poles, which are no border.
    private func findSeams() {
        for index in pieces.indices {
            let seams = seams(of: pieces[index])
            guard !seams.isEmpty else { continue }
            let piece = pieces[index]
            let size = Int(piece.byteCount)
            let base = UnsafeMutableRawPointer.allocate(
                byteCount: size + seams.count * 4,
                alignment: 16
            )
            base.copyMemory(from: piece.base, byteCount: size)
            PolygonBlock.copy(seams, to: base + size)
            pieces[index].base = base
            pieces[index].byteCount = UInt32(size + seams.count * 4)
            pieces[index].seamCount = UInt32(seams.count)
            piece.base.deallocate()
        }
    }

    private func seams(of piece: AreaPiece) -> [UInt32] {
        let antimeridian = BoundingBox.eastwardE7(
            from: piece.westE7,
            to: GeoPoint.longitudeE7Max
        )
        let isWorldWide = piece.width == BoundingBox.fullWidthE7
        let reachesPole =
            piece.reaches(pole: GeoPoint.latitudeE7Max)
            || piece.reaches(pole: -GeoPoint.latitudeE7Max)
        guard antimeridian <= piece.width || isWorldWide || reachesPole else { return [] }
        let table = piece.edgeTable
        let edges = Set(
            (0..<Int(table.stripeStarts[Int(piece.height >> table.stripeShift) + 1]))
                .map { table.stripeEdges[$0] }
        )
        return edges.sorted().filter { edge in
            let segment = table.segment(Int(edge))
            if segment.west == segment.east {
                let isAtSeam =
                    segment.west == Int64(antimeridian)
                    || isWorldWide && (segment.west == 0 || segment.west == Int64(piece.width))
                return isAtSeam && hasAreaBeside(segment, of: piece)
            }
            return segment.south == segment.north && hasAreaAcrossPole(segment, of: piece)
        }
    }

    /// Whether one unit west and one unit east of a vertical edge's middle belong to the area.
    private func hasAreaBeside(_ segment: EdgeTable.Segment, of piece: AreaPiece) -> Bool {
        let middle = Int64(piece.southE7) + (segment.south + segment.north) / 2
        return [-1, 1].allSatisfy { step in
            contains(
                GeoPoint(
                    uncheckedLatitudeE7: Int32(middle),
                    longitudeE7: GeoPoint.normalizedLongitudeE7(
                        Int64(piece.westE7) + segment.west + step
                    )
                )
            )
        }
    }

    /// Whether an edge lies at a pole with the area on this side of it and on the other.
    private func hasAreaAcrossPole(_ segment: EdgeTable.Segment, of piece: AreaPiece) -> Bool {
        let latitude = Int64(piece.southE7) + segment.south
        guard latitude.magnitude == UInt64(GeoPoint.latitudeE7Max) else { return false }
        let beside = latitude > 0 ? latitude - 1 : latitude + 1
        let middle = Int64(piece.westE7) + (segment.west + segment.east) / 2
        return [0, Int64(GeoPoint.longitudeE7Max)].allSatisfy { turn in
            contains(
                GeoPoint(
                    uncheckedLatitudeE7: Int32(beside),
                    longitudeE7: GeoPoint.normalizedLongitudeE7(middle + turn)
                )
            )
        }
    }
}
