import Reactor
import TestSupport
import Testing
import Timekeeping
import Transport

@testable import HTTPClient

@Suite("A kept connection that turns out to be dead", .timeLimit(.minutes(1)))
struct ResendTests {
    /// A server that answers the first request of each connection and hangs up on the second.
    private final class Fickle: ChannelListenerDelegate, ByteChannelDelegate {
        var listener: ChannelListener?
        var requestCount = 0
        private var countByChannel: [ObjectIdentifier: Int] = [:]

        func channelListener(_ listener: ChannelListener, accepted channel: ByteChannel) {
            channel.delegate = self
        }

        func channelReceived(_ channel: ByteChannel, _ bytes: RawSpan) -> Int {
            requestCount += 1
            countByChannel[ObjectIdentifier(channel), default: 0] += 1
            if countByChannel[ObjectIdentifier(channel)] == 1 {
                channel.write(Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".utf8))
            } else {
                channel.close()
            }
            return bytes.byteCount
        }

        func channelClosed(_ channel: ByteChannel, _ reason: CloseReason) {
            countByChannel[ObjectIdentifier(channel)] = nil
        }
    }

    /// The outcome of a second request, and how many requests the server saw.
    private func second(
        _ request: (String) -> HTTPClientRequest
    ) async throws -> (HTTPClientError?, Int) {
        let loop = try EventLoop(name: "fickle", timeSource: SystemTimeSource())
        loop.start()
        let server = try #require(
            await loop.submit { () -> LoopBound<Fickle>? in
                let fickle = Fickle()
                fickle.listener = try? ChannelListener(
                    loop: loop,
                    address: .loopback(port: 0),
                    security: .plain,
                    delegate: fickle
                )
                return LoopBound(fickle, to: loop)
            }
        )
        let port = await loop.submit { server.value.listener?.address?.port ?? 0 }
        let client = try #require(HTTPClient(loop: loop))
        _ = try await client.send(HTTPClientRequest(.get, "http://127.0.0.1:\(port)/"))
        var failure: HTTPClientError?
        do throws(HTTPClientError) {
            _ = try await client.send(request("http://127.0.0.1:\(port)/"))
        } catch {
            failure = error
        }
        let count = await loop.submit {
            client.close()
            return server.value.requestCount
        }
        loop.stop()
        loop.join()
        return (failure, count)
    }

    @Test("a GET goes out again by itself")
    func read() async throws {
        let (error, count) = try await second { HTTPClientRequest(.get, $0) }
        #expect(error == nil)
        #expect(count == 3)
    }

    @Test("a POST does not: its outcome is unknown")
    func write() async throws {
        let (error, count) = try await second {
            HTTPClientRequest(.post, $0, body: Array("{}".utf8))
        }
        #expect(error?.outcome == .unknown)
        #expect(count == 2)
    }

    @Test("a POST without a body takes a fresh connection")
    func emptyWrite() async throws {
        let (error, count) = try await second { HTTPClientRequest(.post, $0) }
        #expect(error == nil)
        #expect(count == 2)
    }

    @Test("a POST that may be repeated is")
    func repeatable() async throws {
        let (error, count) = try await second { url in
            var request = HTTPClientRequest(.post, url, body: Array("{}".utf8))
            request.mayResend = true
            return request
        }
        #expect(error == nil)
        #expect(count == 3)
    }
}
