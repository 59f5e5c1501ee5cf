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
        let rig = try EngineRig()
        try rig.provision()
        let command = try rig.command(DispatchMethods.createBooking, rig.booking())
        let (ticket, outputs) = rig.begin(command)
        let lost = try job(in: outputs)
        _ = try rig.run(lost).get()
        let next = rig.engineCompleted(lost, .failure(StorageError(.unavailable, "cut off")))
        #expect(try job(in: next).attempt == 2)
        #expect(rig.replies[ticket] == nil)
        try rig.perform(next)
        #expect(rig.replies[ticket]?.isOK == true)
        #expect(rig.updates.map(\.feedPosition) == [1])
        #expect(try rig.send(command) == rig.replies[ticket])
    }

    @Test("a commit that never was is told as such, and the retry goes through")
    func lost() throws {
        let rig = try EngineRig()
        try rig.provision()
        let command = try rig.command(DispatchMethods.createBooking, rig.booking())
        let (ticket, outputs) = rig.begin(command)
        let lost = try job(in: outputs)
        try rig.perform(
            rig.engineCompleted(lost, .failure(StorageError(.unavailable, "cut off")))
        )
        #expect(rig.replies[ticket]?.code == 14)
        #expect(rig.engine.openBookingCount == 0)
        #expect(try rig.send(command).isOK)
    }

    @Test(
        "a refusal of the store frees the booking at once",
        arguments: [
            (StorageError.Code.overloaded, UInt16(8)), (.full, 8), (.invalid, 13), (.corrupt, 15),
        ]
    )
    func refused(code: StorageError.Code, expected: UInt16) throws {
        let rig = try EngineRig()
        try rig.provision()
        let command = try rig.command(DispatchMethods.createBooking, rig.booking())
        let (ticket, outputs) = rig.begin(command)
        let refused = try job(in: outputs)
        try rig.perform(rig.engineCompleted(refused, .failure(StorageError(code, "no"))))
        #expect(rig.replies[ticket]?.code == expected)
        #expect(rig.engine.jobCount == 0)
        #expect(try rig.send(command).isOK)
    }

    @Test("a shift whose commit was lost is on the board once the store answers")
    func shift() throws {
        let rig = try EngineRig()
        let fleet = try rig.provision()
        let shift = try #require(rig.shift(of: fleet[0].driver))
        let command = try rig.command(
            DispatchMethods.setShift,
            SetShiftRequest.with {
                $0.shift = shift.shift
                $0.driver = shift.driver
                $0.vehicle = shift.vehicle
            }
        )
        let (ticket, outputs) = rig.begin(command)
        let lost = try job(in: outputs)
        _ = try rig.run(lost).get()
        try rig.perform(
            rig.engineCompleted(lost, .failure(StorageError(.unavailable, "cut off")))
        )
        #expect(rig.replies[ticket]?.isOK == true)
        #expect(rig.shift(of: fleet[0].driver)?.closedAt != nil)
    }
}
