import Delivery
import DispatchServer
import Messages
import Model
import Storage
import Testing

@Suite("Transactions without a known outcome")
struct UnknownOutcomeTests {
    private func job(in outputs: [EngineOutput]) throws -> EngineJob {
        try #require(
            outputs.lazy.compactMap { output -> EngineJob? in
                guard case .run(let job) = output else { return nil }
                return job
            }.first
        )
    }

    @Test("a commit whose answer was lost is found in the row, and answered as it was recorded")
    func committed() throws {
        let bench = try EngineBench()
        try bench.provision()
        let command = try bench.command(DispatchMethods.createBooking, bench.booking())
        let (ticket, outputs) = bench.begin(command)
        let lost = try job(in: outputs)
        _ = try bench.run(lost).get()
        let next = bench.engineCompleted(lost, .failure(StorageError(.unavailable, "cut off")))
        #expect(try job(in: next).attempt == 2)
        #expect(bench.replies[ticket] == nil)
        try bench.perform(next)
        #expect(bench.replies[ticket]?.isOK == true)
        #expect(bench.updates.map(\.feedPosition) == [1])
        #expect(try bench.send(command) == bench.replies[ticket])
    }

    @Test("a commit that never was is told as such, and the retry goes through")
    func lost() throws {
        let bench = try EngineBench()
        try bench.provision()
        let command = try bench.command(DispatchMethods.createBooking, bench.booking())
        let (ticket, outputs) = bench.begin(command)
        let lost = try job(in: outputs)
        try bench.perform(
            bench.engineCompleted(lost, .failure(StorageError(.unavailable, "cut off")))
        )
        #expect(bench.replies[ticket]?.code == 14)
        #expect(bench.engine.openBookingCount == 0)
        #expect(try bench.send(command).isOK)
    }

    @Test(
        "a refusal of the store frees the booking at once",
        arguments: [
            (StorageError.Code.overloaded, UInt16(8)), (.full, 8), (.invalid, 13), (.corrupt, 15),
        ]
    )
    func refused(code: StorageError.Code, expected: UInt16) throws {
        let bench = try EngineBench()
        try bench.provision()
        let command = try bench.command(DispatchMethods.createBooking, bench.booking())
        let (ticket, outputs) = bench.begin(command)
        let refused = try job(in: outputs)
        try bench.perform(bench.engineCompleted(refused, .failure(StorageError(code, "no"))))
        #expect(bench.replies[ticket]?.code == expected)
        #expect(bench.engine.jobCount == 0)
        #expect(try bench.send(command).isOK)
    }

    @Test("a shift whose commit was lost is on the board once the store answers")
    func shift() throws {
        let bench = try EngineBench()
        let fleet = try bench.provision()
        let shift = try #require(bench.shift(of: fleet[0].driver))
        let command = try bench.command(
            DispatchMethods.setShift,
            SetShiftRequest.with {
                $0.shift = shift.shift
                $0.driver = shift.driver
                $0.vehicle = shift.vehicle
            }
        )
        let (ticket, outputs) = bench.begin(command)
        let lost = try job(in: outputs)
        _ = try bench.run(lost).get()
        try bench.perform(
            bench.engineCompleted(lost, .failure(StorageError(.unavailable, "cut off")))
        )
        #expect(bench.replies[ticket]?.isOK == true)
        #expect(bench.shift(of: fleet[0].driver)?.closedAt != nil)
    }
}
