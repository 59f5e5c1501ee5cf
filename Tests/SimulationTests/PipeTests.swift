import Calls
import Messages
import Testing

@testable import SimulationWorld

@Suite("A simulated stream")
struct PipeTests {
    /// What the ends of a pipe heard.
    private final class Ends {
        var server: [UInt8] = []
        var client: [UInt8] = []
        var clientEnd: CallError?
        var serverEnd: CallError?
        var pipe: Pipe?
    }

    private let world = World(seed: 3, mutation: nil, output: nil)

    private func open(_ network: Network) -> Ends {
        let ends = Ends()
        network.listen(
            .dispatch,
            toStreams: { _, _, pipe in
                pipe.onClientMessage = { message, _ in
                    ends.server += message
                    pipe.sendToClient(message)
                }
                pipe.onClientGone = { ends.serverEnd = $0 }
            }
        )
        let call = DirectCall(
            method: DispatchMethods.watchTenantBookings.descriptor,
            body: [],
            isEnd: false,
            options: CallOptions(),
            timeout: nil
        )
        let pipe = network.open(call, of: .service(.gateway), from: .gateway, to: .dispatch)
        pipe.onMessage = { ends.client += $0 }
        pipe.onEnd = { outcome in
            if case .failure(let error) = outcome { ends.clientEnd = error }
        }
        ends.pipe = pipe
        return ends
    }

    private func settle() {
        while world.step() {}
    }

    @Test("what is sent arrives in order both ways, whatever each message's delay")
    func order() {
        let network = Network(world: world)
        world.isQuiet = true
        let ends = open(network)
        settle()
        for number in 0..<100 as Range<UInt8> { ends.pipe?.sendToServer([number], isEnd: false) }
        settle()
        #expect(ends.server == Array(0..<100))
        #expect(ends.client == Array(0..<100))
        #expect(ends.clientEnd == nil)
    }

    @Test("a clog holds it and lets it go in order")
    func clogged() {
        let network = Network(world: world)
        world.isQuiet = true
        let ends = open(network)
        settle()
        network.clog(.dispatch, true)
        for number in 0..<20 as Range<UInt8> { ends.pipe?.sendToServer([number], isEnd: false) }
        settle()
        #expect(ends.server == [])
        network.clog(.dispatch, false)
        settle()
        #expect(ends.server == Array(0..<20))
    }

    @Test("over a cut way it breaks, and both ends hear of it")
    func cut() {
        let network = Network(world: world)
        world.isQuiet = true
        let ends = open(network)
        settle()
        network.cut(.gateway, .dispatch, true)
        ends.pipe?.sendToServer([1], isEnd: false)
        settle()
        #expect(ends.server == [])
        #expect(ends.clientEnd?.isConnectionLost == true)
        #expect(ends.serverEnd?.isConnectionLost == true)
    }

    @Test("when one end dies the other alone hears of it")
    func death() {
        let network = Network(world: world)
        world.isQuiet = true
        let ends = open(network)
        settle()
        network.forget(.dispatch)
        settle()
        #expect(ends.clientEnd?.isConnectionLost == true)
        #expect(ends.serverEnd == nil)
    }

    @Test("where nobody listens it breaks")
    func nobody() {
        let network = Network(world: world)
        world.isQuiet = true
        let ends = open(network)
        network.forget(.dispatch)
        settle()
        #expect(ends.clientEnd?.isConnectionLost == true)
    }
}
