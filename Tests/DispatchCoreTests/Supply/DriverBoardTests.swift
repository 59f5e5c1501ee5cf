import Geo
import Model
import Testing

@testable import DispatchCore

@Suite("The driver board")
struct DriverBoardTests {
    private let now = Samples.now

    private func nearest(
        _ board: borrowing DriverBoard,
        _ vehicleClass: VehicleClass = .standard
    ) -> [Int32] {
        var found: [Neighbor] = []
        board.nearest(
            vehicleClass,
            to: Samples.place(),
            count: 10,
            within: .kilometers(50),
            into: &found
        )
        return found.map(\.index)
    }

    @Test("only drivers on duty, free and in sight are in the index")
    func index() throws {
        var board = DriverBoard(driversMax: 10)
        let slot = try board.openShift(Samples.record(1), at: now)
        #expect(nearest(board).isEmpty, "no fix yet")
        board.move(slot, to: Samples.place(north: 10), at: now)
        #expect(nearest(board) == [slot])
        board.setActivity(of: Samples.driver(1), to: .onTrip, at: now)
        board.move(slot, to: Samples.place(north: 20), at: now)
        #expect(nearest(board).isEmpty)
        board.setActivity(of: Samples.driver(1), to: .available, at: now)
        #expect(nearest(board) == [slot])
        board.closeShift(of: Samples.driver(1))
        #expect(nearest(board).isEmpty)
        #expect(board[slot].activity == .offline)
    }

    @Test("positions follow fixes only on duty, and never an older one")
    func positions() throws {
        var board = DriverBoard(driversMax: 10)
        let slot = try board.openShift(Samples.record(1), at: now)
        board.move(slot, to: Samples.place(north: 10), at: now)
        board.move(slot, to: Samples.place(north: 20), at: now.plus(-1))
        #expect(board[slot].position == Samples.place(north: 10))
        board.closeShift(of: Samples.driver(1))
        board.move(slot, to: Samples.place(north: 30), at: now.plus(1))
        #expect(board[slot].position == Samples.place(north: 10))
        let sameSlot = try board.openShift(Samples.record(1), at: now.plus(2))
        #expect(sameSlot == slot)
        #expect(board[slot].position == nil, "where he stood a shift ago says nothing")
        board.move(99, to: Samples.place(), at: now)
    }

    @Test("a lost driver is out of sight, also when his trip lets him go, until his next fix")
    func lost() throws {
        var board = DriverBoard(driversMax: 10)
        let slot = try board.openShift(Samples.record(1), at: now)
        board.move(slot, to: Samples.place(north: 10), at: now)
        board.setActivity(of: Samples.driver(1), to: .assigned, at: now)
        board.lose(Samples.driver(1))
        board.setActivity(of: Samples.driver(1), to: .available, at: now)
        #expect(nearest(board).isEmpty)
        #expect(board[slot].position == nil)
        board.move(slot, to: Samples.place(north: 20), at: now.plus(1))
        #expect(nearest(board) == [slot])
    }

    @Test("a shift that ends during a trip ends when the trip does")
    func endsAfterTrip() throws {
        var board = DriverBoard(driversMax: 10)
        let slot = try board.openShift(Samples.record(1), at: now)
        board.setActivity(of: Samples.driver(1), to: .onTrip, at: now)
        board.closeShift(of: Samples.driver(1))
        #expect(board[slot].activity == .onTrip)
        board.setActivity(of: Samples.driver(1), to: .available, at: now)
        #expect(board[slot].activity == .offline)
    }

    @Test("a refused offer leaves the idle time, a trip starts it anew")
    func idle() throws {
        var board = DriverBoard(driversMax: 10)
        let slot = try board.openShift(Samples.record(1), at: now)
        board.setActivity(of: Samples.driver(1), to: .offered, at: now.plus(10))
        board.setActivity(of: Samples.driver(1), to: .available, at: now.plus(20))
        #expect(board[slot].idleSince == now)
        board.setActivity(of: Samples.driver(1), to: .onTrip, at: now.plus(30))
        board.setActivity(of: Samples.driver(1), to: .available, at: now.plus(40))
        #expect(board[slot].idleSince == now.plus(40))
    }

    @Test("a driver who changes his vehicle is found in the new class alone")
    func changesClass() throws {
        var board = DriverBoard(driversMax: 10)
        let slot = try board.openShift(Samples.record(1), at: now)
        board.move(slot, to: Samples.place(), at: now)
        _ = try board.openShift(Samples.record(1, vehicleClass: .van), at: now)
        #expect(nearest(board).isEmpty)
        #expect(nearest(board, .van) == [slot])
    }

    @Test("the board has room for so many drivers")
    func limit() throws {
        var board = DriverBoard(driversMax: 1)
        _ = try board.openShift(Samples.record(1), at: now)
        do {
            _ = try board.openShift(Samples.record(2), at: now)
            Issue.record("the second has no room")
        } catch {
            #expect(error == .tooManyDrivers)
        }
    }

    @Test(
        "a rating is 1 to 5 stars or none",
        arguments: [(-1, false), (0, true), (99, false), (100, true), (500, true), (501, false)]
            as [(Int32, Bool)]
    )
    func rating(hundredths: Int32, isValid: Bool) {
        let record = Result { () throws(Refusal) in
            try DriverRecord(
                driver: Samples.driver(1),
                vehicle: .none,
                vehicleClass: .standard,
                ratingHundredths: hundredths,
                shift: .none
            )
        }
        if case .failure(let error) = record {
            #expect(!isValid && error == .outOfRange)
        } else {
            #expect(isValid)
        }
    }
}
