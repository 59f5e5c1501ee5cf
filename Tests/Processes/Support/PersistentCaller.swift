package import Calls
internal import Delivery
package import Messages
package import Model
package import Reactor
internal import ServiceRuntime
internal import Timekeeping
internal import WireConnection
internal import WireFormat

/// A service's client for tests: sends each wish under its key until the program under test answers for good, over
/// kills and restarts, as an outbox would.
// Safe: everything is used on the loop alone.
package final class PersistentCaller: @unchecked Sendable {
    /// The wait between two tries: an outbox's grow, a test has no time for that.
    private static let pause = Duration.milliseconds(5)

    /// The loop that calls are made on.
    package let loop: EventLoop
    private let client: CallClient

    /// A client of `service` at `port` of this machine that says it is `caller`; without TLS. On the loop.
    package init(
        of service: ServiceName,
        at port: UInt16,
        as caller: MethodCaller,
        on loop: EventLoop,
        resolver: NameResolver
    ) {
        self.loop = loop
        let security = LinkSecurity.plain(own: caller)
        client = CallClient(
            loop: loop,
            name: service.text,
            addresses: ["127.0.0.1:\(port)"],
            configuration: ConnectionConfiguration(
                profile: .betweenServices,
                agent: "test",
                environment: Deployment.test.environmentNumber
            ),
            opener: LinkOpener(
                resolver: resolver,
                security: security.connecting(to: service.text)
            ),
            token: security.helloToken,
            generator: SystemRandomNumberGenerator()
        )
        client.start()
    }

    /// Calls until there is an answer for good; its bytes. On the loop.
    ///
    /// - Throws: A final refusal.
    package func send<Request: WireMessage, Response>(
        _ method: Method<Request, Response>,
        _ request: Request,
        key: IdempotencyKey,
        tenant: TenantID
    ) async throws(CallError) -> [UInt8] {
        guard let body = try? request.encoded() else {
            throw CallError(.internal, "a request does not encode")
        }
        let options = CallOptions(
            tenant: tenant,
            key: key,
            connectionWait: .seconds(5),
            retries: false
        )
        while true {
            do throws(CallError) {
                return try await client.callBytes(method.descriptor, body, options)
            } catch {
                if case .replied = CallCourier.outcome(of: error) { throw error }
                _ = await loop.sleep(for: Self.pause)
            }
        }
    }

    /// The same from any task.
    package func answer<Request: WireMessage & Sendable, Response: Sendable>(
        to method: Method<Request, Response>,
        _ request: Request,
        key: IdempotencyKey,
        tenant: TenantID
    ) async throws -> [UInt8] {
        let outcome: Result<[UInt8], CallError> = await loop.spawn { [self] in
            do throws(CallError) {
                return .success(try await send(method, request, key: key, tenant: tenant))
            } catch {
                return .failure(error)
            }
        }.value
        return try outcome.get()
    }

    /// Ends its connections. On the loop.
    package func close() async {
        await client.close()
    }
}
