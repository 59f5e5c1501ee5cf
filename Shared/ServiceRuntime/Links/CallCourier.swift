package import Calls
package import Delivery
internal import DeliverySQL
internal import Messages
package import Model
internal import Reactor
internal import Telemetry
internal import WireFormat

/// Carries outbox entries to other services: one try each, since the relay owns the retries.
package struct CallCourier: Courier {
    private let clients: [ServiceName: any ServiceCalling]
    private let traces: DeliveryTraces

    /// A courier that reaches each service by its client.
    ///
    /// - Parameter traces: Gives each attempt its trace, and tells of those that failed.
    package init(
        _ clients: [ServiceName: any ServiceCalling],
        traces: DeliveryTraces = DeliveryTraces(.none)
    ) {
        self.clients = clients
        self.traces = traces
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
            return .unanswered(
                retryAfter: nil,
                because: "\(command.destination.text) or its method is not known here"
            )
        }
        let trace = traces.begin()
        let options = DeliveryTraces.options(command, trace)
        // The pump runs anywhere; a client belongs to its loop.
        let outcome = await client.loop.spawn { () async -> Result<[UInt8], CallError> in
            do throws(CallError) {
                return .success(try await client.callBytes(method, command.body, options))
            } catch {
                return .failure(error)
            }
        }.value
        switch outcome {
        case .success(let body): return .replied(CommandReply(code: 0, body: body))
        case .failure(let error):
            traces.note(error, of: command, trace)
            return Self.outcome(of: error)
        }
    }

    /// What an error says about the effect: only a status that the receiver itself sent is an answer.
    package static func outcome(of error: CallError) -> DeliveryOutcome {
        if error.isConnectionLost { return error.unanswered }
        let reply = CommandReply(code: error.code.rawValue, subCode: error.subCode)
        return reply.isTransient ? error.unanswered : .replied(reply)
    }
}

extension CallError {
    /// The outcome of an attempt that ended so and says nothing about the effect.
    package var unanswered: DeliveryOutcome {
        .unanswered(retryAfter: retryAfter, because: "\(code), \(message)")
    }
}
