import Calls
import LinkSupport
import Messages
import Model
import Reactor
import TestSupport
import Testing
import Timekeeping
import WireFormat

/// A client and a server that hand each other whole messages at once, on one loop led by hand.
private final class DirectRig {
    let time = ManualTimeSource()
    let loop: EventLoop
    let server: DirectServer
    let client: DirectClient
    /// Tries that are lost on their way.
    var lossCount = 0

    init(_ register: (inout CallRoutes) -> Void) throws {
        loop = try EventLoop(name: "direct", timeSource: time)
        loop.beginStepping()
        var routes = CallRoutes()
        register(&routes)
        server = DirectServer(loop: loop, routes: routes, callers: FirstByteCallers())
        client = DirectClient(
            loop: loop,
            generator: SeededGenerator(seed: 1),
            onCall: { _, _ in },
            onStream: { _, _ in }
        )
        client.onCall = { [unowned self] call, answer in
            guard lossCount == 0 else {
                lossCount -= 1
                return answer(.failure(.connectionLost))
            }
            server.open(call, of: .service(.gateway)) { outcome in
                answer(outcome.map { $0 ?? [] })
            }
        }
        client.onStream = { [unowned self] call, stream in
            let served = server.open(
                call,
                of: .service(.gateway),
                onMessage: { stream.received($0, isEnd: false) },
                onEnd: { outcome in
                    switch outcome {
                    case .success(let body): stream.received(body ?? [], isEnd: true)
                    case .failure(let error): stream.ended(error)
                    }
                }
            )
            stream.onSend = { served.receive($0, isEnd: $1) }
            stream.onCancel = { served.cancel(CallError(.cancelled, "cancelled")) }
            stream.onRead = { served.noteRead() }
        }
    }

    /// Lets happen what can without time passing.
    func settle() {
        while loop.canStep { loop.step() }
    }

    /// What `body` comes to within `duration`.
    func run<Output: Sendable>(
        for duration: Duration = .zero,
        _ body: sending @escaping () async throws(CallError) -> Output
    ) -> Result<Output, CallError>? {
        let record = Recorder<Result<Output, CallError>>()
        loop.spawn {
            do throws(CallError) {
                record.append(.success(try await body()))
            } catch {
                record.append(.failure(error))
            }
        }
        settle()
        for _ in 0..<(duration / .milliseconds(10)).rounded() {
            time.advance(by: .milliseconds(10))
            settle()
        }
        return record.elements.first
    }
}

extension Double {
    fileprivate func rounded() -> Int { Int(self.rounded(.toNearestOrAwayFromZero)) }
}

@Suite("Calls as whole messages")
struct DirectCallTests {
    private static let quote = DispatchMethods.quote.descriptor
    private static let create = DispatchMethods.createBooking.descriptor

    @Test("a handler gets the caller's words and its answer comes back")
    func unary() throws {
        let rig = try DirectRig { routes in
            routes.unaryBytes(DispatchMethods.quote) { (context, body) throws(CallError) in
                body + [UInt8(truncatingIfNeeded: context.tenant.rawValue)]
            }
        }
        let client = rig.client
        let answer = rig.run { () async throws(CallError) in
            try await client.callBytes(Self.quote, [1, 2], CallOptions(tenant: TenantID(7)))
        }
        #expect(try answer?.get() == [1, 2, 7])
    }

    @Test("who may not call is refused, and a change without a key too")
    func refused() throws {
        let rig = try DirectRig { routes in
            routes.unaryBytes(DispatchMethods.createBooking) { (_, body) in body }
            routes.unaryBytes(DispatchMethods.reportPayment) { (_, body) in body }
        }
        let client = rig.client
        let key = CallOptions(tenant: TenantID(7), key: IdempotencyKey(bits: 5))
        let foreign = DispatchMethods.reportPayment.descriptor
        #expect(
            rig.run { () async throws(CallError) in
                try await client.callBytes(foreign, [1], key)
            }?.failure?.code == .permissionDenied
        )
        #expect(
            rig.run { () async throws(CallError) in
                try await client.callBytes(Self.create, [1], CallOptions(tenant: TenantID(7)))
            }?.failure?.code == .invalidArgument
        )
    }

    @Test("what was lost is tried again under its key, and not without one")
    func retried() throws {
        let rig = try DirectRig { routes in
            routes.unaryBytes(DispatchMethods.createBooking) { (_, body) in body }
            routes.unaryBytes(DispatchMethods.quote) { (_, body) in body }
        }
        let client = rig.client
        rig.lossCount = 2
        let options = CallOptions(tenant: TenantID(7), key: IdempotencyKey(bits: 5))
        let answer = rig.run(for: .seconds(1)) { () async throws(CallError) in
            try await client.callBytes(Self.create, [9], options)
        }
        #expect(try answer?.get() == [9])
        rig.lossCount = 1
        let lost = rig.run(for: .seconds(1)) { () async throws(CallError) in
            try await client.callBytes(Self.quote, [9], CallOptions())
        }
        #expect(lost?.failure?.isConnectionLost == true)
    }

    @Test("a call without an answer ends with its time")
    func deadline() throws {
        let rig = try DirectRig { _ in }
        rig.client.onCall = { _, _ in }
        let client = rig.client
        let options = CallOptions(timeout: .milliseconds(200))
        let early = rig.run(for: .milliseconds(100)) { () async throws(CallError) in
            try await client.callBytes(Self.quote, [], options)
        }
        #expect(early == nil)
        let late = rig.run(for: .milliseconds(300)) { () async throws(CallError) in
            try await client.callBytes(Self.quote, [], options)
        }
        #expect(late?.failure?.code == .deadlineExceeded)
    }

    @Test("a stream brings its messages in order, waits for its reader, and ends as it was ended")
    func stream() throws {
        let count = DirectServer.creditCount + 10
        let sent = Recorder<UInt8>()
        let rig = try DirectRig { routes in
            routes.serverStream(DispatchMethods.watchTenantBookings) {
                (stream, _) async throws(CallError) in
                for number in 1...UInt8(count) {
                    try await stream.send([number])
                    sent.append(number)
                }
                throw CallError(.unavailable, "over")
            }
        }
        let client = rig.client
        let request = try WatchTenantBookingsRequest().encoded()
        let opened = rig.run { () async throws(CallError) in
            try await client.open(
                DispatchMethods.watchTenantBookings.descriptor,
                request,
                isEnd: true,
                CallOptions()
            )
        }
        let stream = try #require(try opened?.get())
        #expect(sent.elements.count == DirectServer.creditCount)
        let read = Recorder<UInt8>()
        let end = rig.run { () async throws(CallError) in
            while let message = try await stream.next() { read.append(message[0]) }
        }
        #expect(read.elements == Array(1...UInt8(count)))
        #expect(end?.failure?.code == .unavailable)
    }

    @Test("closing fails what waits and what comes")
    func closed() throws {
        let rig = try DirectRig { _ in }
        rig.client.onCall = { _, _ in }
        let client = rig.client
        let options = CallOptions(retries: false)
        let record = Recorder<StatusCode>()
        for _ in 0..<2 {
            rig.loop.spawn {
                do throws(CallError) {
                    _ = try await client.callBytes(Self.quote, [], options)
                } catch {
                    record.append(error.code)
                }
            }
            rig.settle()
            client.close()
            rig.settle()
        }
        #expect(record.elements == [.unavailable, .unavailable])
    }
}

extension Result where Failure == CallError {
    fileprivate var failure: CallError? {
        if case .failure(let error) = self { error } else { nil }
    }
}
