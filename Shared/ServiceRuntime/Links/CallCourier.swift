package import Calls
package import Delivery
internal import DeliverySQL
internal import Messages
package import Model
internal import Reactor
internal import WireFormat

/// Carries outbox entries to other services: one try each, since the relay owns the retries.
package struct CallCourier: Courier {
    private let clients: [ServiceName: any ServiceCalling]

    /// A courier that reaches each service by its client.
    package init(_ clients: [ServiceName: any ServiceCalling]) {
        self.clients = clients
    }

    package func deliver(_ entry: OutboxEntry) async -> DeliveryOutcome {
        let command = entry.command
        guard
            let client = clients[command.destination],
            let method = Registry.method(
                service: command.destination.rawValue,
                id: command.method
            )
        else {
            // A method that this version does not know: one that does may come with an upgrade.
            return .unanswered(retryAfter: nil)
        }
        let options = CallOptions(
            tenant: command.tenant,
            key: command.key,
            connectionWait: .zero,
            retries: false
        )
        // A client belongs to its loop, on which the pump runs too in our programs.
        if client.loop.isCurrent { return await Self.call(client, method, command, options) }
        return await client.loop.spawn {
            await Self.call(client, method, command, options)
        }.value
    }

    private static func call(
        _ client: any ServiceCalling,
        _ method: MethodDescriptor,
        _ command: Command,
        _ options: CallOptions
    ) async -> DeliveryOutcome {
        do throws(CallError) {
            let body = try await client.callBytes(method, command.body, options)
            return .replied(CommandReply(code: 0, body: body))
        } catch {
            return outcome(of: error)
        }
    }

    /// What an error says about the effect: only a status that the receiver itself sent is an answer.
    package static func outcome(of error: CallError) -> DeliveryOutcome {
        if error.isConnectionLost { return .unanswered(retryAfter: error.retryAfter) }
        let reply = CommandReply(code: error.code.rawValue, subCode: error.subCode)
        return reply.isTransient ? .unanswered(retryAfter: error.retryAfter) : .replied(reply)
    }
}
