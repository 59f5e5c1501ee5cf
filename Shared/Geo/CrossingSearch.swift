/// Looks for edges of one polygon that cross or run along each other.
///
/// Sweeps northwards over the edges, sorted by their southern ends, and compares each with those that the sweep
/// has reached and not yet left. Outlines as they occur keep a few hundred of them open, so this is near
/// linear; a hostile one could keep all open, hence the bound on comparisons.
struct CrossingSearch {
    /// About a tenth of a second of comparisons.
    static let comparisonCountMax = 50_000_000

    private let edges: [PlanarEdge]
    /// For each ring the index of its first edge.
    private let ringStarts: [Int]
    private let sources: [[Int32]]

    /// - Parameter sources: For each ring, for each of its edges, the position in the input where it starts.
    init(edges: [PlanarEdge], sources: [[Int32]]) {
        self.edges = edges
        self.sources = sources
        var start = 0
        ringStarts = sources.map { ring in
            defer { start += ring.count }
            return start
        }
    }

    /// - Throws: `.crossing` or `.overlap` at the later of the two edges, `.tooIntricate` past the bound.
    func run() throws(GeometryError) {
        let order = edges.indices.sorted { left, right in
            let (first, second) = (edges[left].southY, edges[right].southY)
            return first == second ? left < right : first < second
        }
        var open: [Int] = []
        var comparisonCount = 0
        for index in order {
            let edge = edges[index]
            comparisonCount += open.count
            guard comparisonCount <= Self.comparisonCountMax else {
                throw place(of: index).error(.tooIntricate)
            }
            var cursor = 0
            while cursor < open.count {
                let other = edges[open[cursor]]
                if other.northY < edge.southY {
                    open[cursor] = open[open.count - 1]
                    open.removeLast()
                    continue
                }
                if other.westX <= edge.eastX, edge.westX <= other.eastX {
                    try check(index, open[cursor])
                }
                cursor += 1
            }
            open.append(index)
        }
    }

    private func check(_ first: Int, _ second: Int) throws(GeometryError) {
        let code: GeometryError.Code
        switch edges[first].meeting(edges[second]) {
        case .apart: return
        case .crossing: code = .crossing
        case .overlap: code = .overlap
        }
        throw place(of: max(first, second)).error(code, other: place(of: min(first, second)))
    }

    private func place(of edge: Int) -> GeometryError.Place {
        let ring = (ringStarts.lastIndex { $0 <= edge }) ?? 0
        return GeometryError.Place(
            ring: ring,
            position: Int(sources[ring][edge - ringStarts[ring]])
        )
    }
}

extension GeometryError.Place {
    fileprivate func error(
        _ code: GeometryError.Code,
        other: GeometryError.Place? = nil
    ) -> GeometryError {
        GeometryError(code, ring: ring, position: position, other: other)
    }
}

extension PlanarEdge {
    fileprivate var southY: Int32 { min(startY, endY) }
    fileprivate var northY: Int32 { max(startY, endY) }
    fileprivate var westX: Int32 { min(startX, endX) }
    fileprivate var eastX: Int32 { max(startX, endX) }
}
