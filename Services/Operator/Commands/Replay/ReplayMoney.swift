internal import HTTP
internal import HTTPClient

/// What the provider stand-in says was captured.
struct ProviderTotals: Sendable {
    private let ports: PortPlan
    private let client: HTTPClient

    init(_ ports: PortPlan, _ client: HTTPClient) {
        self.ports = ports
        self.client = client
    }

    /// The sum of the captures that belong to these bookings, minor units; `nil` where the stand-in does not answer.
    ///
    /// A capture names our payment, and a payment's id begins with its booking's 48 bits of time: the first ten
    /// characters behind the prefix. That tells this run's captures from those of a demo that runs beside it.
    func captured(for bookings: [PartnerClient.Booking]) async -> Int64? {
        let request = HTTPClientRequest(
            .get,
            "http://127.0.0.1:\(ports.standIn)/standin/captures"
        )
        guard let response = try? await client.send(request), response.status == 200 else {
            return nil
        }
        var limits = JSONLimits()
        limits.byteCountMax = 64 << 20
        limits.valueCountMax = 4_000_000
        guard let document = try? JSONReader.read(response.body, limits: limits) else { return nil }
        let ours = Set(bookings.map { $0.id.suffix(26).prefix(10) })
        var sum: Int64 = 0
        for capture in document.elements ?? [] {
            guard let payment = capture["custom_id"]?.text,
                ours.contains(payment.suffix(26).prefix(10)),
                let amount = capture["amount"]?.whole
            else { continue }
            sum += amount
        }
        return sum
    }
}
