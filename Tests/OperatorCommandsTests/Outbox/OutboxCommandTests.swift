import Messages
import Model
import Testing
import Timekeeping

@testable import OperatorCommands

@Suite("Wishes that were given up, as the operator sees them")
struct OutboxCommandTests {
    private static let now = WallTime(secondsSinceEpoch: 1_800_000_000)

    private static func command(blockedCount: UInt32 = 0, booking: BookingID) -> ParkedCommand {
        .with { command in
            command.key = IdempotencyKey(bits: 1)
            command.booking = booking
            command.tenant = TenantID(7)
            command.destination = ServiceName.payments.rawValue
            command.method = PaymentsMethods.capture.descriptor.id
            command.createdAt = now.advanced(by: .seconds(-7200))
            command.parkedAt = now.advanced(by: .seconds(-60))
            command.blockedCount = blockedCount
            command.reason = "payments refused it: failedPrecondition, stateForbids"
        }
    }

    @Test("for people: what, where, for whom, since when, what waits behind it, and why")
    func lines() {
        let command = Self.command(blockedCount: 2, booking: BookingID(bits: 5))
        #expect(
            OutboxListCommand.lines(.dispatch, command, now: Self.now) == [
                "dispatch  idem_00000000000000000000000001  capture at payments, tenant 7, "
                    + "booking bk_00000000000000000000000005",
                "  wished for 2027-01-15T06:00:00Z, given up 2027-01-15T07:59:00Z (1 min 00 s ago); "
                    + "2 later wishes behind it",
                "  payments refused it: failedPrecondition, stateForbids",
            ]
        )
    }

    @Test(
        "for programs: the same in one object; a tenant's has no booking, a new method its number"
    )
    func line() {
        var command = Self.command(booking: .none)
        command.method = 999
        #expect(
            OutboxListCommand.line(.gateway, command)
                == #"{"program":"gateway","id":"idem_00000000000000000000000001","destination":"payments","#
                + #""method":"method 999","tenant":7,"booking":null,"wished_at":"2027-01-15T06:00:00.000Z","#
                + #""given_up_at":"2027-01-15T07:59:00.000Z","waiting_behind":0,"#
                + #""reason":"payments refused it: failedPrecondition, stateForbids"}"#
        )
    }

    @Test("the doctor warns of what was given up, and of nothing else")
    func doctor() {
        var parked = ParkedCount()
        parked.destination = ServiceName.payments.rawValue
        parked.entryCount = 3
        let finding = OutboxExamination.finding(.dispatch, .with { $0.parked = [parked] })
        #expect(finding.level == .warning)
        #expect(finding.message == "3 wishes to payments given up")
        #expect(OutboxExamination.finding(.dispatch, ServiceStatusReply()).level == .ok)
    }
}
