internal import Messages
internal import Reactor
internal import Timekeeping
internal import Transport
internal import WireConnection
internal import WireFormat

/// One phone of the load: a connection with one stream of fixes, straight on the connection core.
final class FixPhone: ByteChannelDelegate {
    private unowned let load: FixLoad
    private let number: UInt64
    private var core: ConnectionCore
    private var channel: ByteChannel?
    private var connecting: TCPConnect?
    private var stream = StreamID.connection
    private var sequence: UInt32 = 0
    private var lastTime: Int64 = 0
    private var buffer = OutputBuffer()
    private var last = LocationAck()
    private let ready: LoopPromise<Bool>
    private var writable: LoopPromise<Void>?

    init(load: FixLoad, number: UInt64, token: [UInt8]) {
        self.load = load
        self.number = number
        ready = LoopPromise(loop: load.loop)
        core = ConnectionCore(
            client: FixLoad.connection(.edge),
            token: token.span.bytes,
            now: load.loop.now
        )
    }

    /// Connects and opens the stream; returns whether the first acknowledgement came.
    func connect(to address: SocketAddress, security: ChannelSecurity) async -> Bool {
        let ready = ready
        connecting = TCPConnect(loop: load.loop, address: address, timeout: .seconds(5)) {
            [self] outcome in
            guard case .success(let descriptor) = outcome else {
                ready.complete(false)
                return
            }
            let channel = ByteChannel(
                loop: load.loop,
                descriptor: descriptor,
                peerAddress: address,
                security: security,
                delegate: self
            )
            self.channel = channel
            channel.start()
        }
        return await ready.value()
    }

    func close() {
        channel?.close()
    }

    /// Sends the next frame, waiting for credit where it must.
    func send(isLast: Bool) async {
        write()
        while true {
            let isSent = buffer.withBytes { bytes in
                (try? core.sendData(bytes, on: stream, isEnd: isLast)) != nil
            }
            if isSent { return moveOutput() }
            guard let channel, channel.isOpen else { return }
            let promise = LoopPromise<Void>(loop: load.loop)
            writable = promise
            await promise.value()
        }
    }

    /// Writes the next batch: each fix a moment after the one before, none ahead of the clock by much.
    private func write() {
        let now = load.loop.timeSource.wallTime.microseconds / 1000
        let count = load.plan.perFrame
        let base = max(lastTime + 1, now - Int64(count))
        buffer.removeAll()
        guard var writer = try? LocationBatchWriter(to: &buffer, baseTimeMilliseconds: base) else {
            return
        }
        for index in 0..<count {
            sequence += 1
            let step = Int32(sequence % 1000)
            let record = LocationRecord(
                driverReference: 0,
                sequence: sequence,
                offsetMilliseconds: Int32(index),
                latitudeE7: 377_000_000 + Int32(number) * 1000 + step,
                longitudeE7: -1_224_000_000 + step,
                speedCentimetersPerSecond: 900,
                status: 1
            )
            try? writer.append(record, to: &buffer)
        }
        writer.finish(&buffer)
        lastTime = base + Int64(count) - 1
    }

    private func moveOutput() {
        guard let channel, !core.output.isEmpty else { return }
        let count = core.output.byteCount
        core.output.withBytes { channel.write($0) }
        core.outputTaken(count)
    }

    private func openStream() {
        let method = IngestMethods.streamLocations.descriptor
        var call = CallBlock(
            service: method.service.rawValue,
            method: method.id,
            kind: .bidirectional,
            timeoutMilliseconds: CallBlock.noTimeout
        )
        call.responseCredit = 65_536
        do throws(SendRefusal) {
            stream = try core.open(call, body: RawSpan(), isEnd: false, now: load.loop.now)
        } catch {
            ready.complete(false)
        }
    }

    // MARK: - Channel

    func channelActive(_ channel: ByteChannel) {
        moveOutput()
    }

    func channelReceived(_ channel: ByteChannel, _ bytes: RawSpan) -> Int {
        var consumed = 0
        let now = channel.loop.now
        while let event = core.nextEvent(in: bytes, consumed: &consumed, now: now) {
            switch event {
            case .established: openStream()
            case .data(let stream, let body, let isEnd):
                if !body.isEmpty, let ack = try? LocationAck(decoding: bytes.extracting(body)) {
                    last = ack
                }
                core.consumed(body.count, on: stream)
                ready.complete(true)
                if isEnd { load.ended(settled: last.sequence, refused: last.refusedCount) }
            case .status: load.fail("phone \(number): \(core.receivedStatus.code)")
            case .writable:
                writable?.complete(())
                writable = nil
            case .failed, .ended: channel.close()
            default: break
            }
        }
        moveOutput()
        return consumed
    }

    func channelClosed(_ channel: ByteChannel, _ reason: CloseReason) {
        ready.complete(false)
        writable?.complete(())
    }
}
