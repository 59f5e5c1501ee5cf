import Delivery
import DeliverySQL
import Messages
import Model
import Money
import PaymentsCore
import PaymentsServer
import ProviderModel
import Storage
import StorageSQLite
import Synchronization
import TestSupport
import Timekeeping

/// A provider in memory: the model, reached as if over a network.
final class ModelTransport: ProviderTransport {
    let model = Mutex(PayPalModel())
    private let time: ManualTimeSource

    init(time: ManualTimeSource) {
        self.time = time
    }

    func send(_ request: ProviderRequest) async -> ProviderReply { reply(to: request) }

    func reply(to request: ProviderRequest) -> ProviderReply {
        let headers = request.headers.map { ($0.name.lowercased(), $0.value) }
        let asked = ModelRequest(
            request.method.rawValue,
            request.path,
            headers: Dictionary(uniqueKeysWithValues: headers),
            body: request.body
        )
        switch model.withLock({ $0.receive(asked, at: time.wallTime) }) {
        case .answer(let response, _):
            ExchangeRecord.append(request, response)
            return .response(status: response.status, body: response.body)
        case .hang: return .timeout
        case .drop: return .connectionLost
        }
    }

    func plan(_ fault: ModelFault, of operation: ModelOperation?, count: Int = 1) {
        model.withLock { $0.plan(fault, of: operation, count: count) }
    }

    var totals: ModelTotals? { model.withLock { $0.totals.first } }
}

/// Payments with a real store, a model of the provider and a clock that stands still.
final class PaymentsRig {
    static let tenant = TenantID(7)
    static let credentials = "c3RhbmRpbi1jbGllbnQ6c3RhbmRpbi1zZWNyZXQ="

    let folder: TemporaryDirectory
    let time = ManualTimeSource()
    let transport: ModelTransport
    private(set) var store: SQLiteStore
    private(set) var worker: ProviderWorker
    private(set) var executor: CommandExecutor
    private var generator = SeededGenerator(seed: 99)

    init() async throws {
        folder = try TemporaryDirectory()
        transport = ModelTransport(time: time)
        store = try SQLiteStore(SQLiteOptions(path: folder.path(of: "payments.db")), time: time)
        (worker, executor) = Self.programs(store, transport, time)
        _ = try await Migrator.run(
            [DeliverySchema.migrations, PaymentsSchema.migrations],
            on: store,
            at: time.wallTime
        )
    }

    private static func programs(
        _ store: SQLiteStore,
        _ transport: ModelTransport,
        _ time: ManualTimeSource
    ) -> (ProviderWorker, CommandExecutor) {
        let recorder = PaymentRecorder(outbox: OutboxTable())
        let worker = ProviderWorker(
            ProviderWorker.Environment(
                store: store,
                recorder: recorder,
                transport: transport,
                basicCredentials: credentials,
                time: time
            )
        )
        return (worker, CommandExecutor(PaymentsCommands(recorder)))
    }

    /// Everything in memory is gone, the file stays.
    func restart() async throws {
        await store.close()
        store = try SQLiteStore(SQLiteOptions(path: folder.path(of: "payments.db")), time: time)
        (worker, executor) = Self.programs(store, transport, time)
    }

    func id<Kind>(_ kind: EntityID<Kind>.Type = EntityID<Kind>.self) -> EntityID<Kind> {
        EntityID<Kind>(at: time.wallTime, using: &generator)
    }

    @discardableResult
    func send<Request: WireMessage, Reply>(
        _ method: Method<Request, Reply>,
        _ message: Request,
        key: IdempotencyKey? = nil,
        tenant: TenantID = tenant
    ) async throws -> CommandReply {
        let command = Command(
            destination: .payments,
            method: method.descriptor.id,
            key: key ?? id(),
            tenant: tenant,
            subject: "service:dispatch",
            body: try message.encoded()
        )
        return try await executor.execute(command, at: time.wallTime, on: store)
    }

    /// A vaulted method of a partner.
    func method(token: String = "vault-1") async throws -> ApplyPaymentAccountRequest {
        let request = ApplyPaymentAccountRequest.with {
            $0.paymentMethod = id()
            $0.partner = id()
            $0.revision = 1
            $0.provider = WireEnum(.payPal)
            $0.isActive = true
            $0.vaultToken = token
        }
        try await send(PaymentsMethods.applyPaymentAccount, request)
        return request
    }

    func authorisation(
        _ method: ApplyPaymentAccountRequest,
        cents: Int64 = 10_000
    ) -> AuthoriseRequest {
        AuthoriseRequest.with {
            $0.payment = id()
            $0.booking = id()
            $0.partner = method.partner
            $0.paymentMethod = method.paymentMethod
            $0.requestedAt = time.wallTime
            $0.amountMinorUnits = cents
            $0.currency = .usDollar
            $0.commissionBasisPoints = 1500
            $0.taxBasisPoints = 800
        }
    }

    func capture(_ held: AuthoriseRequest, cents: Int64) -> CaptureRequest {
        CaptureRequest.with {
            $0.payment = held.payment
            $0.booking = held.booking
            $0.requestedAt = time.wallTime
            $0.amountMinorUnits = cents
            $0.currency = .usDollar
            $0.isFinal = true
        }
    }

    func void(_ held: AuthoriseRequest) -> VoidRequest {
        VoidRequest.with {
            $0.payment = held.payment
            $0.booking = held.booking
            $0.requestedAt = time.wallTime
        }
    }

    /// Lets the worker work, and time pass, until nothing is due any more.
    func settle() async throws {
        for _ in 0..<500 {
            await worker.runDue()
            let next = try await store.read { session throws(StorageError) in
                try OperationTable.nextDue(in: session)
            }
            guard let next else { return }
            let wait = time.wallTime.duration(to: next)
            if wait > .zero { time.advance(by: wait) }
        }
        throw NeverSettled()
    }

    struct NeverSettled: Error {}

    func snapshot(_ id: PaymentID) async throws -> PaymentSnapshot? {
        try await store.read { session throws(StorageError) in
            try PaymentsQueries.payment(
                GetPaymentRequest.with { $0.payment = id },
                of: Self.tenant,
                in: session
            )
        }
    }

    func state(_ id: PaymentID) async throws -> PaymentStateCode? {
        try await snapshot(id)?.state.known
    }

    func ledger() async throws -> LedgerSummaryReply {
        try await store.read { session throws(StorageError) in
            try PaymentsQueries.ledger(LedgerSummaryRequest(), of: Self.tenant, in: session)
        }
    }

    /// What dispatch is told, in order.
    func reports() async throws -> [PaymentReport] {
        let entries = try await store.read { session throws(StorageError) in
            try OutboxTable.entries(
                for: .dispatch,
                after: 0,
                shards: 0...0,
                limit: 1000,
                in: session
            )
        }
        return try entries.map { try PaymentReport(decoding: $0.command.body) }
    }
}

extension LedgerSummaryReply {
    /// The balance of an account, its usual side positive.
    func balance(_ code: LedgerAccountCode) -> Int64 {
        guard let line = accounts.first(where: { $0.account == code }) else { return 0 }
        switch code {
        case .providerReceivable, .providerFee, .passengerHold:
            return line.debitMinorUnits - line.creditMinorUnits
        case .fleetPayable, .commissionRevenue, .taxPayable, .holdContra:
            return line.creditMinorUnits - line.debitMinorUnits
        }
    }
}
