import Calls
import Crypto
import Delivery
import DeliverySQL
import LinkSupport
import Messages
import Model
import Reactor
import ServiceRuntime
import Storage
import StorageSQLite
import TestSupport
import Testing
import Timekeeping
import Transport
import WireConnection
import WireFormat

/// Two services on one loop, linked over loopback by mutual TLS with certificates of one authority.
// Safe: `listener` is set and read on the loop; the rest never changes.
private final class LinkedPair: @unchecked Sendable {
    let loop: EventLoop
    let resolver: NameResolver
    let directory: TemporaryDirectory
    let store: SQLiteStore
    /// Kept for its life: it serves.
    var listener: LinkListener?

    init() throws {
        loop = try EventLoop(name: "links", timeSource: SystemTimeSource())
        loop.start()
        resolver = try NameResolver()
        directory = try TemporaryDirectory()
        store = try SQLiteStore(SQLiteOptions(path: directory.path(of: "links.db")))
    }

    func authority(_ name: String = "test") throws -> TestAuthority {
        try TestAuthority(name, in: directory)
    }

    /// Serves `payments`' capture by a handler that counts; returns where. On the loop.
    func serve(_ security: LinkSecurity, _ handler: CountingHandler) throws -> SocketAddress {
        var routes = CallRoutes()
        routes.command(
            PaymentsMethods.capture,
            of: .payments,
            executor: CommandExecutor(handler),
            store: store,
            now: { SystemTimeSource().wallTime },
            wake: {}
        )
        let (_, made) = try LinkEnds.listen(
            on: loop,
            routes,
            security,
            callers: CallerTokenVerifier(
                try SigningKeySet(path: directory.path(of: "keys.pem"))
            ),
            connection: LinkEnds.connection(agent: "payments")
        )
        listener = made
        guard let address = made.address else { throw CallError(.internal, "no address") }
        return address
    }

    /// A client of the service at `address`. On the loop.
    func client(_ security: LinkSecurity, of name: String, at address: SocketAddress) -> CallClient
    {
        LinkEnds.client(
            on: loop,
            of: name,
            at: address,
            security,
            resolver: resolver,
            connection: LinkEnds.connection(agent: "dispatch")
        )
    }

    func prepare() async throws {
        try SecretFile.write(SigningKey.generate().pem(), to: directory.path(of: "keys.pem"))
        _ = try await Migrator.run(
            [DeliverySchema.migrations],
            on: store,
            at: SystemTimeSource().wallTime
        )
    }

    func stop() async {
        await store.close()
        loop.stop()
        loop.join()
        resolver.stop()
    }
}

/// Answers each command with how many came before it.
private final class CountingHandler: CommandHandler, Sendable {
    let subjects = Recorder<String>()

    func handle(
        _ command: Command,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> CommandReply {
        subjects.append(command.subject)
        return CommandReply(code: 0, body: [UInt8(subjects.elements.count)])
    }
}

@Suite("Links between services", .timeLimit(.minutes(1)))
struct LinkTests {
    static func entry(_ key: UInt128) -> OutboxEntry {
        OutboxEntry(
            sequence: 1,
            shard: 0,
            orderingKey: OrderingKey(bits: 1),
            createdAt: SystemTimeSource().wallTime,
            command: Command(
                destination: .payments,
                method: PaymentsMethods.capture.descriptor.id,
                key: IdempotencyKey(bits: key),
                tenant: TenantID(42),
                subject: "service:dispatch",
                body: [1, 2, 3]
            )
        )
    }

    @Test("a command that is carried twice has one effect and the same answer both times")
    func delivers() async throws {
        let pair = try LinkedPair()
        try await pair.prepare()
        let authority = try pair.authority()
        let payments = try authority.security("payments")
        let dispatch = try authority.security("dispatch")
        let handler = CountingHandler()
        let outcomes = try await pair.loop.run {
            let address = try pair.serve(payments, handler)
            let client = pair.client(dispatch, of: "payments", at: address)
            while client.readyCount == 0 { _ = await pair.loop.sleep(for: .milliseconds(1)) }
            let courier = CallCourier([.payments: client])
            return [
                await courier.deliver(Self.entry(5)), await courier.deliver(Self.entry(5)),
                await courier.deliver(Self.entry(6)),
            ]
        }
        #expect(outcomes[0] == .replied(CommandReply(code: 0, body: [1])))
        #expect(outcomes[1] == outcomes[0])
        #expect(outcomes[2] == .replied(CommandReply(code: 0, body: [2])))
        #expect(handler.subjects.elements == ["service:dispatch", "service:dispatch"])
        await pair.stop()
    }

    @Test("who is not on the method's list is refused, and that is a final answer")
    func notOnTheList() async throws {
        let pair = try LinkedPair()
        try await pair.prepare()
        let authority = try pair.authority()
        let payments = try authority.security("payments")
        let billing = try authority.security("billing")
        let handler = CountingHandler()
        let error = try await pair.loop.run {
            let address = try pair.serve(payments, handler)
            let client = pair.client(billing, of: "payments", at: address)
            do throws(CallError) {
                _ = try await client.callBytes(
                    PaymentsMethods.capture.descriptor,
                    [1],
                    CallOptions(key: IdempotencyKey(bits: 1), connectionWait: .seconds(10))
                )
                return nil as CallError?
            } catch {
                return error
            }
        }
        #expect(error?.code == .permissionDenied)
        #expect(handler.subjects.elements.isEmpty)
        await pair.stop()
    }

    @Test(
        "a certificate of another authority, or for a name that is none of ours, lets nobody in",
        arguments: [
            "stranger", "driver",
        ]
    )
    func strangers(name: String) async throws {
        let pair = try LinkedPair()
        try await pair.prepare()
        let authority = try pair.authority()
        let payments = try authority.security("payments")
        let others = name == "stranger" ? try pair.authority("other") : authority
        let other = try others.security(name)
        let handler = CountingHandler()
        let outcome = try await pair.loop.run {
            let address = try pair.serve(payments, handler)
            let client = pair.client(other, of: "payments", at: address)
            // The third connection begins when the first two have failed.
            while (pair.listener?.counters?.accepted ?? 0) < 3 {
                _ = await pair.loop.sleep(for: .milliseconds(1))
            }
            return await CallCourier([.payments: client]).deliver(Self.entry(5))
        }
        guard case .unanswered(nil, let reason) = outcome else {
            Issue.record("\(outcome)")
            return await pair.stop()
        }
        #expect(reason.hasPrefix("unavailable, "), "\(reason)")
        #expect(handler.subjects.elements.isEmpty)
        await pair.stop()
    }

    @Test(
        "only what the receiver itself said is an answer",
        arguments: [
            (CallError(.failedPrecondition, "", subCode: 3), true),
            (CallError(.invalidArgument, ""), true),
            (CallError(.unavailable, ""), false),
            (CallError(.deadlineExceeded, ""), false),
            (CallError(.notFound, "", isConnectionLost: true), false),
            (CallError(.permissionDenied, "", isNotProcessed: true), true),
        ]
    )
    func outcomes(error: CallError, isAnswer: Bool) {
        switch CallCourier.outcome(of: error) {
        case .replied(let reply):
            #expect(isAnswer)
            #expect(reply.code == error.code.rawValue)
            #expect(reply.subCode == error.subCode)
        case .unanswered: #expect(!isAnswer)
        }
    }
}

@Suite("Business time", .timeLimit(.minutes(1)))
struct BusinessTimeTests {
    @Test("a setting is kept, an older one changes nothing, and a restart finds the newest")
    func keeps() async throws {
        let directory = try TemporaryDirectory()
        let time = ManualTimeSource()
        let path = directory.path(of: "time.db")
        var store = try SQLiteStore(SQLiteOptions(path: path))
        _ = try await Migrator.run([BusinessTimeTable.migrations], on: store, at: time.wallTime)
        let keeper = BusinessTimeKeeper(time: time)
        try await keeper.load(from: store)
        #expect(keeper.now == time.wallTime)

        let past = WallTime(secondsSinceEpoch: 1_211_500_000)
        let clock = try #require(
            BusinessClock(realOrigin: time.wallTime, businessOrigin: past, factor: 60)
        )
        #expect(try await keeper.set(.init(clock: clock, revision: 2), in: store))
        #expect(try await !keeper.set(.init(clock: .real, revision: 1), in: store))
        time.advance(by: .seconds(10))
        #expect(keeper.now == past.advanced(by: .seconds(600)))
        #expect(keeper.realWait(until: past.advanced(by: .seconds(660))) == .seconds(1))
        #expect(keeper.realWait(until: past) == .zero)

        await store.close()
        store = try SQLiteStore(SQLiteOptions(path: path))
        let restarted = BusinessTimeKeeper(time: time)
        try await restarted.load(from: store)
        #expect(restarted.current == keeper.current)
        await store.close()
    }
}
