import LinkSupport
import Messages
import Reactor
import TestSupport
import Testing
import Timekeeping
import Transport
import WireConnection
import WireFormat

@testable import Calls

@Suite("Tasks of asynchronous handlers", .timeLimit(.minutes(1)))
struct HandlerTasksTests {
    let rig: CallRig

    init() throws {
        rig = try CallRig()
    }

    /// Answers at once where the request is even; where it is odd, once the gate is open.
    private static func register(
        _ gate: LoopPromise<Void>,
        _ routes: inout CallRoutes,
        _ begun: Recorder<UInt8> = Recorder()
    ) {
        // A promise has one waiter, so those that wait share a task that waits for it.
        let opened = gate.loop.spawn { await gate.value() }
        routes.unaryBytes(DispatchMethods.quote) { (_, body) in
            begun.append(body[0])
            if body[0] % 2 == 1 { await opened.value }
            return body
        }
    }

    private static func call(
        _ client: CallClient,
        _ number: UInt8
    ) -> Task<[UInt8]?, Never> {
        client.loop.spawn {
            let options = CallOptions(retries: false)
            return try? await client.callBytes(DispatchMethods.quote.descriptor, [number], options)
        }
    }

    @Test("handlers that wait hold back none that came behind them, and each answers its own call")
    func waiting() async throws {
        try await rig.run { [rig] in
            let gate = LoopPromise<Void>(loop: rig.loop)
            let server = rig.serve(at: "a", handlerCountMax: 200) {
                Self.register(gate, &$0)
            }
            let client = rig.client(["a"])
            // All in one turn: one read at the server brings them all.
            let calls = (UInt8(0)..<100).map { ($0, Self.call(client, $0)) }
            for (number, call) in calls where number % 2 == 0 {
                #expect(await call.value == [number])
            }
            #expect(server.counters.handlerCount == 50)
            gate.complete(())
            for (number, call) in calls where number % 2 == 1 {
                #expect(await call.value == [number])
            }
            #expect(server.counters.handlerCount == 0)
        }
        rig.stop()
    }

    @Test("tasks are kept from burst to burst, no more than a bound, and none without a connection")
    func kept() async throws {
        let begun = Recorder<UInt8>()
        let server = try await rig.run { [rig] in
            let gate = LoopPromise<Void>(loop: rig.loop)
            let server = rig.serve(at: "a", handlerCountMax: 200) {
                Self.register(gate, &$0, begun)
            }
            let client = rig.client(["a"])
            for number: UInt8 in [0, 2, 4] {
                #expect(await Self.call(client, number).value == [number])
            }
            #expect((1...2).contains(server.handlers.idleCount))
            let calls = (UInt8(0)..<100).map { Self.call(client, $0 * 2 + 1) }
            // Each holds a task of its own once its handler has begun.
            while begun.elements.count < 3 + calls.count {
                _ = await rig.loop.sleep(for: .zero)
            }
            gate.complete(())
            for call in calls { #expect(await call.value != nil) }
            while server.counters.handlerCount > 0 { _ = await rig.loop.sleep(for: .zero) }
            #expect(server.handlers.idleCount == HandlerTasks.idleCountMax)
            rig.cut("a")
            return server
        }
        await rig.turn()
        #expect(try await rig.run { server.handlers.idleCount } == 0)
        rig.stop()
    }

    @Test("a call that is cancelled in the burst in which it came never reaches its handler")
    func cancelledAtOnce() async throws {
        let begun = Recorder<UInt8>()
        let (server, peer) = try await rig.run { [rig] in
            let server = rig.serve(at: "a") { routes in
                routes.unaryBytes(DispatchMethods.quote) { (_, body) in
                    begun.append(body[0])
                    return body
                }
            }
            let peer = CancellingPeer(loop: rig.loop)
            rig.openChannel(to: "a", on: rig.loop) { outcome in
                if case .success(let channel) = outcome { peer.start(on: channel) }
            }
            return (server, peer)
        }
        // Of the call that it took back the peer is told no more.
        await rig.until { !peer.codes.isEmpty }
        #expect(try await rig.run { peer.codes } == [.ok])
        #expect(try await rig.run { server.counters.handlerCount } == 0)
        // The call behind it was served.
        #expect(begun.elements == [2])
        rig.stop()
    }
}

/// A peer that opens a call, takes it back, and opens another, all in one write.
// Safe: touched on its loop alone.
private final class CancellingPeer: ByteChannelDelegate, @unchecked Sendable {
    /// How the calls ended, in order.
    private(set) var codes: [StatusCode] = []
    private var core: ConnectionCore
    private var channel: ByteChannel?

    init(loop: EventLoop) {
        let token = Array("gateway".utf8)
        core = ConnectionCore(
            client: CallRig.connection(),
            token: token.span.bytes,
            now: loop.now
        )
    }

    func start(on channel: ByteChannel) {
        self.channel = channel
        channel.delegate = self
        moveOutput()
    }

    private func openCalls() {
        let method = DispatchMethods.quote.descriptor
        let call = CallBlock(
            service: method.service.rawValue,
            method: method.id,
            timeoutMilliseconds: 10_000
        )
        let (first, second): ([UInt8], [UInt8]) = ([1], [2])
        let now = Instant(nanoseconds: 0)
        if let stream = try? core.open(call, body: first.span.bytes, now: now) {
            core.cancel(stream)
        }
        _ = try? core.open(call, body: second.span.bytes, now: now)
    }

    private func moveOutput() {
        guard let channel, !core.output.isEmpty else { return }
        let count = core.output.byteCount
        core.output.withBytes { channel.write($0) }
        core.outputTaken(count)
    }

    func channelActive(_ channel: ByteChannel) { moveOutput() }

    func channelReceived(_ channel: ByteChannel, _ bytes: RawSpan) -> Int {
        var consumed = 0
        while let event = core.nextEvent(in: bytes, consumed: &consumed, now: channel.loop.now) {
            switch event {
            case .established: openCalls()
            case .data: codes.append(.ok)
            case .status: codes.append(core.receivedStatus.code)
            default: break
            }
        }
        moveOutput()
        return consumed
    }

    func channelClosed(_ channel: ByteChannel, _ reason: CloseReason) {}
}
