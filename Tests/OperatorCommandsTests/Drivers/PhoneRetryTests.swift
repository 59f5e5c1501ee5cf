import Calls
import OperatorCommands
import Testing
import WireFormat

@Suite("How a phone goes on")
struct PhoneRetryTests {
    @Test("only a word about the trip itself ends the tries")
    func passes() {
        let final: Set<StatusCode> = [
            .ok, .invalidArgument, .notFound, .alreadyExists, .permissionDenied,
            .failedPrecondition, .outOfRange, .unimplemented, .dataLoss, .unauthenticated,
        ]
        for code in StatusCode.allCases {
            #expect(PhoneRetry.passes(CallError(code, "")) == !final.contains(code), "\(code)")
        }
    }
}
