internal import Model
internal import PaymentsCore
package import Storage
internal import Synchronization
package import Timekeeping

/// Asks the provider what the store says is due, and records each answer in one transaction.
///
/// A crash between a call and its record leaves the operation due: the next start asks the same again under the same
/// key, so nothing happens twice (M4, M5). Two workers on one store are wasteful and safe for the same reason.
package final class ProviderWorker: Sendable {
    /// Calls at a time: what one provider account bears without answering 429.
    package static let concurrencyMax = 16
    /// Holds looked at for expiry at a time.
    package static let expiryBatchMax = 100
    /// The longest that anything due waits for its turn where no wake came.
    package static let pollInterval = Duration.seconds(1)
    /// The shortest time between two looks at what is due: what comes meanwhile is read together. With
    /// `concurrencyMax` it allows 3,200 calls a second.
    package static let lookGap = Duration.milliseconds(5)

    /// Where a crash between a provider and our record of it is tested; the names are those of `NEXORS_FAILPOINT`.
    package enum Place: String, CaseIterable, Sendable {
        /// The provider has answered and we have recorded nothing.
        case afterReply = "payments.after_provider_reply"
        /// Recorded; the report is in the outbox.
        case afterRecord = "payments.after_record"
    }

    /// Everything around the worker.
    package struct Environment: Sendable {
        /// Payments' own store.
        package var store: any TransactionalStore
        /// Writes what was found out.
        package var recorder: PaymentRecorder
        /// The way to the provider.
        package var transport: any ProviderTransport
        /// Base 64 of the provider's client id and secret; a secret.
        package var basicCredentials: String
        /// Real time; a test's own clock there.
        package var time: any TimeSource
        /// Waits for so long, or less when its task is cancelled; a test's own clock decides there.
        package var pause: @Sendable (Duration) async -> Void
        /// Called after each recorded answer; wakes the outbox's pump. Must not block.
        package var recorded: @Sendable () -> Void
        /// Called at each place where a crash is tested. Must not block.
        package var passed: @Sendable (ProviderWorker.Place) -> Void = { _ in }
        /// Called for what could not be read, written or sent, with a constant sentence. Must not block.
        package var failed: @Sendable (StaticString) -> Void

        /// What a worker works with; a test passes its own `time` and `pause`.
        package init(
            store: any TransactionalStore,
            recorder: PaymentRecorder,
            transport: any ProviderTransport,
            basicCredentials: String,
            time: any TimeSource = SystemTimeSource(),
            pause: @escaping @Sendable (Duration) async -> Void = {
                try? await Task.sleep(for: $0)
            },
            recorded: @escaping @Sendable () -> Void = {},
            failed: @escaping @Sendable (StaticString) -> Void = { _ in }
        ) {
            self.store = store
            self.recorder = recorder
            self.transport = transport
            self.basicCredentials = basicCredentials
            self.time = time
            self.pause = pause
            self.recorded = recorded
            self.failed = failed
        }
    }

    private struct State {
        var token: PayPalToken?
        var tokenEnd = Instant(nanoseconds: 0)
        var inFlight: Set<PaymentID> = []
    }

    private let environment: Environment
    private let state = Mutex(State())
    private let wakes: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation

    /// A worker that has not started.
    package init(_ environment: Environment) {
        self.environment = environment
        (wakes, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Says that a commit has made something due. Cheap, from any thread.
    package func wake() {
        waker.yield()
    }

    /// Runs until `stop`, and then until what is in flight has been recorded; call it once.
    ///
    /// Where its task is cancelled it returns at once, and what is in flight is asked again at the next start.
    package func run() async {
        await withDiscardingTaskGroup { polling in
            polling.addTask {
                while !Task.isCancelled {
                    // By the clock alone: no wake makes a hold run out, so none has to look for those.
                    await self.expire()
                    self.wake()
                    await self.environment.pause(Self.pollInterval)
                }
            }
            await withDiscardingTaskGroup { group in
                for await _ in wakes {
                    for asking in await takeDue() {
                        group.addTask {
                            await self.ask(asking)
                            // Room for another one, or the same one's next step.
                            self.wake()
                        }
                    }
                    await environment.pause(Self.lookGap)
                }
            }
            polling.cancelAll()
        }
    }

    /// Asks nothing new; `run` returns once what is in flight has been recorded.
    package func stop() {
        waker.finish()
    }

    /// Asks everything that is due now, once, and returns when all is recorded; for tests and the simulator.
    ///
    /// - Returns: How many operations were asked.
    @discardableResult
    package func runDue() async -> Int {
        await expire()
        let asking = await takeDue()
        await withDiscardingTaskGroup { group in
            for one in asking { group.addTask { await self.ask(one) } }
        }
        return asking.count
    }

    // MARK: One operation

    /// A payment with the operation that is due.
    private struct Asking: Sendable {
        let payment: Payment
        let operation: ProviderOperation
    }

    /// What is due and not in flight, as far as there is room; in flight from now on.
    private func takeDue() async -> [Asking] {
        let now = environment.time.wallTime
        let busy = state.withLock { $0.inFlight }
        let room = Self.concurrencyMax - busy.count
        guard room > 0 else { return [] }
        let failed = environment.failed
        do throws(StorageError) {
            // One read for all of it: each is a change of threads there and back.
            let asking = try await environment.store.read { session throws(StorageError) in
                // Those in flight are due too and come first, so that many more are read.
                let due = try OperationTable.due(
                    by: now,
                    limit: 2 * Self.concurrencyMax,
                    in: session
                )
                var asking: [Asking] = []
                for one in due where !busy.contains(one.payment) && asking.count < room {
                    do throws(StorageError) {
                        if let found = try Self.load(one, in: session) { asking.append(found) }
                    } catch {
                        // A damaged payment stands still; the others go on.
                        guard error.code == .corrupt else { throw error }
                        failed("A payment that is due is damaged.")
                    }
                }
                return asking
            }
            state.withLock { $0.inFlight.formUnion(asking.map(\.payment.id)) }
            return asking
        } catch {
            failed("The operations that are due could not be read.")
            return []
        }
    }

    private func ask(_ asking: Asking) async {
        let (payment, operation) = (asking.payment, asking.operation)
        defer { state.withLock { _ = $0.inFlight.remove(payment.id) } }
        do throws(StorageError) {
            let outcome = await call(operation, of: payment)
            environment.passed(.afterReply)
            try await record(outcome, of: operation, payment)
            environment.passed(.afterRecord)
            environment.recorded()
        } catch {
            environment.failed("A provider's answer could not be recorded; it is asked again.")
        }
    }

    private static func load(
        _ due: OperationTable.Due,
        in session: any SQLSession
    ) throws(StorageError) -> Asking? {
        guard let payment = try PaymentTable.find(due.payment, of: due.tenant, in: session),
            let operation = payment.operation, operation.ordinal == due.ordinal,
            operation.status.isOpen
        else { return nil }
        return Asking(payment: payment, operation: operation)
    }

    private func call(
        _ operation: ProviderOperation,
        of payment: Payment
    ) async -> ProviderOutcome {
        guard let token = await accessToken() else { return .unknown(.notAuthorised) }
        guard
            let request = PayPalRequests.request(
                for: operation,
                of: payment,
                accessToken: token
            )
        else {
            // A call that cannot be built was never sent, now or before: its inputs are the stored ones.
            return operation.nextCall == .perform
                ? .failed(.amountNotSupported) : .unknown(.unreadable)
        }
        let outcome = PayPalAnswers.outcome(
            of: await environment.transport.send(request),
            to: operation
        )
        if outcome == .unknown(.notAuthorised) {
            state.withLock { if $0.token?.text == token { $0.token = nil } }
        }
        return outcome
    }

    private func record(
        _ outcome: ProviderOutcome,
        of operation: ProviderOperation,
        _ payment: Payment
    ) async throws(StorageError) {
        let now = environment.time.wallTime
        let recorder = environment.recorder
        let id = payment.id
        let tenant = payment.tenant
        let ordinal = operation.ordinal
        try await environment.store.write { session throws(StorageError) in
            // Read anew: a wish may have come while the provider was asked.
            guard var current = try PaymentTable.find(id, of: tenant, in: session) else { return }
            try recorder.apply(
                .answered(operation: ordinal, outcome),
                to: &current,
                at: now,
                in: session
            )
        }
    }

    // MARK: Token and expiry

    /// The token, renewed a minute before its end. Calls that start together may each fetch one; the last is kept.
    private func accessToken() async -> String? {
        let now = environment.time.now
        let known = state.withLock { $0.token != nil && now < $0.tokenEnd ? $0.token?.text : nil }
        if let known { return known }
        let request = PayPalRequests.token(basicCredentials: environment.basicCredentials)
        guard let token = PayPalToken(await environment.transport.send(request)) else {
            environment.failed("The provider gave no access token.")
            return nil
        }
        let life = max(token.lifetime - PayPalToken.renewalMargin, .seconds(1))
        state.withLock {
            $0.token = token
            $0.tokenEnd = now.advanced(by: life)
        }
        return token.text
    }

    private func expire() async {
        let now = environment.time.wallTime
        let recorder = environment.recorder
        let businessNow = recorder.businessTime(now)
        do throws(StorageError) {
            let found = try await environment.store.read { session throws(StorageError) in
                try PaymentTable.expired(
                    at: businessNow,
                    limit: Self.expiryBatchMax,
                    in: session
                )
            }
            guard !found.isEmpty else { return }
            try await environment.store.write { session throws(StorageError) in
                for (tenant, id) in found {
                    guard var payment = try PaymentTable.find(id, of: tenant, in: session) else {
                        continue
                    }
                    try recorder.apply(.clock, to: &payment, at: now, in: session)
                }
            }
            environment.recorded()
        } catch {
            environment.failed("Holds that ran out could not be recorded.")
        }
    }
}
