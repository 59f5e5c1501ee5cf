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
        var random = SecureRandom()
        let key = IdempotencyKey(at: context.time.wallTime, using: &random)
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

    /// Calls each program once, one after the other, and closes the connections.
    private func all<Reply: Sendable>(
        _ call: @escaping @Sendable (CallClient) async throws(CallError) -> Reply
    ) async -> [(ServiceName, Result<Reply, CallError>)] {
        let loop = context.loop
        var outcomes: [(ServiceName, Result<Reply, CallError>)] = []
        for service in ServiceName.allCases {
            let (security, resolver, environment) = (security, resolver, environment)
            let address = "127.0.0.1:\(ports.calls(of: service))"
            let outcome = await loop.spawn { () -> Result<Reply, CallError> in
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
            outcomes.append((service, outcome))
        }
        return outcomes
    }
}
