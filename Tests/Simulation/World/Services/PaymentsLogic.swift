internal import Calls
internal import DeliverySQL
internal import Model
internal import PaymentsCore
internal import PaymentsServer
internal import ServiceRuntime
internal import Storage
internal import TestSupport
internal import Timekeeping

/// Payments: its real routes, commands, tables, recorder and PayPal adapter; the calls to the provider go over the
/// simulated network, step by step what `ProviderWorker` does with tasks.
// Safe: everything of a run happens on one thread.
final class PaymentsLogic: ServiceLogic, @unchecked Sendable {
    /// Base 64 of the model's client id and secret.
    private static let credentials = "c3RhbmRpbi1jbGllbnQ6c3RhbmRpbi1zZWNyZXQ="
    private static let providerTimeout = Duration.seconds(8)
    private static let pollInterval = Duration.seconds(1)

    private unowned let process: ServiceProcess
    private let life: Life
    private let business: BusinessTimeKeeper
    private let recorder: PaymentRecorder
    private let executor: CommandExecutor
    private let outbox: OutboxDriver
    private var inFlight: Set<PaymentID> = []
    private var token: (text: String, end: Instant)?

    init(_ process: ServiceProcess, _ life: Life) {
        self.process = process
        self.life = life
        let business = BusinessTimeKeeper(time: process.clock)
        self.business = business
        recorder = PaymentRecorder(outbox: OutboxTable()) { real in
            business.current.clock.businessTime(at: real)
        }
        executor = CommandExecutor(PaymentsCommands(recorder))
        outbox = OutboxDriver(
            process,
            life,
            to: .dispatch,
            executor: executor,
            courier: CallCourier([.dispatch: life.client(of: .dispatch)])
        )
    }

    func start() async throws {
        try await business.take(process.world.businessClock, in: life.store)
        var routes = CallRoutes()
        PaymentsCallRoutes.register(
            in: &routes,
            executor: executor,
            store: life.store,
            time: process.clock
        ) { [weak self] in
            self?.outbox.wake()
            self?.work()
        }
        let server = life.server(of: routes)
        life.listen { _ in server }
        process.after(.zero) { [weak self] in self?.poll() }
    }

    private func poll() {
        expire()
        outbox.wake()
        work()
        process.after(Self.pollInterval) { [weak self] in self?.poll() }
    }

    private func work() {
        let now = process.clock.wallTime
        let due = process.read { session throws(StorageError) in
            try OperationTable.due(
                by: now,
                limit: 2 * ProviderWorker.concurrencyMax,
                in: session
            )
        }
        for one in due ?? []
        where inFlight.count < ProviderWorker.concurrencyMax
            && inFlight.insert(one.payment).inserted
        {
            ask(one)
        }
    }

    private func ask(_ due: OperationTable.Due) {
        let payment = process.read { session throws(StorageError) in
            try PaymentTable.find(due.payment, of: due.tenant, in: session)
        }
        guard let payment = payment ?? nil, let operation = payment.operation,
            operation.ordinal == due.ordinal, operation.status.isOpen
        else {
            inFlight.remove(due.payment)
            return
        }
        withToken { [weak self] token in
            guard let self else { return }
            guard let token else { return record(.unknown(.notAuthorised), operation, payment) }
            call(operation, of: payment, token)
        }
    }

    private func call(_ operation: ProviderOperation, of payment: Payment, _ token: String) {
        let request = PayPalRequests.request(for: operation, of: payment, accessToken: token)
        guard let request else {
            let outcome: ProviderOutcome =
                operation.nextCall == .perform
                ? .failed(.amountNotSupported) : .unknown(.unreadable)
            return record(outcome, operation, payment)
        }
        send(mutated(request)) { [weak self] reply in
            guard let self, !process.strikes(at: .providerAnswered) else { return }
            let outcome = PayPalAnswers.outcome(of: reply, to: operation)
            if outcome == .unknown(.notAuthorised) { self.token = nil }
            record(outcome, operation, payment)
        }
    }

    private func mutated(_ request: ProviderRequest) -> ProviderRequest {
        guard process.world.mutation == .freshProviderKeys else { return request }
        let key = process.world.random.draw(.services) { String($0.next()) }
        return ProviderRequest(
            request.method,
            request.path,
            headers: request.headers.map {
                $0.name == "PayPal-Request-Id" ? ProviderHeader($0.name, key) : $0
            },
            body: request.body
        )
    }

    private func send(_ request: ProviderRequest, then: @escaping (ProviderReply) -> Void) {
        process.world.count(\.providerCalls)
        process.network.call(
            .provider(request),
            from: .payments,
            to: .provider,
            timeout: Self.providerTimeout
        ) { reply in
            guard case .provider(let reply)? = reply else { return then(.timeout) }
            then(reply)
        }
    }

    private func record(
        _ outcome: ProviderOutcome,
        _ operation: ProviderOperation,
        _ payment: Payment
    ) {
        process.world.note(
            "payments: \(payment.id) \(operation.kind) \(operation.ordinal): \(outcome.text)"
        )
        let recorder = recorder
        let now = process.clock.wallTime
        let (id, tenant, ordinal) = (payment.id, payment.tenant, operation.ordinal)
        process.write({ session throws(StorageError) in
            // Read anew: a wish may have come while the provider was asked.
            guard var current = try PaymentTable.find(id, of: tenant, in: session) else { return }
            let event = PaymentEvent.answered(operation: ordinal, outcome)
            try recorder.apply(event, to: &current, at: now, in: session)
        }) { [weak self] _ in
            guard let self else { return }
            inFlight.remove(id)
            outbox.wake()
            work()
        }
    }

    private func withToken(_ then: @escaping (String?) -> Void) {
        if let token, process.clock.now < token.end { return then(token.text) }
        send(PayPalRequests.token(basicCredentials: Self.credentials)) { [weak self] reply in
            guard let self, let fresh = PayPalToken(reply) else { return then(nil) }
            let life = max(fresh.lifetime - PayPalToken.renewalMargin, .seconds(1))
            token = (fresh.text, process.clock.now.advanced(by: life))
            then(fresh.text)
        }
    }

    private func expire() {
        let recorder = recorder
        let now = process.clock.wallTime
        let businessNow = recorder.businessTime(now)
        let found = process.read { session throws(StorageError) in
            try PaymentTable.expired(
                at: businessNow,
                limit: ProviderWorker.expiryBatchMax,
                in: session
            )
        }
        guard let found, !found.isEmpty else { return }
        process.write({ session throws(StorageError) in
            for (tenant, id) in found {
                guard var payment = try PaymentTable.find(id, of: tenant, in: session) else {
                    continue
                }
                try recorder.apply(.clock, to: &payment, at: now, in: session)
            }
        }) { [weak self] _ in self?.outbox.wake() }
    }
}

extension ProviderOutcome {
    /// One word for the trace.
    fileprivate var text: String {
        switch self {
        case .succeeded: "succeeded"
        case .failed(let problem): "failed \(problem)"
        case .unknown(let cause): "unknown \(cause)"
        }
    }
}
