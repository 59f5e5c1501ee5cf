import Foundation
import ProcessSupport
import TestSupport
import Testing
import WireFormat

/// Bytes that no peer should send to a service's binary port, and the farewell that the protocol has for them.
struct FrameCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    /// `nil` where the peer speaks another protocol, and is told nothing.
    let reason: GoAwayReason?

    init(_ name: String, _ reason: GoAwayReason?, _ bytes: [UInt8]) {
        (testDescription, self.reason, self.bytes) = (name, reason, bytes)
    }

    static let all = [
        FrameCase("a request of HTTP", nil, Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)),
        FrameCase("a hello of TLS", nil, [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3] + noise),
        FrameCase("noise", nil, noise),
        FrameCase("a wrong checksum", .badChecksum, opening() + broken(frame(.ping, 8))),
        FrameCase("an oversized payload", .limitExceeded, opening() + oversized),
        FrameCase("a frame before HELLO", .protocolError, preface + frame(.ping, 8)),
        FrameCase("HELLO twice", .protocolError, opening() + hello()),
        FrameCase("a short PING", .protocolError, opening() + frame(.ping, 7)),
        FrameCase(
            "an OPEN without its call",
            .protocolError,
            opening() + frame(.open, 3, stream: 1)
        ),
        FrameCase(
            "an OPEN on an even stream",
            .protocolError,
            opening() + frame(.open, 40, stream: 2)
        ),
        FrameCase(
            "DATA on a stream that never was",
            .protocolError,
            opening() + frame(.data, 4, stream: 9)
        ),
        FrameCase("another environment", .wrongEnvironment, opening(environment: 99)),
    ]

    /// What a phone is told whose token is nobody's.
    static let stranger = FrameCase("a token of nobody", .authenticationFailed, opening())

    private static let noise = (0..<200).map { UInt8(truncatingIfNeeded: $0 &* 73 &+ 41) }

    private static var preface: [UInt8] {
        var output = OutputBuffer()
        Preface.current.encode(into: &output)
        return output.array()
    }

    /// `Deployment.test.environmentNumber`.
    private static func hello(environment: UInt64 = 3) -> [UInt8] {
        var hello = Hello()
        hello.agent = "test"
        hello.environment = environment
        var output = OutputBuffer()
        let token = Array("dispatch".utf8)
        hello.encodeFrame(isAck: false, token: token.span.bytes, into: &output)
        return output.array()
    }

    private static func opening(environment: UInt64 = 3) -> [UInt8] {
        preface + hello(environment: environment)
    }

    private static func frame(
        _ type: FrameType,
        _ payloadByteCount: Int,
        stream: UInt32 = 0
    ) -> [UInt8] {
        var output = OutputBuffer()
        let start = output.beginFrame(type, on: StreamID(stream))
        for _ in 0..<payloadByteCount { output.append(UInt8(0)) }
        output.endFrame(start)
        return output.array()
    }

    private static func broken(_ frame: [UInt8]) -> [UInt8] {
        var frame = frame
        frame[frame.count - 1] ^= 1
        return frame
    }

    /// A header that announces one byte more than a payload may have.
    private static var oversized: [UInt8] {
        [1, 0, 1, 0, FrameType.data.rawValue, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    }
}

@Suite("Malformed frames at the running services", .timeLimit(.minutes(5)))
struct FrameTests {
    @Test("each gets the farewell that the protocol has for it and is cut off; the services go on")
    func table() async throws {
        try await withEdge { system in
            var ports = [system.driverPort]
            for name in EdgeSystem.names { ports.append(try system.service(name).callPort) }
            for port in ports {
                for attempt in FrameCase.all {
                    // A phone's HELLO is judged by its token before its environment.
                    if port == system.driverPort, attempt.reason != nil { continue }
                    let connection = try RawConnection(port: port)
                    await connection.send(attempt.bytes)
                    let answer = try await connection.readToEnd()
                    let farewell = Self.farewell(in: answer)
                    #expect(farewell == attempt.reason, "\(attempt.testDescription) at \(port)")
                }
            }
            let phone = try RawConnection(port: system.driverPort)
            await phone.send(FrameCase.stranger.bytes)
            let farewell = Self.farewell(in: try await phone.readToEnd())
            #expect(farewell == FrameCase.stranger.reason)
            // Nobody fell, and a ride can still be booked.
            for name in EdgeSystem.names {
                let page = try await system.service(name).page("/readyz")
                #expect(page.contains("\"phase\":\"serving\""), "\(name): \(page)")
            }
            let key = try #require(try await system.provision()["agency"])
            _ = try await system.booked(key)
        }
    }

    /// Why the peer said goodbye; `nil` where it closed without a word.
    private static func farewell(in bytes: [UInt8]) -> GoAwayReason? {
        let span = bytes.span.bytes
        var offset = 0
        while let header = try? FrameHeader.next(in: span, at: offset) {
            let start = offset + FrameHeader.byteCount
            let end = offset + header.frameByteCount
            if header.type == .goAway {
                return (try? GoAwayPayload(decoding: span, in: start..<end))?.reason
            }
            offset = end
        }
        return nil
    }
}
