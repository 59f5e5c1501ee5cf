internal import Calls
package import Delivery
internal import DeliverySQL
internal import Messages
internal import Model
internal import Reactor
package import ServiceRuntime
internal import Telemetry
internal import WireFormat

/// Carries the gateway's outbox: zones as a stream of chunks, everything else as one call.
package struct GatewayCourier: Courier {
    private let peers: PeerClients
    private let traces: DeliveryTraces
    private let single: CallCourier

    /// A courier that reaches the services by `peers`.
    ///
    /// - Parameter traces: Gives each attempt its trace, and tells of those that failed.
    package init(_ peers: PeerClients, traces: DeliveryTraces = DeliveryTraces(.none)) {
        self.peers = peers
        self.traces = traces
        single = CallCourier(peers.clients, traces: traces)
    }

    package func deliver(_ entry: OutboxEntry) async -> DeliveryOutcome {
        let command = entry.command
        guard command.destination == .ingest, command.method == IngestMethods.putZones.descriptor.id
        else { return await single.deliver(entry) }
        guard let client = peers.clients[.ingest] else { return .unanswered(retryAfter: nil) }
        guard let chunks = ZoneChunks.split(command.body) else {
            // Written by another version, or damaged: no retry makes it whole.
            return .replied(CommandReply(code: StatusCode.invalidArgument.rawValue))
        }
        let trace = traces.begin()
        let options = DeliveryTraces.options(command, trace)
        let outcome = await peers.loop.spawn { () async -> Result<[UInt8], CallError> in
            do throws(CallError) {
                return .success(try await Self.send(chunks, options, to: client))
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

    private static func send(
        _ chunks: [[UInt8]],
        _ options: CallOptions,
        to client: any ServiceCalling
    ) async throws(CallError) -> [UInt8] {
        let method = IngestMethods.putZones.descriptor
        let stream = try await client.open(method, chunks[0], isEnd: chunks.count == 1, options)
        for (index, chunk) in chunks.enumerated().dropFirst() {
            try await stream.send(chunk, isEnd: index == chunks.count - 1)
        }
        guard let reply = try await stream.next() else {
            throw CallError(.unavailable, "the stream ended without an answer")
        }
        return reply
    }

    /// What an error says about the effect: only a status that the receiver itself sent is an answer.
    private static func outcome(of error: CallError) -> DeliveryOutcome {
        if error.isConnectionLost || error.isNotProcessed && error.code == .unavailable
            || error.code == .deadlineExceeded
        {
            return error.unanswered
        }
        let reply = CommandReply(code: error.code.rawValue, subCode: error.subCode)
        return reply.isTransient ? error.unanswered : .replied(reply)
    }
}

/// A zone's chunks as the body of one command: each behind its length, 4 bytes, least significant first.
package enum ZoneChunks {
    /// The body for `chunks`, of which there is one or more.
    package static func join(_ chunks: [[UInt8]]) -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(chunks.reduce(0) { $0 + 4 + $1.count })
        for chunk in chunks {
            for shift in stride(from: 0, to: 32, by: 8) {
                body.append(UInt8(truncatingIfNeeded: chunk.count >> shift))
            }
            body.append(contentsOf: chunk)
        }
        return body
    }

    /// The chunks in `body`; `nil` where it is none that `join` made.
    package static func split(_ body: [UInt8]) -> [[UInt8]]? {
        var chunks: [[UInt8]] = []
        var index = 0
        while index < body.count {
            guard body.count - index >= 4 else { return nil }
            var count = 0
            for place in 0..<4 { count |= Int(body[index + place]) << (8 * place) }
            index += 4
            guard count > 0, count <= body.count - index else { return nil }
            chunks.append(Array(body[index..<index + count]))
            index += count
        }
        return chunks.isEmpty ? nil : chunks
    }
}
