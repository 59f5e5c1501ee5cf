/// A polygon with an index of its edges, for many questions about one area.
///
/// Immutable: built off the hot path and swapped in.
package struct PreparedPolygon: Sendable {
    /// The smallest box around it.
    package let boundingBox: BoundingBox
    private let storage: PreparedStorage

    /// Indexes `polygon`.
    ///
    /// - Complexity: O(n) time and memory in its edges, some 20 bytes each, of which 8 are the corner.
    package init(_ polygon: Polygon) {
        boundingBox = polygon.boundingBox
        storage = PreparedStorage(polygon)
    }

    /// Bytes that it takes beside its corners, at 8 bytes each.
    package var indexBytes: Int { storage.byteCount - cornerBytes }

    /// Bytes of its corners.
    package var cornerBytes: Int {
        storage.pieces.reduce(0) {
            $0 + Int($1.byteCount) - Int($1.cornersOffset) - Int($1.seamCount) * 4
        }
    }

    /// Whether `point` lies in the area or on an edge: the same answer as `Polygon.contains`, always.
    ///
    /// - Complexity: O(edges of one stripe) where an edge is near, else O(1); no allocation.
    @inline(__always)
    package func contains(_ point: GeoPoint) -> Bool {
        storage.pieces[0].contains(point)
    }
}
