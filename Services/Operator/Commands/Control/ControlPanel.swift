package import Calls
internal import Crypto
package import Messages
package import Model
internal import Reactor
internal import ServiceRuntime
internal import Timekeeping
internal import Transport
internal import WireConnection
internal import WireFormat

/// Asks and sets what all five programs serve alike (registry, service 6), by the operator's certificate.
package struct ControlPanel: Sendable {
    private let context: OperatorContext
    private let security: LinkSecurity
    private let ports: PortPlan
    private let resolver: NameResolver
    private let environment: UInt64

    /// How long a program may take to answer; a stopped one is known at once.
    private static let answerTime = Duration.seconds(3)
    /// The most wishes that a list shows of a program: nobody reads more.
    package static let parkedCountMax = 10_000

    /// A panel for the programs of `installation`.
    package init(
        _ installation: Installation,
        _ settings: Installation.Settings,
        _ context: OperatorContext
    ) throws(OperatorError) {
        self.context = context
        ports = settings.ports
        environment = settings.deployment.environmentNumber
        do {
            security = try .mutual(
                TLSFiles(
                    certificate: installation.key("operator.crt"),
                    key: installation.key("operator.key"),
                    authority: installation.authorityPath
                )
            )
        } catch {
            throw OperatorError(
                error.message,
                advice: "`nexors up` makes the operator's certificate; name the folder with --data."
            )
        }
        do {
            resolver = try NameResolver()
        } catch {
            throw OperatorError(error.message)
        }
    }

    /// How each program is; the error of those that do not answer.
    package func statuses() async -> [(ServiceName, Result<ServiceStatusReply, CallError>)] {
        await all { client throws(CallError) in
            try await client.call(
                ControlMethods.status,
                StatusRequest(),
                CallOptions(timeout: Self.answerTime, connectionWait: Self.answerTime)
            )
        }
    }

    /// Sets business time on all five.
    ///
    /// - Throws: The first program that refuses or does not answer; the others may have taken it.
    package func setBusinessTime(_ setting: RehearsalClock) async throws(OperatorError) {
        let request = SetBusinessTimeRequest.with {
            $0.realOrigin = setting.realOrigin
            $0.businessOrigin = setting.businessOrigin
            $0.factor = setting.factor
            $0.revision = setting.revision
        }
        let key = callKey()
        let outcomes: [(ServiceName, Result<SetBusinessTimeReply, CallError>)] = await all {
            client throws(CallError) in
            try await client.call(
                ControlMethods.setBusinessTime,
                request,
                CallOptions(key: key, connectionWait: Self.answerTime)
            )
        }
        for (service, outcome) in outcomes {
            guard case .failure(let error) = outcome else { continue }
            throw OperatorError(
                "\(service.text) does not take the business time: \(error.message)",
                advice: "See that all five run (`nexors status`), then set it again."
            )
        }
    }

    /// Wishes that `services` gave up, oldest first of each.
    package func parked(
        by services: [ServiceName]
    ) async -> [(ServiceName, Result<[ParkedCommand], CallError>)] {
        await all(services) { client throws(CallError) in
            var commands: [ParkedCommand] = []
            while commands.count < Self.parkedCountMax {
                let reply = try await client.call(
                    ControlMethods.listParked,
                    .with { $0.afterSequence = commands.last?.sequence ?? 0 },
                    CallOptions(connectionWait: Self.answerTime)
                )
                commands += reply.commands
                guard reply.hasMore, !reply.commands.isEmpty else { break }
            }
            return commands
        }
    }

    /// Has `service` send again what it gave up.
    ///
    /// - Parameter key: Which; `nil` for all.
    package func retryParked(
        _ key: IdempotencyKey?,
        by service: ServiceName
    ) async -> Result<RetryParkedReply, CallError> {
        let options = CallOptions(key: callKey(), connectionWait: Self.answerTime)
        return await one(service) { client throws(CallError) in
            try await client.call(
                ControlMethods.retryParked,
                .with { if let key { $0.key = key } },
                options
            )
        }
    }

    /// Has `service` drop the wish `key`, which it gave up.
    package func dropParked(
        _ key: IdempotencyKey,
        because reason: String,
        by service: ServiceName
    ) async -> Result<Acknowledgement, CallError> {
        let options = CallOptions(key: callKey(), connectionWait: Self.answerTime)
        return await one(service) { client throws(CallError) in
            try await client.call(
                ControlMethods.dropParked,
                .with {
                    $0.key = key
                    $0.reason = reason
                },
                options
            )
        }
    }

    private func callKey() -> IdempotencyKey {
        var random = SecureRandom()
        return IdempotencyKey(at: context.time.wallTime, using: &random)
    }

    /// Calls each program once, all at the same time, and closes the connections.
    private func all<Reply: Sendable>(
        _ services: [ServiceName] = ServiceName.allCases,
        _ call: @escaping @Sendable (CallClient) async throws(CallError) -> Reply
    ) async -> [(ServiceName, Result<Reply, CallError>)] {
        await withTaskGroup(of: (ServiceName, Result<Reply, CallError>).self) { group in
            for service in services {
                group.addTask { (service, await one(service, call)) }
            }
            var outcomes: [ServiceName: Result<Reply, CallError>] = [:]
            for await (service, outcome) in group { outcomes[service] = outcome }
            return services.compactMap { service in
                outcomes[service].map { (service, $0) }
            }
        }
    }

    /// Opens a connection to a program, lends it to `call`, and closes it.
    private func one<Reply: Sendable>(
        _ service: ServiceName,
        _ call: @escaping @Sendable (CallClient) async throws(CallError) -> Reply
    ) async -> Result<Reply, CallError> {
        let (loop, security, resolver) = (context.loop, security, resolver)
        let environment = environment
        let address = "127.0.0.1:\(ports.calls(of: service))"
        return await loop.spawn { () -> Result<Reply, CallError> in
            let client = CallClient(
                loop: loop,
                name: service.text,
                addresses: [address],
                configuration: ConnectionConfiguration(
                    profile: .betweenServices,
                    agent: "nexors/\(BuildInfo.version)",
                    environment: environment
                ),
                opener: LinkOpener(
                    resolver: resolver,
                    security: security.connecting(to: service.text)
                ),
                token: security.helloToken,
                generator: SecureRandom()
            )
            client.start()
            let outcome: Result<Reply, CallError>
            do throws(CallError) {
                outcome = .success(try await call(client))
            } catch {
                outcome = .failure(error)
            }
            await client.close()
            return outcome
        }.value
    }
}
