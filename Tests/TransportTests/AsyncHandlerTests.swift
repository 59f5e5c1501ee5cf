import Reactor
import TestSupport
import Testing
import Transport

/// Answers each byte from a task of its own that lives as long as the channel.
// Safe: used on the loop of its channel only.
final class AsyncEcho: ByteChannelDelegate, @unchecked Sendable {
    private let signal: LoopSignal
    private var waiting: [UInt8] = []
    private var isClosed = false

    init(loop: EventLoop) {
        signal = LoopSignal(loop: loop)
    }

    func channelReceived(_ channel: ByteChannel, _ bytes: RawSpan) -> Int {
        waiting += bytes.withUnsafeBytes { [UInt8]($0) }
        signal.raise()
        return bytes.byteCount
    }

    func channelClosed(_ channel: ByteChannel, _ reason: CloseReason) {
        isClosed = true
        signal.raise()
    }

    func run(_ channel: ByteChannel) async {
        while !isClosed {
            await signal.wait()
            let work = waiting
            waiting.removeAll()
            for byte in work {
                await Task.yield()
                channel.write([byte])
            }
        }
    }
}

@Suite("Async handlers on a channel")
struct AsyncHandlerTests {
    @Test("in steady state no job comes from another thread, however often the handler suspends")
    func foreignJobs() async throws {
        let rig = try ChannelRig()
        defer { rig.stop() }
        let (first, second) = try Socket.pair()
        let client = Probe()
        let loop = rig.loop
        await loop.submit {
            let echo = AsyncEcho(loop: loop)
            let server = ByteChannel(loop: loop, descriptor: first, delegate: echo)
            client.channel = ByteChannel(loop: loop, descriptor: second, delegate: client)
            server.start()
            client.channel.start()
            loop.spawn { await echo.run(server) }
            client.channel.write([1])
        }
        #expect(await rig.until { client.received.count == 1 })
        let before = loop.foreignJobCount
        await loop.submit { client.channel.write(pattern(500)) }
        #expect(await rig.until { client.received.count == 501 })
        #expect(loop.foreignJobCount == before)
        await loop.submit { client.channel.close() }
        #expect(await rig.until { client.isClosed })
    }
}
