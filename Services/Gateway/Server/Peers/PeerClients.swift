package import Calls
package import Messages
package import Model
package import Reactor

/// The gateway's clients of the other four services, which live on one loop; called from any.
package final class PeerClients: Sendable {
    /// The services that the gateway calls.
    package static let services: [ServiceName] = [.ingest, .dispatch, .payments, .billing]

    /// The loop of the connections.
    package let loop: EventLoop
    /// By service.
    package let clients: [ServiceName: any ServiceCalling]

    /// The clients, all on `loop`.
    package init(loop: EventLoop, _ clients: [ServiceName: any ServiceCalling]) {
        self.loop = loop
        self.clients = clients
    }

    /// Calls a method of a peer and waits for the answer.
    ///
    /// - Throws: As the client, and `.unavailable` where the service has no client.
    package func call<Request: WireMessage, Response: WireMessage>(
        _ method: Method<Request, Response>,
        of service: ServiceName,
        _ request: Request,
        _ options: CallOptions
    ) async throws(CallError) -> Response {
        guard let client = clients[service] else { throw .noEndpoint(service.text) }
        if loop.isCurrent { return try await client.call(method, request, options) }
        let outcome = await loop.spawn { () async -> Result<Response, CallError> in
            do throws(CallError) {
                return .success(try await client.call(method, request, options))
            } catch {
                return .failure(error)
            }
        }.value
        return try outcome.get()
    }
}
