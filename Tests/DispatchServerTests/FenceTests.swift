import Calls
import LinkSupport
import Messages
import ServiceRuntime
import Storage
import TestSupport
import Testing
import WireFormat

/// Whoever was replaced and does not know it yet.
@Suite("Dispatch that another process has replaced", .timeLimit(.minutes(1)))
struct FenceTests {
    @Test("stores nothing more, tells nobody that it did, and ends")
    func replaced() async throws {
        let rig = try await DispatchRig()
        _ = try await rig.provision()
        #expect(rig.stopReason == nil)
        try await rig.loseMarkets()
        let client = try await rig.client(.gateway)
        let request = rig.bookingRequest()
        let options = CallOptions(
            tenant: DispatchRig.tenant,
            key: rig.id(),
            callerToken: try rig.partnerToken(),
            retries: false
        )
        let error = try await rig.run {
            await callError {
                _ = try await client.call(DispatchMethods.createBooking, request, options)
            }
        }
        #expect(error?.code == .unavailable)
        #expect(rig.stopReason == .fault("another process has taken the markets over"))
        #expect(try await rig.count("SELECT count(*) FROM bookings") == 0)
        try await rig.stop()
    }
}
