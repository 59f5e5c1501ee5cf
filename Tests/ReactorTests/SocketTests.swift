import Glibc
import Reactor
import Testing
import Timekeeping

@Suite("Addresses and endpoints")
struct SocketAddressTests {
    @Test(
        "what is written in digits is read and written back",
        arguments: [
            "127.0.0.1:7001", "0.0.0.0:0", "255.255.255.255:65535", "[::1]:7001",
            "[2001:db8::7]:443", "[::]:1",
        ]
    )
    func roundTrip(text: String) throws {
        #expect(try SocketAddress(text).description == text)
        #expect(try Endpoint(text).description == text)
    }

    @Test(
        "what is no address is refused and named",
        arguments: [
            "", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1",
            "::1:7001", "[::1]", "[::1:7001", "127.0.0.256:1", "a b:1", "127.0.0.1:1x",
        ]
    )
    func refused(text: String) {
        let error = #expect(throws: SocketError.self) { try SocketAddress(text) }
        #expect(error?.code == .addressInvalid)
        #expect(error?.message.contains("\"\(text)\"") == true)
    }

    @Test("a name is an endpoint but no address")
    func name() throws {
        #expect(
            try Endpoint("dispatch.internal:7001")
                == Endpoint(host: "dispatch.internal", port: 7001)
        )
        #expect(throws: SocketError.self) { try SocketAddress("dispatch.internal:7001") }
    }

    @Test("the key of a limit per address is the address, or the /64 of IPv6")
    func limitKey() throws {
        let one = try SocketAddress("[2001:db8:0:1::1]:1")
        #expect(try SocketAddress("[2001:db8:0:1:ffff::2]:9").limitKey == one.limitKey)
        #expect(try SocketAddress("[2001:db8:0:2::1]:1").limitKey != one.limitKey)
        #expect(try SocketAddress("10.0.0.1:1").limitKey != SocketAddress("10.0.0.2:1").limitKey)
    }
}

/// Collects what a listener accepts.
final class AcceptRecord: TCPListenerDelegate {
    var descriptors: [Int32] = []

    func listener(_ listener: TCPListener, accepted descriptor: Int32, from address: SocketAddress)
    {
        descriptors.append(descriptor)
    }
}

@Suite("TCP")
struct TCPTests {
    @Test(
        "a listener on port 0 has a port, and a connect reaches it",
        arguments: ["127.0.0.1:0", "[::1]:0"]
    )
    func connect(text: String) async throws {
        let running = try RunningLoop()
        defer { running.stop() }
        let loop = running.loop
        let address = try SocketAddress(text)
        let outcome = await loop.spawn { () -> Result<Int, SocketError> in
            do throws(SocketError) {
                let record = AcceptRecord()
                let listener = try TCPListener(loop: loop, address: address, delegate: record)
                defer { listener.close() }
                let promise = LoopPromise<TCPConnect.Outcome>(loop: loop)
                let attempt = TCPConnect(
                    loop: loop,
                    address: listener.address,
                    timeout: .seconds(5)
                ) {
                    promise.complete($0)
                }
                let descriptor = try await promise.value().get()
                withExtendedLifetime(attempt) {}
                while record.descriptors.isEmpty { await Task.yield() }
                Socket.close(descriptor)
                for accepted in record.descriptors { Socket.close(accepted) }
                return .success(record.descriptors.count)
            } catch {
                return .failure(error)
            }
        }.value
        #expect(try outcome.get() == 1)
    }

    @Test("a port in use is named, with what to do")
    func portInUse() async throws {
        let running = try RunningLoop()
        defer { running.stop() }
        let loop = running.loop
        let (port, error) = await loop.submit { () -> (UInt16, SocketError?) in
            let record = AcceptRecord()
            guard
                let first = try? TCPListener(
                    loop: loop,
                    address: .loopback(port: 0),
                    delegate: record
                )
            else { return (0, nil) }
            defer { first.close() }
            do throws(SocketError) {
                _ = try TCPListener(loop: loop, address: first.address, delegate: record)
                return (first.address.port, nil)
            } catch {
                return (first.address.port, error)
            }
        }
        #expect(error?.code == .addressInUse)
        #expect(error?.message.contains("port \(port) on 127.0.0.1 is in use") == true)
        #expect(error?.message.contains("stop the program") == true)
    }

    @Test("a connect where nobody listens is refused")
    func refused() async throws {
        let running = try RunningLoop()
        defer { running.stop() }
        let loop = running.loop
        let outcome = await loop.spawn { () -> TCPConnect.Outcome in
            let record = AcceptRecord()
            guard
                let listener = try? TCPListener(
                    loop: loop,
                    address: .loopback(port: 0),
                    delegate: record
                )
            else { return .success(-1) }
            listener.close()
            let promise = LoopPromise<TCPConnect.Outcome>(loop: loop)
            let attempt = TCPConnect(loop: loop, address: listener.address, timeout: .seconds(5)) {
                promise.complete($0)
            }
            defer { withExtendedLifetime(attempt) {} }
            return await promise.value()
        }.value
        let error = #expect(throws: SocketError.self) { try outcome.get() }
        #expect(error?.code == .refused)
    }

    @Test("a connect without an answer ends at its timeout, not before")
    func timeout() async throws {
        let running = try RunningLoop()
        defer { running.stop() }
        let loop = running.loop
        // A loop that never runs accepts nothing; with a backlog of zero the system answers one peer, and
        // leaves the others without an answer.
        let resting = try EventLoop(name: "resting", timeSource: running.time)
        let record = AcceptRecord()
        let listener = try TCPListener(
            loop: resting,
            address: .loopback(port: 0),
            backlog: 0,
            delegate: record
        )
        let address = listener.address
        let outcomes = Record<TCPConnect.Outcome>()
        await loop.submit {
            for _ in 0..<4 {
                _ = TCPConnect(loop: loop, address: address, timeout: .seconds(3)) {
                    outcomes.append($0)
                }
            }
        }
        await running.advance(by: .nanoseconds(2_999_999_999))
        #expect(outcomes.values.allSatisfy { (try? $0.get()) != nil })
        await running.advance(by: .nanoseconds(1))
        #expect(outcomes.values.count == 4)
        let codes = outcomes.values.compactMap { outcome -> SocketError.Code? in
            if case .failure(let error) = outcome { error.code } else { nil }
        }
        #expect(!codes.isEmpty && codes.allSatisfy { $0 == .timedOut })
        for case .success(let descriptor) in outcomes.values { Socket.close(descriptor) }
        listener.close()
    }

    @Test("names resolve off the loop; digits need no name server; nonsense is named")
    func names() async throws {
        let running = try RunningLoop()
        defer { running.stop() }
        let resolver = try NameResolver()
        defer { resolver.stop() }
        func resolve(_ host: String) async -> Result<[SocketAddress], SocketError> {
            await withCheckedContinuation { continuation in
                resolver.resolve(Endpoint(host: host, port: 7), on: running.loop) {
                    continuation.resume(returning: $0)
                }
            }
        }
        #expect(try await resolve("10.1.2.3").get().map(\.description) == ["10.1.2.3:7"])
        let own = try await resolve("localhost").get()
        #expect(!own.isEmpty)
        #expect(own.allSatisfy { $0.host.hasPrefix("127.") || $0.host == "::1" })
        let outcome = await resolve("no..such..name")
        let error = #expect(throws: SocketError.self) { try outcome.get() }
        #expect(error?.code == .nameUnknown)
        #expect(error?.message.contains("no..such..name") == true)
    }
}
