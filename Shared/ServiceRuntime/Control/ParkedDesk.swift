package import Calls
internal import Delivery
package import DeliverySQL
package import Messages
package import Model
package import Storage
package import Telemetry
package import Timekeeping
internal import WireFormat

/// Where an operator sees what the outbox gave up, and decides: send it again, or drop it.
///
/// It works in the running program, since only that can tell its pump; each decision is one transaction, and a line
/// of the log says who took it.
package struct ParkedDesk: Sendable {
    /// Wishes older than this are not sent again: once freed they may go on for the sender's patience, and their
    /// receiver must still know their key by then, or it might carry out a second time what it had done.
    package static let retryAgeMax = InboxRetention.life - RetryPolicy().giveUpAfter

    private let service: ServiceName
    private let store: any TransactionalStore
    private let pump: OutboxPump?
    private let logger: Logger
    private let time: any TimeSource

    /// A desk of the program `service`.
    ///
    /// - Parameter pump: Told of each decision; `nil` in a program that sends nothing.
    package init(
        of service: ServiceName,
        store: any TransactionalStore,
        pump: OutboxPump?,
        logger: Logger,
        time: any TimeSource
    ) {
        self.service = service
        self.store = store
        self.pump = pump
        self.logger = logger
        self.time = time
    }

    /// Serves its methods.
    func register(in routes: inout CallRoutes) {
        routes.unary(ControlMethods.listParked) { (_, request) async throws(CallError) in
            try await list(request)
        }
        routes.unary(ControlMethods.retryParked) { (context, request) async throws(CallError) in
            try await retry(request, for: context.subject)
        }
        routes.unary(ControlMethods.dropParked) { (context, request) async throws(CallError) in
            try await drop(request, for: context.subject)
        }
    }

    /// A page of what was given up.
    package func list(
        _ request: ListParkedRequest
    ) async throws(CallError) -> ListParkedReply {
        let limit = ListParkedReply.commandCountMax
        let entries: [ParkedEntry]
        do throws(StorageError) {
            entries = try await store.read { session throws(StorageError) in
                try OutboxTable.parked(after: request.afterSequence, limit: limit + 1, in: session)
            }
        } catch {
            throw CallError(error)
        }
        return .with { reply in
            reply.hasMore = entries.count > limit
            reply.commands = entries.prefix(limit).map(message)
        }
    }

    /// Sends again what was given up.
    ///
    /// - Parameter subject: Who decided so.
    package func retry(
        _ request: RetryParkedRequest,
        for subject: String
    ) async throws(CallError) -> RetryParkedReply {
        let key = request.key.isNone ? nil : request.key
        let now = time.wallTime
        let counts: (freed: Int, tooOld: Int)
        do throws(StorageError) {
            counts = try await store.write { session throws(StorageError) in
                try OutboxTable.retryParked(
                    key,
                    since: now.advanced(by: .zero - Self.retryAgeMax),
                    at: now,
                    in: session
                )
            }
        } catch {
            throw CallError(error)
        }
        // Also where none was freed: said twice, it mends a pump that missed the first.
        pump?.reload()
        if counts.freed > 0 {
            logger.warning(
                "an operator sends again what was given up",
                [
                    DeliveryLog.subject(subject), DeliveryLog.count(counts.freed),
                    DeliveryLog.key(key.map { "\($0)" } ?? "all"),
                ]
            )
        }
        return .with { reply in
            reply.freedCount = UInt32(clamping: counts.freed)
            reply.tooOldCount = UInt32(clamping: counts.tooOld)
        }
    }

    /// Drops one that was given up.
    ///
    /// - Parameter subject: Who decided so.
    /// - Throws: `.invalidArgument` without a reason, `.notFound` where none with the key was given up.
    package func drop(
        _ request: DropParkedRequest,
        for subject: String
    ) async throws(CallError) -> Acknowledgement {
        guard !request.key.isNone, request.reason.contains(where: { !$0.isWhitespace }) else {
            throw CallError(
                .invalidArgument,
                "a key and a reason are wanted",
                isNotProcessed: true
            )
        }
        let now = time.wallTime
        let count: Int
        do throws(StorageError) {
            count = try await store.write { session throws(StorageError) in
                try OutboxTable.dropParked(
                    request.key,
                    because: request.reason,
                    at: now,
                    in: session
                )
            }
        } catch {
            throw CallError(error)
        }
        guard count > 0 else {
            throw CallError(.notFound, "no wish with this key was given up")
        }
        pump?.reload()
        logger.warning(
            "an operator drops what was given up",
            [
                DeliveryLog.subject(subject), DeliveryLog.key("\(request.key)"),
                RuntimeLog.reason(request.reason),
            ]
        )
        return Acknowledgement()
    }

    private func message(_ entry: ParkedEntry) -> ParkedCommand {
        .with { command in
            command.key = entry.key
            // The gateway keeps its wishes in order by tenant, everybody else by booking.
            if service != .gateway {
                command.booking = BookingID(bits: entry.orderingKey.bits)
            }
            command.tenant = entry.tenant
            command.destination = entry.destination.rawValue
            command.method = entry.method
            command.createdAt = entry.createdAt
            command.parkedAt = entry.parkedAt
            command.blockedCount = UInt32(clamping: entry.blockedCount)
            command.sequence = entry.sequence
            command.reason = String(entry.reason.prefix(OutboxTable.reasonCountMax))
        }
    }
}
