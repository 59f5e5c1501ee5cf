import Delivery
import DispatchCore
import Messages
import Model
import Storage
import Testing

@testable import DispatchServer

/// The compare and set of a booking's version, apart from the fence, which would refuse the writer before.
@Suite("A booking that another writer has moved on")
struct OvertakenTests {
    @Test("a step that was decided on an older version is not stored, and the row is taken over")
    func overtaken() throws {
        let rig = try EngineRig()
        try rig.provision()
        let request = rig.booking()
        #expect(try rig.send(DispatchMethods.createBooking, request).isOK)
        let stored = try version(of: request.booking, rig)
        let cancel = CancelBookingRequest.with {
            $0.booking = request.booking
            $0.actor = WireEnum(.partner)
            $0.reason = WireEnum(.partnerWish)
        }
        let (_, outputs) = rig.begin(try rig.command(DispatchMethods.cancelBooking, cancel))
        let job = try #require(
            outputs.lazy.compactMap { output -> EngineJob? in
                guard case .run(let job) = output else { return nil }
                return job
            }.first
        )
        try rig.store.write { session throws(StorageError) in
            try session.execute("UPDATE bookings SET version = version + 3")
        }
        let outcome = try rig.run(job).get()
        guard case .overtaken(let row) = outcome.effect else {
            Issue.record("\(outcome.effect)")
            return
        }
        #expect(row?.booking.version == stored + 3)
        #expect(row?.booking.state == .requested)
        #expect(try version(of: request.booking, rig) == stored + 3)
        try rig.perform(rig.engineCompleted(job, .success(outcome)))
        #expect(rig.engine.counters.overtakenCount == 1)
    }

    private func version(of booking: BookingID, _ rig: EngineRig) throws -> UInt64 {
        let row = try rig.store.read { session throws(StorageError) in
            try BookingRows.find(booking, of: EngineRig.tenant, in: session)
        }
        return try #require(row).booking.version
    }
}
