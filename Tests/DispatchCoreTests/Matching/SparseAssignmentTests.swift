import Foundation
import TestSupport
import Testing

@testable import DispatchCore

/// A small problem that can be solved by trying everything.
struct AssignmentProblem {
    var rowStarts: [Int32] = [0]
    var columns: [Int32] = []
    var costs: [Int32] = []
    var prices: [Int32] = []
    var columnCount = 0

    mutating func addRow(_ pairs: [(column: Int, cost: Int32)], price: Int32) {
        for pair in pairs {
            columns.append(Int32(pair.column))
            costs.append(pair.cost)
        }
        rowStarts.append(Int32(columns.count))
        prices.append(price)
    }

    func solve(_ workspace: inout SparseAssignment) -> [Int32] {
        workspace.solve(
            rowStarts: rowStarts,
            columns: columns,
            costs: costs,
            prices: prices,
            columnCount: columnCount
        )
    }

    /// The sum of an assignment's costs and prices; `nil` where it is none.
    func total(_ assigned: [Int32]) -> Int64? {
        var total: Int64 = 0
        var used: Set<Int32> = []
        for (row, column) in assigned.enumerated() {
            if column < 0 {
                total += Int64(prices[row])
                continue
            }
            let range = Int(rowStarts[row])..<Int(rowStarts[row + 1])
            guard let pair = range.first(where: { columns[$0] == column }),
                used.insert(column).inserted
            else { return nil }
            total += Int64(costs[pair])
        }
        return total
    }

    /// The least total, by trying every choice of every row.
    func bruteForce(row: Int = 0, used: Set<Int32> = []) -> Int64 {
        guard row < prices.count else { return 0 }
        var best = Int64(prices[row]) + bruteForce(row: row + 1, used: used)
        for pair in Int(rowStarts[row])..<Int(rowStarts[row + 1])
        where !used.contains(columns[pair]) {
            let rest = bruteForce(row: row + 1, used: used.union([columns[pair]]))
            best = min(best, Int64(costs[pair]) + rest)
        }
        return best
    }
}

@Suite("The sparse assignment")
struct SparseAssignmentTests {
    @Test(
        "is the cheapest there is, on a thousand small problems",
        arguments: [UInt64(1), 2, 3, 4]
    )
    func optimal(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var workspace = SparseAssignment()
        for round in 0..<250 {
            var problem = AssignmentProblem()
            problem.columnCount = Int.random(in: 1...6, using: &generator)
            // Few different costs make many ties; wide ones make long exchanges.
            let costMax: Int32 = round % 2 == 0 ? 4 : 1000
            for _ in 0..<Int.random(in: 0...6, using: &generator) {
                let count = Int.random(in: 0...problem.columnCount, using: &generator)
                let columns = Array(0..<problem.columnCount).shuffled(using: &generator)
                problem.addRow(
                    columns.prefix(count).map {
                        ($0, Int32.random(in: 0...costMax, using: &generator))
                    },
                    price: Int32.random(in: 0...costMax, using: &generator)
                )
            }
            let assigned = problem.solve(&workspace)
            #expect(
                problem.total(assigned) == problem.bruteForce(),
                "seed \(seed), round \(round): \(problem)"
            )
        }
    }

    @Test("a row stays unassigned where its only column is worth more to another")
    func contested() {
        var problem = AssignmentProblem()
        problem.columnCount = 1
        problem.addRow([(0, 10)], price: 100)
        problem.addRow([(0, 5)], price: 300)
        var workspace = SparseAssignment()
        #expect(problem.solve(&workspace) == [SparseAssignment.unassigned, 0])
    }

    @Test("a pair dearer than the row's price is not made")
    func dear() {
        var problem = AssignmentProblem()
        problem.columnCount = 1
        problem.addRow([(0, 101)], price: 100)
        var workspace = SparseAssignment()
        #expect(problem.solve(&workspace) == [SparseAssignment.unassigned])
    }

    @Test("nothing in, nothing out")
    func empty() {
        var workspace = SparseAssignment()
        #expect(AssignmentProblem().solve(&workspace).isEmpty)
    }

    @Test("the largest costs do not overflow")
    func largest() {
        var problem = AssignmentProblem()
        problem.columnCount = 3
        for _ in 0..<4 {
            problem.addRow(
                (0..<3).map { ($0, SparseAssignment.costMax) },
                price: SparseAssignment.costMax
            )
        }
        var workspace = SparseAssignment()
        let assigned = problem.solve(&workspace)
        #expect(problem.total(assigned) == 4 * Int64(SparseAssignment.costMax))
    }
}
