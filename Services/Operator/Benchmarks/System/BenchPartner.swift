internal import HTTPClient
internal import Model
internal import OperatorCommands
internal import Timekeeping

/// A partner of a system under measurement: its fleet is provisioned, its key is good.
final class BenchPartner: Sendable {
    /// The API key.
    let key: String
    private let adminKey: String
    private let session: OperatorContext
    private let authority: String
    private let address: String
    private let healthAddress: String
    private let city = DemoCity()

    /// Tokens that are asked for at once.
    private static let tokensAtOnce = 32

    /// How long a booking may take to be confirmed, and the gateway to follow its feed.
    private static let settleTime = Duration.seconds(30)

    /// Provisions `plan` and returns when all services have it.
    init(
        _ system: ShippedSystem,
        _ plan: FleetPlan,
        _ context: BenchmarkContext
    ) async throws {
        session = context.session
        authority = system.installation.authorityPath
        address = system.address(isSecure: true)
        healthAddress = "http://127.0.0.1:\(system.ports.health(of: .gateway))"
        let (session, installation, address) = (session, system.installation, address)
        let adminKey = try KeyMaterial(installation, time: session.time).adminKey()
        self.adminKey = adminKey
        key = try await session.withHTTP(authority: authority) {
            client throws(OperatorError) in
            let gateway = GatewayClient(address: address, client: client)
            return try await Provisioner(installation, gateway, adminKey: adminKey, session)
                .provision(plan)
        }
        session.console.endShow()
    }

    /// Asks for a token for each driver of `plan`.
    func seats(_ plan: FleetPlan) async throws -> [DriverSeat] {
        let (key, address, adminKey) = (key, address, adminKey)
        return try await session.withHTTP(authority: authority) {
            client throws(OperatorError) in
            let gateway = GatewayClient(address: address, client: client)
            let admin = FleetAdmin(gateway, adminKey: adminKey)
            let names = try await admin.names(tenant: plan.tenant)
            var seats: [DriverSeat] = []
            for begin in stride(from: 0, to: plan.drivers.count, by: Self.tokensAtOnce) {
                let end = min(begin + Self.tokensAtOnce, plan.drivers.count)
                let made = await withTaskGroup(of: DriverSeat?.self) { group in
                    for driver in plan.drivers[begin..<end] {
                        guard let id = names.drivers[driver.reference],
                            let vehicle = names.vehicles[driver.reference]
                        else { continue }
                        group.addTask {
                            let token = try? await admin.driverToken(id, key: key)
                            return token.map { DriverSeat(driver: id, vehicle: vehicle, token: $0) }
                        }
                    }
                    return await group.reduce(into: [DriverSeat]()) { seats, seat in
                        if let seat { seats.append(seat) }
                    }
                }
                seats += made
            }
            guard seats.count == plan.drivers.count else {
                throw OperatorError("Only \(seats.count) of \(plan.drivers.count) have a token.")
            }
            return seats
        }
    }

    /// Books one ride and returns its id once its money is held, after which nothing changes it for a while.
    func bookOne() async throws -> String {
        let (key, address, city, session) = (key, address, city, session)
        return try await session.withHTTP(authority: authority) {
            client throws(OperatorError) in
            let partner = PartnerClient(GatewayClient(address: address, client: client), key: key)
            let corners = city.boundary
            let quote = try await partner.quote(
                from: Self.place(corners[0], corners[5]),
                to: Self.place(corners[5], corners[0])
            )
            let booking = try await partner.book(
                quote: quote,
                reference: "bench",
                idempotencyKey: "bench-http-\(session.time.wallTime.microseconds)"
            )
            let deadline = session.time.now.advanced(by: Self.settleTime)
            while try await partner.booking(booking.id).state != "confirmed" {
                guard session.time.now < deadline, await session.sleep(.milliseconds(100)) else {
                    throw OperatorError("The booking is not confirmed.")
                }
            }
            return booking.id
        }
    }

    /// A place a third of the way from one point to another: inside the town.
    private static func place(_ from: PlanePoint, _ to: PlanePoint) -> PartnerClient.Place {
        let point = PlanePoint(
            from.east + (to.east - from.east) / 3,
            from.north + (to.north - from.north) / 3
        )
        return PartnerClient.Place(DemoCity.position(point), DemoCity.name)
    }

    /// The body that `url` answers once the gateway follows the tenant's feed, and so answers from memory.
    func body(_ url: String) async throws -> [UInt8] {
        let (key, session, health) = (key, session, healthAddress)
        return try await session.withHTTP(authority: authority) {
            client throws(OperatorError) in
            let deadline = session.time.now.advanced(by: Self.settleTime)
            while true {
                let metrics = try? await client.send(HTTPClientRequest(.get, "\(health)/metrics"))
                let text = String(decoding: metrics?.body ?? [], as: UTF8.self)
                let isLive = text.contains("nexors_gateway_feed_streams 1\n")
                let answer = try? await client.send(
                    HTTPClientRequest(.get, url, fields: [("Authorization", "Bearer \(key)")])
                )
                if isLive, let answer, answer.status == 200 { return answer.body }
                guard session.time.now < deadline, await session.sleep(.milliseconds(100)) else {
                    throw OperatorError(
                        "\(url) answers \(answer.map { "\($0.status)" } ?? "nothing")."
                    )
                }
            }
        }
    }
}
