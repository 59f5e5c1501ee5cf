import Calls
import Testing
import WireFormat

@testable import OperatorCommands

@Suite("A program that does not say how it is")
struct SilenceTests {
    private static let holder = PortProbe.Holder(id: 77, name: "dispatch")

    private static func silence(
        _ code: StatusCode = .unavailable,
        holder: PortProbe.Holder? = nil,
        isListening: Bool = true,
        isStopped: Bool = false
    ) -> Silence {
        Silence(
            port: 7003,
            holder: holder,
            isListening: isListening,
            isStopped: isStopped,
            error: CallError(code, "no answer")
        )
    }

    @Test(
        "nobody listens, a stopped program, a stuck one, another user's, and an error are told apart"
    )
    func texts() {
        let gone = Self.silence(isListening: false)
        #expect(gone.state == "down")
        #expect(gone.reason == "nobody listens at port 7003")
        let stopped = Self.silence(holder: Self.holder, isStopped: true)
        #expect(stopped.state == "hangs")
        #expect(
            stopped.reason
                == "dispatch (process 77) is stopped by a signal; `kill -CONT 77` lets it go on"
        )
        for code in [StatusCode.unavailable, .deadlineExceeded] {
            let stuck = Self.silence(code, holder: Self.holder)
            #expect(stuck.state == "hangs")
            #expect(
                stuck.reason
                    == "dispatch (process 77) listens at port 7003 and does not answer: no answer"
            )
        }
        #expect(Self.silence().reason.hasPrefix("port 7003 is taken"))
        let refused = Self.silence(.permissionDenied, holder: Self.holder)
        #expect(refused.state == "fails")
        #expect(refused.reason == "no answer")
    }
}
