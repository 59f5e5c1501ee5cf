import Calls
import Delivery
import DeliverySQL
import Messages
import Model
import Storage
import StorageSQLite
import Synchronization
import Telemetry
import TestSupport
import Testing
import Timekeeping
import WireFormat

@testable import ServiceRuntime

@Suite("ParkedDesk", .timeLimit(.minutes(2)))
struct ParkedDeskTests {
    private static let now = WallTime(secondsSinceEpoch: 1_800_000_000)

    @Test("what a receiver refused is listed, sent again once it takes it, and those behind follow")
    func retry() async throws {
        let rig = try await ParkedRig(entryCount: 2)
        try await rig.whilePumping {
            #expect(await rig.next() == .parked)
            let list = try await rig.desk.list(ListParkedRequest())
            #expect(!list.hasMore)
            let command = try #require(list.commands.first)
            #expect(list.commands.count == 1)
            #expect(command.key == ParkedRig.key(1))
            #expect(command.booking == ParkedRig.booking)
            #expect(command.tenant == TenantID(7))
            #expect(command.destination == ServiceName.payments.rawValue)
            #expect(command.method == 2)
            #expect(command.createdAt == Self.now)
            #expect(command.parkedAt == Self.now)
            #expect(command.blockedCount == 1)
            #expect(command.reason == "payments refused it: failedPrecondition, stateForbids")

            rig.courier.accepts()
            let reply = try await rig.desk.retry(RetryParkedRequest(), for: "service:operator")
            #expect(reply.freedCount == 1)
            #expect(await rig.next() == .delivered)
            #expect(await rig.next() == .delivered)
        }
        #expect(rig.courier.delivered == [1, 1, 2].map { ParkedRig.key($0) })
        let line = try #require(rig.log.lines.first { $0.contains("sends again") })
        #expect(line.contains("service:operator"))
    }

    @Test("a dropped one is never sent again, what waits behind it is, and the log says why")
    func drop() async throws {
        let rig = try await ParkedRig(entryCount: 2)
        try await rig.whilePumping {
            #expect(await rig.next() == .parked)
            rig.courier.accepts()
            var request = DropParkedRequest()
            request.key = ParkedRig.key(1)
            for reason in ["", " \n"] {
                request.reason = reason
                await #expect(throws: CallError.self) {
                    _ = try await rig.desk.drop(request, for: "service:operator")
                }
            }
            request.reason = "captured by hand"
            _ = try await rig.desk.drop(request, for: "service:operator")
            #expect(await rig.next() == .delivered)
            let error = await #expect(throws: CallError.self) {
                _ = try await rig.desk.drop(request, for: "service:operator")
            }
            #expect(error?.code == .notFound)
        }
        #expect(rig.courier.delivered == [1, 2].map { ParkedRig.key($0) })
        let line = try #require(rig.log.lines.first { $0.contains("drops") })
        #expect(line.contains("captured by hand"))
        #expect(line.contains("\(ParkedRig.key(1))"))
    }

    @Test(
        "one whose key its receiver may have forgotten by then is not sent again",
        arguments: [(0, 1), (1, 0)]
    )
    func tooOld(microseconds: Int64, freedCount: UInt32) async throws {
        let rig = try await ParkedRig(entryCount: 1)
        try await rig.whilePumping {
            #expect(await rig.next() == .parked)
            let age = ParkedDesk.retryAgeMax + .microseconds(microseconds)
            #expect(
                age + RetryPolicy().giveUpAfter - .microseconds(microseconds) == InboxRetention.life
            )
            rig.time.advance(by: age)
            let reply = try await rig.desk.retry(
                .with { $0.key = ParkedRig.key(1) },
                for: "service:operator"
            )
            #expect(reply.freedCount == freedCount)
            #expect(reply.tooOldCount == 1 - freedCount)
        }
    }

    @Test("a list goes on page by page")
    func pages() async throws {
        let count = ListParkedReply.commandCountMax + 1
        let rig = try await ParkedRig(entryCount: count, bookingCount: count)
        try await rig.whilePumping {
            for _ in 0..<count { #expect(await rig.next() == .parked) }
            let first = try await rig.desk.list(ListParkedRequest())
            #expect(first.hasMore)
            #expect(first.commands.count == count - 1)
            let rest = try await rig.desk.list(
                .with { $0.afterSequence = first.commands.last?.sequence ?? 0 }
            )
            #expect(!rest.hasMore)
            #expect(rest.commands.map(\.key) == [ParkedRig.key(count)])
        }
    }
}

/// An outbox whose receiver refuses what comes, until it is told otherwise, with a desk beside its pump.
private struct ParkedRig {
    enum Event: Equatable {
        case parked
        case delivered
    }

    static let booking = BookingID(bits: 9)

    let desk: ParkedDesk
    let courier = RefusingCourier()
    let log = LogLines()
    let time = ManualTimeSource(wallTime: WallTime(secondsSinceEpoch: 1_800_000_000))
    private let pump: OutboxPump
    private let events: AsyncStream<Event>
    private let folder: TemporaryDirectory

    static func key(_ number: Int) -> IdempotencyKey { IdempotencyKey(bits: UInt128(number)) }

    init(entryCount: Int, bookingCount: Int = 1) async throws {
        folder = try TemporaryDirectory()
        let store = try SQLiteStore(SQLiteOptions(path: folder.path(of: "a.db")))
        let now = time.wallTime
        _ = try await Migrator.run([DeliverySchema.migrations], on: store, at: now)
        let outbox = OutboxTable()
        try await store.write { session throws(StorageError) in
            for number in 1...entryCount {
                try outbox.append(
                    Command(
                        destination: .payments,
                        method: 2,
                        key: Self.key(number),
                        tenant: TenantID(7),
                        subject: "service:dispatch",
                        body: []
                    ),
                    orderingKey: OrderingKey(
                        bits: Self.booking.bits + UInt128((number - 1) % bookingCount)
                    ),
                    at: now,
                    in: session
                )
            }
        }
        let (stream, continuation) = AsyncStream.makeStream(of: Event.self)
        events = stream
        pump = OutboxPump(
            OutboxPump.Settings(destinations: [.payments]),
            OutboxPump.Environment(
                store: store,
                executor: CommandExecutor(NoHandler()),
                courier: courier,
                time: time,
                observe: { event in
                    switch event {
                    case .parked: continuation.yield(.parked)
                    case .delivered: continuation.yield(.delivered)
                    case .retried, .storeFailed: break
                    }
                }
            )
        )
        desk = ParkedDesk(
            of: .dispatch,
            store: store,
            pump: pump,
            logger: Logger(service: "dispatch", level: .info, sink: log, time: time),
            time: time
        )
    }

    /// What the pump tells next.
    func next() async -> Event? {
        for await event in events { return event }
        return nil
    }

    /// Runs `body` beside the pump.
    func whilePumping(_ body: () async throws -> Void) async throws {
        let task = Task { [pump] in await pump.run() }
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await body())
        } catch {
            outcome = .failure(error)
        }
        pump.stop()
        await task.value
        try outcome.get()
    }
}

/// Refuses for good, and takes everything once told to.
private final class RefusingCourier: Courier {
    private let state = Mutex((accepts: false, delivered: [IdempotencyKey]()))

    var delivered: [IdempotencyKey] { state.withLock { $0.delivered } }

    func accepts() { state.withLock { $0.accepts = true } }

    func deliver(_ entry: OutboxEntry) async -> DeliveryOutcome {
        let isTaken = state.withLock { state in
            state.delivered.append(entry.command.key)
            return state.accepts
        }
        guard !isTaken else { return .replied(CommandReply(code: 0)) }
        return .replied(
            CommandReply(
                code: StatusCode.failedPrecondition.rawValue,
                subCode: PaymentsSubCode.stateForbids.rawValue
            )
        )
    }
}

/// Lines of a log, kept.
private final class LogLines: LogSink {
    private let kept = Mutex<[String]>([])

    var lines: [String] { kept.withLock { $0 } }

    func write(_ line: [UInt8]) {
        kept.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
    }
}

/// Takes no commands: this outbox only sends.
private struct NoHandler: CommandHandler {
    func handle(
        _ command: Command,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> CommandReply {
        CommandReply(code: StatusCode.unimplemented.rawValue)
    }
}
