import Glibc
import Reactor
import TestSupport
import Testing

@testable import Transport

@Suite("Plain byte channel")
struct PlainChannelTests {
    @Test("bytes come in order, both ways, and writes of one turn go out together")
    func echo() async throws {
        let rig = try ChannelRig()
        defer { rig.stop() }
        let pair = try await PlainPair(rig)
        let (left, right) = (pair.left, pair.right)
        await rig.loop.submit {
            right.use = { channel, bytes in
                channel.write(bytes)
                return bytes.count
            }
            for index in 0..<100 { left.channel.write(pattern(10, from: index * 10)) }
        }
        #expect(await rig.until { left.received.count == 1000 })
        await rig.loop.submit {
            #expect(left.received == pattern(1000))
            #expect(left.activeCount == 1)
            #expect(right.activeCount == 1)
            #expect(right.receivedSizes == [1000], "one write, one read")
            left.channel.close()
        }
        #expect(await rig.until { left.isClosed && right.isClosed })
        await rig.loop.submit {
            #expect(left.reasons.map(\.code) == [.closedHere])
            #expect(right.reasons.map(\.code) == [.closedHere])
            #expect(right.endCount == 1)
        }
    }

    @Test("what the delegate leaves comes again with the next bytes, byte by byte if must be")
    func dribble() async throws {
        let rig = try ChannelRig()
        defer { rig.stop() }
        let peer = try await RawPeer(rig)
        let probe = peer.probe
        await rig.loop.submit {
            // Frames of ten bytes: nothing less is used.
            probe.use = { _, bytes in bytes.count / 10 * 10 }
        }
        for index in 0..<25 {
            peer.send(pattern(1, from: index))
            await rig.turns(2)
        }
        await rig.loop.submit {
            #expect(probe.received == pattern(20))
            #expect(probe.receivedSizes == Array(1...10) + Array(1...10) + Array(1...5))
        }
        close(peer.descriptor)
        #expect(await rig.until { probe.isClosed })
    }

    @Test("an unused rest at the limit ends the channel, one byte below it does not")
    func inputLimit() async throws {
        let rig = try ChannelRig()
        defer { rig.stop() }
        var options = ByteChannelOptions()
        options.inputByteCountMax = 100
        let peer = try await RawPeer(rig, options: options)
        let probe = peer.probe
        await rig.loop.submit { probe.use = { _, _ in 0 } }
        peer.send(pattern(99))
        await rig.turns(3)
        #expect(await rig.loop.submit { !probe.isClosed })
        peer.send(pattern(1))
        #expect(await rig.until { probe.isClosed })
        #expect(await rig.loop.submit { probe.reasons.map(\.code) } == [.inputOverflow])
        close(peer.descriptor)
    }

    @Test("4 MiB pass with back pressure from marks, pauses and a slow reader, unchanged")
    func bigTransfer() async throws {
        let rig = try ChannelRig()
        defer { rig.stop() }
        let pair = try await PlainPair(rig)
        let (left, right) = (pair.left, pair.right)
        let total = 4 * 1024 * 1024
        let sent = Cell(0)
        let queuedMax = Cell(0)
        let checked = Cell(0)
        await rig.loop.submit {
            @Sendable func produce(_ channel: ByteChannel) {
                while channel.isWritable, sent.value < total {
                    channel.write(
                        pattern(40_000, from: sent.value).prefix(total - sent.value).map { $0 }
                    )
                    sent.value = min(sent.value + 40_000, total)
                    queuedMax.value = max(queuedMax.value, channel.queuedByteCount)
                }
                if sent.value == total { channel.closeWriting() }
            }
            left.onWritable = produce
            right.use = { channel, bytes in
                let used = min(bytes.count, 30_000)
                precondition(Array(bytes.prefix(used)) == pattern(used, from: checked.value))
                checked.value += used
                channel.pauseReading()
                rig.loop.execute { channel.resumeReading() }
                right.received.removeAll()
                return used
            }
            produce(left.channel)
        }
        #expect(await rig.until { left.isClosed && right.isClosed })
        await rig.loop.submit {
            #expect(checked.value == total)
            #expect(queuedMax.value < ByteChannelOptions().outputHighMark + 40_000)
            #expect(left.writableCount > 1)
        }
    }

    @Test("a peer that reads nothing is cut off after the stall limit, not before")
    func writeStall() async throws {
        let rig = try ChannelRig()
        defer { rig.stop() }
        let peer = try await RawPeer(rig)
        let probe = peer.probe
        await rig.loop.submit { probe.channel.write([UInt8](repeating: 7, count: 4 << 20)) }
        await rig.turns(20)
        await rig.advance(by: .milliseconds(9_999))
        #expect(await rig.loop.submit { !probe.isClosed })
        await rig.advance(by: .milliseconds(1))
        #expect(await rig.loop.submit { probe.reasons.map(\.code) } == [.writeStalled])
        close(peer.descriptor)
    }

    @Test("a peer that reads now and then is not cut off")
    func slowButAlive() async throws {
        let rig = try ChannelRig()
        defer { rig.stop() }
        let peer = try await RawPeer(rig)
        let probe = peer.probe
        await rig.loop.submit { probe.channel.write([UInt8](repeating: 7, count: 4 << 20)) }
        var read = 0
        while let bytes = peer.receive(), read < 4 << 20 {
            read += bytes.count
            await rig.advance(by: .seconds(2))
        }
        #expect(read == 4 << 20)
        #expect(await rig.loop.submit { !probe.isClosed })
        close(peer.descriptor)
        #expect(await rig.until { probe.isClosed })
    }

    @Test("more output than the limit ends the channel")
    func outputLimit() async throws {
        let rig = try ChannelRig()
        defer { rig.stop() }
        var options = ByteChannelOptions()
        options.outputByteCountMax = 1000
        let peer = try await RawPeer(rig, options: options)
        let probe = peer.probe
        await rig.loop.submit {
            probe.channel.write(pattern(1000))
            #expect(probe.channel.isOpen)
            probe.channel.write(pattern(1))
            #expect(!probe.channel.isOpen)
        }
        await rig.turns(2)
        #expect(await rig.loop.submit { probe.reasons.map(\.code) } == [.outputOverflow])
        close(peer.descriptor)
    }

    @Test("what is sent at once is there within the turn; that the peer is gone is told at its end")
    func sendNow() async throws {
        let rig = try ChannelRig()
        defer { rig.stop() }
        let peer = try await RawPeer(rig)
        let probe = peer.probe
        await rig.turns(2)
        await rig.loop.submit {
            probe.channel.write(pattern(100))
            #expect(peer.receive() == [])
            probe.channel.sendNow()
            #expect(peer.receive() == pattern(100))
            probe.channel.write(pattern(10))
            close(peer.descriptor)
            probe.channel.sendNow()
            #expect(!probe.isClosed)
        }
        #expect(await rig.until { probe.isClosed })
        #expect(await rig.loop.submit { probe.reasons.map(\.code) } == [.reset])
    }

    @Test("after a half-close the other direction still carries bytes")
    func halfClose() async throws {
        let rig = try ChannelRig()
        defer { rig.stop() }
        let pair = try await PlainPair(rig)
        let (left, right) = (pair.left, pair.right)
        await rig.loop.submit {
            right.onEnd = { channel in
                channel.write(pattern(50_000))
                channel.closeWriting()
            }
            left.channel.write([1])
            left.channel.closeWriting()
        }
        #expect(await rig.until { left.isClosed && right.isClosed })
        await rig.loop.submit {
            #expect(right.received == [1])
            #expect(left.received == pattern(50_000))
            #expect(left.reasons.map(\.code) == [.ended])
            #expect(right.reasons.map(\.code) == [.ended])
        }
    }

    @Test("a close waits for the peer's end, but not for ever")
    func linger() async throws {
        let rig = try ChannelRig()
        defer { rig.stop() }
        let peer = try await RawPeer(rig)
        let probe = peer.probe
        peer.send(pattern(100))
        await rig.loop.submit {
            probe.channel.write(pattern(10))
            probe.channel.close()
        }
        await rig.turns(3)
        #expect(peer.receive() == pattern(10))
        #expect(peer.receive() == nil)
        #expect(await rig.loop.submit { !probe.isClosed })
        await rig.advance(by: .seconds(2))
        #expect(await rig.loop.submit { probe.reasons.map(\.code) } == [.closedHere])
        close(peer.descriptor)
    }

    @Test("closing from within any call is safe and tells once", arguments: 0..<6)
    func closeRaces(kind: Int) async throws {
        let rig = try ChannelRig()
        defer { rig.stop() }
        let pair = try await PlainPair(rig) { left, right in
            switch kind {
            case 0: left.onActive = { $0.abort() }
            case 1: left.onActive = { $0.close() }
            case 2:
                left.use = { channel, bytes in
                    channel.abort()
                    return bytes.count
                }
            case 3:
                left.use = { channel, bytes in
                    channel.close()
                    channel.write([1, 2, 3])
                    return 0
                }
            case 4: left.onEnd = { $0.abort() }
            default:
                left.onWritable = { channel in channel.abort() }
                left.channel.write([UInt8](repeating: 1, count: 1 << 20))
            }
            right.onActive = { channel in
                channel.write([9])
                if kind == 4 { channel.closeWriting() }
            }
        }
        let (left, right) = (pair.left, pair.right)
        #expect(await rig.until { left.isClosed && right.isClosed })
        await rig.turns(5)
        await rig.loop.submit {
            #expect(left.reasons.count == 1)
            #expect(right.reasons.count == 1)
        }
        #expect(await rig.loop.submit { rig.loop.fileCount } == 0)
        #expect(await rig.loop.submit { rig.loop.timerCount } == 0)
    }

    @Test("a peer that resets while reading is paused is noticed")
    func resetWhilePaused() async throws {
        let rig = try ChannelRig()
        defer { rig.stop() }
        let peer = try await RawPeer(rig)
        let probe = peer.probe
        await rig.loop.submit {
            probe.channel.pauseReading()
            probe.channel.write([1])
        }
        await rig.turns(2)
        close(peer.descriptor)
        #expect(await rig.until { probe.isClosed })
    }

    @Test("any chunking of a session gives the same bytes in the same order")
    func chunking() async throws {
        let rig = try ChannelRig()
        defer { rig.stop() }
        let seed: UInt64 = 7
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let peer = try await RawPeer(rig)
            let probe = peer.probe
            let frame = Int.random(in: 1...300, using: &generator)
            await rig.loop.submit { probe.use = { _, bytes in bytes.count / frame * frame } }
            var sent = 0
            let total = frame * 20
            while sent < total {
                let count = min(Int.random(in: 1...1000, using: &generator), total - sent)
                peer.send(pattern(count, from: sent))
                sent += count
                await rig.turns(1)
            }
            #expect(await rig.until { probe.received.count == total }, "seed \(seed)")
            #expect(await rig.loop.submit { probe.received } == pattern(total), "seed \(seed)")
            close(peer.descriptor)
            #expect(await rig.until { probe.isClosed })
        }
    }
}

/// A number that callbacks of one loop share.
// Safe: used on one loop only.
final class Cell: @unchecked Sendable {
    var value: Int

    init(_ value: Int) {
        self.value = value
    }
}
