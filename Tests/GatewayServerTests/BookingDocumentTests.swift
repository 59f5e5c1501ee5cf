import Foundation
import Messages
import Model
import Testing
import Timekeeping
import WireFormat

@testable import GatewayServer

@Suite("Documents of a booking")
struct BookingDocumentTests {
    private static func isAtRisk(_ document: [UInt8]) throws -> Bool? {
        let object = try JSONSerialization.jsonObject(with: Data(document))
        return (object as? [String: Any])?["at_risk"] as? Bool
    }

    @Test(
        "a trip is at risk while its driver is out of reach with the passenger on board, and only then",
        arguments: [
            (BookingState.onTrip, WireEnum(.outOfReach), true),
            (.onTrip, .unspecified, false),
            (.onTrip, WireEnum(.driverLost), false),
            (.completed, WireEnum(.outOfReach), false),
        ] as [(BookingState, WireEnum<BookingReasonCode>, Bool)]
    )
    func atRisk(state: BookingState, reason: WireEnum<BookingReasonCode>, isAtRisk: Bool) throws {
        let booking = BookingSnapshot.with {
            $0.state = WireEnum(state)
            $0.reason = reason
        }
        #expect(try Self.isAtRisk(BookingDocument.encode(booking)) == isAtRisk)
        let now = WallTime(microseconds: 0)
        #expect(try Self.isAtRisk(BookingDocument.track(booking, now: now)) == isAtRisk)
        var update = BookingUpdate.with {
            $0.kind = WireEnum(.step)
            $0.state = WireEnum(state)
            $0.reason = reason
        }
        #expect(try Self.isAtRisk(BookingDocument.event(update)) == isAtRisk)
        update.kind = WireEnum(.position)
        #expect(
            try Self.isAtRisk(BookingDocument.event(update)) == nil,
            "a position says nothing of it"
        )
    }
}
