/// The cheapest one-to-one assignment of rows to columns where each row knows only a few columns and may
/// stay unassigned at a price of its own.
///
/// Minimises the sum of the costs of the assigned pairs and of the prices of the unassigned rows, exactly.
/// Shortest augmenting paths with dual prices (Jonker and Volgenant 1987; the sparse search is Dijkstra's on
/// reduced costs). Of equal optima the result depends on the input's order alone, so a replay repeats it.
///
/// A workspace: reuse one for many calls, it keeps its memory.
package struct SparseAssignment {
    /// The largest cost and price: path lengths then fit the 31 bits that the queue packs beside a column.
    package static let costMax: Int32 = 1 << 28
    /// "No column" in a result.
    package static let unassigned: Int32 = -1

    /// Dual price of a column, zero while it is free, never above.
    private var columnPrice: [Int64] = []
    /// Dual price of a row.
    private var rowPrice: [Int64] = []
    private var rowOfColumn: [Int32] = []
    private var columnOfRow: [Int32] = []
    /// Length of the shortest path found to a column; `unreached` where there is none in this search.
    private var distance: [Int64] = []
    private var isSettled: [Bool] = []
    /// The row from which a column was reached.
    private var predecessor: [Int32] = []
    private var touched: [Int32] = []
    private var queue = PathQueue()

    private static let unreached = Int64.max

    /// An empty workspace.
    package init() {}

    /// Assigns rows to columns.
    ///
    /// - Parameters:
    ///   - rowStarts: Where each row's pairs start in `columns` and `costs`, rising, with the end as one more.
    ///   - columns: 0 ..< `columnCount`; a row names a column once.
    ///   - costs: 0 ... `costMax`; pairs dearer than the row's price are never made.
    ///   - prices: What leaving the row unassigned costs, 0 ... `costMax`.
    /// - Returns: For each row its column, or `unassigned`.
    /// - Complexity: O(rows x pairs x log pairs) at worst; near linear where columns are plenty.
    package mutating func solve(
        rowStarts: [Int32],
        columns: [Int32],
        costs: [Int32],
        prices: [Int32],
        columnCount: Int
    ) -> [Int32] {
        let rowCount = prices.count
        precondition(rowStarts.count == rowCount + 1, "One start a row, and the end.")
        precondition(columns.count == costs.count, "One cost a pair.")
        reset(rowCount: rowCount, columnCount: columnCount)
        let pairs = Pairs(rowStarts: rowStarts, columns: columns, costs: costs, prices: prices)
        for row in 0..<rowCount where !takesFreeColumn(row, pairs) {
            augment(from: row, pairs)
        }
        return columnOfRow
    }

    private struct Pairs {
        let rowStarts: [Int32]
        let columns: [Int32]
        let costs: [Int32]
        let prices: [Int32]

        @inline(__always)
        func range(_ row: Int) -> Range<Int> { Int(rowStarts[row])..<Int(rowStarts[row + 1]) }
    }

    private mutating func reset(rowCount: Int, columnCount: Int) {
        columnPrice = [Int64](repeating: 0, count: columnCount)
        rowPrice = [Int64](repeating: 0, count: rowCount)
        rowOfColumn = [Int32](repeating: -1, count: columnCount)
        columnOfRow = [Int32](repeating: Self.unassigned, count: rowCount)
        distance = [Int64](repeating: Self.unreached, count: columnCount)
        isSettled = [Bool](repeating: false, count: columnCount)
        predecessor = [Int32](repeating: -1, count: columnCount)
    }

    /// Most rows find their best column free: then no search is needed, and the duals stay right.
    private mutating func takesFreeColumn(_ row: Int, _ pairs: Pairs) -> Bool {
        var best = Int64(pairs.prices[row])
        var bestColumn = -1
        for pair in pairs.range(row) {
            let column = Int(pairs.columns[pair])
            let reduced = Int64(pairs.costs[pair]) - columnPrice[column]
            // On a tie a free column wins over one that would have to be fought for.
            if reduced < best
                || (reduced == best && bestColumn >= 0 && rowOfColumn[bestColumn] >= 0)
            {
                best = reduced
                bestColumn = column
            }
        }
        rowPrice[row] = best
        guard bestColumn >= 0 else { return true }
        guard rowOfColumn[bestColumn] < 0 else { return false }
        rowOfColumn[bestColumn] = Int32(row)
        columnOfRow[row] = Int32(bestColumn)
        return true
    }

    /// Where the shortest path ends: at a free column, or with a row that gives its column up.
    private struct PathEnd {
        var length: Int64
        var freeColumn = -1
        var leavingRow: Int
    }

    /// Brings `start` in by the cheapest chain of exchanges, or leaves it, or another row, unassigned.
    private mutating func augment(from start: Int, _ pairs: Pairs) {
        // Staying out is a path as well: the one to beat.
        var end = PathEnd(
            length: Int64(pairs.prices[start]) - rowPrice[start],
            leavingRow: start
        )
        touched.removeAll(keepingCapacity: true)
        queue.removeAll()
        relax(start, at: 0, &end, pairs)
        var settled: [Int32] = []
        while let (length, column) = queue.popFirst(), length < end.length {
            if isSettled[column] || length != distance[column] { continue }
            isSettled[column] = true
            settled.append(Int32(column))
            let row = Int(rowOfColumn[column])
            let leaving = length + Int64(pairs.prices[row]) - rowPrice[row]
            if leaving < end.length { end = PathEnd(length: leaving, leavingRow: row) }
            relax(row, at: length, &end, pairs)
        }
        reprice(start, settled, end.length)
        shift(start, to: end)
        for column in touched {
            distance[Int(column)] = Self.unreached
            isSettled[Int(column)] = false
        }
    }

    /// Offers the columns of `row`, which is reached at `base`, as next steps of the path.
    private mutating func relax(_ row: Int, at base: Int64, _ end: inout PathEnd, _ pairs: Pairs) {
        let origin = base - rowPrice[row]
        for pair in pairs.range(row) {
            let column = Int(pairs.columns[pair])
            let length = origin + Int64(pairs.costs[pair]) - columnPrice[column]
            if length >= end.length || length >= distance[column] { continue }
            if distance[column] == Self.unreached { touched.append(Int32(column)) }
            distance[column] = length
            predecessor[column] = Int32(row)
            if rowOfColumn[column] < 0 {
                end = PathEnd(length: length, freeColumn: column, leavingRow: -1)
            } else {
                queue.insert(length, column)
            }
        }
    }

    /// Keeps the duals right: every pair's reduced cost stays zero or more, and zero where assigned.
    private mutating func reprice(_ start: Int, _ settled: [Int32], _ pathLength: Int64) {
        rowPrice[start] += pathLength
        for column in settled {
            let slack = pathLength - distance[Int(column)]
            columnPrice[Int(column)] -= slack
            rowPrice[Int(rowOfColumn[Int(column)])] += slack
        }
    }

    /// Moves each row along the path to the column by which the path left it.
    private mutating func shift(_ start: Int, to end: PathEnd) {
        var column = end.freeColumn
        if column < 0 {
            if end.leavingRow == start { return }
            column = Int(columnOfRow[end.leavingRow])
            columnOfRow[end.leavingRow] = Self.unassigned
        }
        while true {
            let row = Int(predecessor[column])
            let given = Int(columnOfRow[row])
            rowOfColumn[column] = Int32(row)
            columnOfRow[row] = Int32(column)
            if row == start { return }
            column = given
        }
    }
}

/// A binary heap of (path length, column), shortest first, equal lengths by column.
struct PathQueue {
    /// Length in the upper 32 bits, column in the lower: one comparison orders both.
    private var heap: [UInt64] = []

    mutating func removeAll() {
        heap.removeAll(keepingCapacity: true)
    }

    mutating func insert(_ length: Int64, _ column: Int) {
        let item = UInt64(length) << 32 | UInt64(column)
        heap.append(item)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            if heap[parent] <= item { break }
            heap[child] = heap[parent]
            child = parent
        }
        heap[child] = item
    }

    mutating func popFirst() -> (length: Int64, column: Int)? {
        guard let first = heap.first else { return nil }
        let item = heap.removeLast()
        if !heap.isEmpty { sink(item) }
        return (Int64(first >> 32), Int(first & 0xFFFF_FFFF))
    }

    private mutating func sink(_ item: UInt64) {
        let count = heap.count
        var parent = 0
        while true {
            var child = 2 * parent + 1
            if child >= count { break }
            if child + 1 < count, heap[child + 1] < heap[child] { child += 1 }
            if item <= heap[child] { break }
            heap[parent] = heap[child]
            parent = child
        }
        heap[parent] = item
    }
}
