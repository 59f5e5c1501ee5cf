import Glibc
import Reactor
import Synchronization
import TestSupport
import Timekeeping
import Transport

/// A loop on its own thread with a clock that the test moves, and the channels of one test.
final class ChannelRig: Sendable {
    let time = ManualTimeSource()
    let loop: EventLoop

    init() throws {
        loop = try EventLoop(name: "test", timeSource: time)
        loop.start()
    }

    func stop() {
        loop.stop()
        loop.join()
    }

    /// Moves the clock and lets the loop see it.
    func advance(by duration: Duration) async {
        time.advance(by: duration)
        await turns(2)
    }

    /// Lets the loop go round.
    func turns(_ count: Int) async {
        for _ in 0..<count { await loop.submit {} }
    }

    /// Lets the loop go round until `condition`, evaluated on it, holds; gives up after many turns.
    func until(_ condition: @escaping @Sendable () -> Bool) async -> Bool {
        for _ in 0..<200_000 {
            if await loop.submit({ condition() }) { return true }
        }
        return false
    }
}

/// One side of a connection in a test: records what it hears and does what it is told.
// Safe: used on the loop of its channel only.
final class Probe: ByteChannelDelegate, @unchecked Sendable {
    var received: [UInt8] = []
    var receivedSizes: [Int] = []
    var activeCount = 0
    var endCount = 0
    var writableCount = 0
    var reasons: [CloseReason] = []
    /// Decides how many bytes are used of what came; all by default.
    var use: (ByteChannel, [UInt8]) -> Int = { $1.count }
    var onActive: (ByteChannel) -> Void = { _ in }
    var onEnd: (ByteChannel) -> Void = { $0.close() }
    var onWritable: (ByteChannel) -> Void = { _ in }
    var channel: ByteChannel!

    var isClosed: Bool { !reasons.isEmpty }

    func channelActive(_ channel: ByteChannel) {
        activeCount += 1
        onActive(channel)
    }

    func channelReceived(_ channel: ByteChannel, _ bytes: RawSpan) -> Int {
        let copy = bytes.withUnsafeBytes { [UInt8]($0) }
        receivedSizes.append(copy.count)
        let used = use(channel, copy)
        received += copy.prefix(used)
        return used
    }

    func channelReceivedEnd(_ channel: ByteChannel) {
        endCount += 1
        onEnd(channel)
    }

    func channelWritable(_ channel: ByteChannel) {
        writableCount += 1
        onWritable(channel)
    }

    func channelClosed(_ channel: ByteChannel, _ reason: CloseReason) {
        reasons.append(reason)
    }
}

/// Two plain channels that talk to each other.
struct PlainPair {
    let left = Probe()
    let right = Probe()

    init(
        _ rig: ChannelRig,
        options: ByteChannelOptions = ByteChannelOptions(),
        prepare: @escaping @Sendable (_ left: Probe, _ right: Probe) -> Void = { _, _ in }
    ) async throws {
        let (first, second) = try Socket.pair()
        let left = left
        let right = right
        await rig.loop.submit {
            left.channel = ByteChannel(
                loop: rig.loop,
                descriptor: first,
                options: options,
                delegate: left
            )
            right.channel = ByteChannel(
                loop: rig.loop,
                descriptor: second,
                options: options,
                delegate: right
            )
            prepare(left, right)
            left.channel.start()
            right.channel.start()
        }
    }
}

/// A channel whose other side is a bare socket that the test reads and writes itself.
struct RawPeer {
    let probe = Probe()
    let descriptor: Int32

    init(
        _ rig: ChannelRig,
        security: ChannelSecurity = .plain,
        options: ByteChannelOptions = ByteChannelOptions()
    ) async throws {
        let (first, second) = try Socket.pair()
        descriptor = second
        let probe = probe
        await rig.loop.submit {
            probe.channel = ByteChannel(
                loop: rig.loop,
                descriptor: first,
                security: security,
                options: options,
                delegate: probe
            )
            probe.channel.start()
        }
    }

    func send(_ bytes: [UInt8]) {
        let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        precondition(count == bytes.count)
    }

    /// What is there to read now; `nil` at the end of the stream.
    func receive() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        if count == 0 { return nil }
        return count < 0 ? [] : Array(buffer.prefix(count))
    }
}

/// Bytes that a test recognises: a counter with a long period.
func pattern(_ count: Int, from start: Int = 0) -> [UInt8] {
    (start..<start + count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ ($0 >> 8)) }
}
