import Foundation
import Model
import Testing

@testable import DispatchCore

@Suite("The table of a booking's life")
struct BookingTableTests {
    @Test("has one line for each step")
    func oneLineAStep() {
        #expect(
            BookingTable.rows.map(\.step.rawValue).sorted()
                == BookingStep.allCases.map(\.rawValue).sorted()
        )
    }

    @Test("reaches every state but quoted, which is where a booking comes from")
    func everyStateReached() {
        let reached = Set(BookingTable.rows.map(\.to))
        #expect(reached == Set(BookingState.allCases).subtracting([.quoted]))
        #expect(BookingTable.states == BookingState.allCases)
    }

    @Test("raw values of states are dense from 1, as the index by state needs")
    func denseStates() {
        #expect(
            BookingState.allCases.map { Int($0.rawValue) }
                == Array(1...BookingState.allCases.count)
        )
        #expect(
            BookingStep.allCases.map { Int($0.rawValue) }
                == Array(1...BookingStep.allCases.count)
        )
    }

    @Test("nothing leaves a final state, and every other state has a way on")
    func finalStates() {
        for state in BookingState.allCases {
            let ways = BookingTable.rows.filter { $0.from.contains(state) }
            #expect(ways.isEmpty == BookingTable.finalStates.contains(state), "\(state)")
        }
    }

    @Test("no line both moves and acknowledges in one state")
    func disjoint() {
        for row in BookingTable.rows {
            #expect(Set(row.from).isDisjoint(with: row.acknowledgedIn), "\(row.step)")
        }
    }

    @Test(
        "every step in every state is judged as its line says",
        arguments: BookingStep.allCases,
        BookingState.allCases
    )
    func exhaustive(step: BookingStep, state: BookingState) throws {
        let row = try #require(BookingTable.rows.first { $0.step == step })
        switch BookingTable.verdict(on: step, in: state) {
        case .move(let found): #expect(found == row && row.from.contains(state))
        case .acknowledge(let found): #expect(found == row && row.acknowledgedIn.contains(state))
        case .illegal: #expect(!row.from.contains(state) && !row.acknowledgedIn.contains(state))
        }
    }

    @Test("a state that engages a driver is left only by a line that keeps or releases him")
    func driversAreReleased() {
        for row in BookingTable.rows
        where row.from.contains(where: BookingTable.boundStates.contains) {
            let keeps = BookingTable.boundStates.contains(row.to)
            #expect(keeps != row.consequences.contains(.releaseDriver), "\(row.step)")
        }
    }

    @Test("whatever ends a booking that has a hold settles the hold")
    func holdsAreSettled() {
        let held: [BookingState] = [.requested, .confirmed, .assigned, .enRoute, .arrived, .onTrip]
        let settled: Set<BookingConsequence> = [.void, .capture, .settleAbsence]
        for row in BookingTable.rows
        where row.from.contains(where: held.contains) && !held.contains(row.to) {
            // A declined hold does not exist.
            let settles = !settled.isDisjoint(with: row.consequences)
            #expect(settles == (row.step != .authorisationDeclined), "\(row.step)")
        }
    }

    @Test("every change of state is published")
    func changesArePublished() {
        for row in BookingTable.rows where row.from != [row.to] {
            #expect(row.consequences.contains(.publish), "\(row.step)")
        }
    }

    @Test("the README shows the table as it is")
    func documented() throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent()
        let readme = tests.appending(path: "../../../Services/Dispatch/Core/README.md")
        let text = try String(contentsOf: readme.standardizedFileURL, encoding: .utf8)
        #expect(text.contains(BookingTable.markdown), "Expected:\n\(BookingTable.markdown)")
    }
}
