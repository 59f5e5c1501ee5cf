package import Calls
package import Delivery
package import DeliverySQL
package import Messages
package import Model
package import Storage
package import Timekeeping
package import WireFormat

extension CallRoutes {
    /// Serves a mutating method by the service's command handler: inbox, effect and answer in one transaction,
    /// answered once durable.
    ///
    /// - Parameters:
    ///   - now: Business time at this moment.
    ///   - wake: Called after each commit, so that new outbox entries leave at once.
    package mutating func command<Request, Response>(
        _ method: Method<Request, Response>,
        of service: ServiceName,
        executor: CommandExecutor,
        store: any TransactionalStore,
        now: @escaping @Sendable () -> WallTime,
        wake: @escaping @Sendable () -> Void
    ) {
        unaryBytes(method) { (context, body) async throws(CallError) in
            let command = Command(
                destination: service,
                method: context.method.id,
                key: context.key,
                tenant: context.tenant,
                subject: context.subject,
                body: body
            )
            let reply: CommandReply
            do throws(StorageError) {
                reply = try await executor.execute(command, at: now(), on: store)
            } catch {
                throw CallError(error)
            }
            wake()
            return try reply.body(or: context.method.name)
        }
    }
}

extension CommandReply {
    /// A refusal, with a code of the service's own or 0.
    package init(_ code: StatusCode, subCode: UInt16 = 0) {
        self.init(code: code.rawValue, subCode: subCode)
    }

    /// OK with a message. One of ours that cannot be encoded is a fault of ours: INTERNAL, never a wrong answer.
    package init(encoding message: some WireMessage) {
        guard let body = try? message.encoded() else {
            self.init(.internal)
            return
        }
        self.init(code: StatusCode.ok.rawValue, body: body)
    }

    /// The answer's bytes.
    ///
    /// - Throws: The refusal that the reply stands for.
    package func body(or method: String) throws(CallError) -> [UInt8] {
        guard isOK else {
            throw CallError(StatusCode(wire: code), "\(method) is refused", subCode: subCode)
        }
        return body
    }
}

extension CallError {
    /// What a failure of our own store means for the caller.
    package init(_ error: StorageError) {
        switch error.code {
        case .conflict:
            self.init(.aborted, "another writer came first")
        case .unavailable:
            // After a commit whose answer was lost the outcome is unknown; the key settles it.
            self.init(.unavailable, "the store is out of reach", retryAfter: .milliseconds(200))
        case .full:
            self.init(
                .resourceExhausted,
                "the store is full",
                retryAfter: .seconds(1),
                isNotProcessed: true
            )
        case .corrupt:
            self.init(.dataLoss, "stored data is damaged")
        case .invalid:
            self.init(.internal, "a statement is wrong")
        case .overloaded:
            self.init(
                .resourceExhausted,
                "too many writes wait",
                retryAfter: .milliseconds(100),
                isNotProcessed: true
            )
        case .fenced:
            // Another instance owns the shard now: the caller asks anew where that is.
            self.init(.failedPrecondition, "the shard has another owner", isNotProcessed: true)
        }
    }
}

extension CallContext {
    /// On whose word the call is made, as it is recorded with its effect: "partner:sub_...", "driver:drv_...",
    /// "service:dispatch".
    package var subject: String {
        if let caller {
            let kind =
                switch caller.subjectKind.known {
                case .partner: "partner"
                case .driver: "driver"
                case .person: "person"
                case .service: "service"
                case nil: "unknown"
                }
            return "\(kind):\(caller.subject)"
        }
        switch peer {
        case .service(let service): return "service:\(service.rawValue)"
        case .driver(_, let driver): return "driver:\(driver)"
        }
    }
}
