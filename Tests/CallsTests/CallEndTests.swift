import LinkSupport
import Messages
import Reactor
import TestSupport
import Testing
import WireFormat

@testable import Calls

@Suite("Ends of calls that are told", .timeLimit(.minutes(1)))
struct CallEndTests {
    let rig: CallRig

    init() throws {
        rig = try CallRig()
    }

    @Test(
        "calls of one burst that end alike are told together, the others apart, and none is left out"
    )
    func bursts() async throws {
        try await rig.run { [rig] in
            let ends = Recorder<CallEnd>()
            let server = rig.serve(at: "a") { routes in
                routes.synchronousBytes(DispatchMethods.quote) {
                    (_, body, output) throws(CallError) in
                    let first = body.byteCount > 0 ? try? body.integer(UInt8.self, at: 0) : nil
                    if first == 9 { throw CallError(.notFound, "nine is not there") }
                    output.append(body)
                }
            }
            server.onCallEnd = { ends.append($0) }
            let client = rig.client(["a"])
            // All in one turn: one read at the server brings them all, in this order.
            let calls = [1, 2, 9, 3, 4, 5].map { (number: UInt8) in
                client.loop.spawn {
                    let options = CallOptions(retries: false)
                    let method = DispatchMethods.quote.descriptor
                    return (try? await client.callBytes(method, [number], options))?.first
                }
            }
            var answers: [UInt8?] = []
            for call in calls { answers.append(await call.value) }
            #expect(answers == [1, 2, nil, 3, 4, 5])
            await rig.turn()
            let told = ends.elements
            #expect(told.map(\.code) == [.ok, .notFound, .ok])
            #expect(told.map(\.count) == [2, 1, 3])
            #expect(told.allSatisfy { $0.route == 0 })
        }
    }
}
