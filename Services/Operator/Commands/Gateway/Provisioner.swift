internal import HTTP
internal import HTTPClient
internal import Model
internal import Timekeeping

/// Brings a fleet of ours into being: its document, its key, and the wait until all services have it.
package struct Provisioner: Sendable {
    private let installation: Installation
    private let admin: FleetAdmin
    private let gateway: GatewayClient
    private let context: OperatorContext

    /// How long the services may take to take over a fleet; a thousand vehicles take seconds, on a machine that has
    /// other work more.
    private static let settleTime = Duration.seconds(180)

    /// A provisioner.
    package init(
        _ installation: Installation,
        _ gateway: GatewayClient,
        adminKey: String,
        _ context: OperatorContext
    ) {
        self.installation = installation
        self.gateway = gateway
        admin = FleetAdmin(gateway, adminKey: adminKey)
        self.context = context
    }

    /// Applies `plan` and returns the API key of its partner, the kept one where it still works.
    package func provision(_ plan: FleetPlan) async throws(OperatorError) -> String {
        let key = try await apply(plan)
        try await waitUntilSettled(plan)
        return key
    }

    private func apply(_ plan: FleetPlan) async throws(OperatorError) -> String {
        if let kept = installation.tenantKey(plan.tenant) {
            _ = try await admin.apply(
                tenant: plan.tenant,
                document: plan.document(keyReference: kept.reference)
            )
            let answer = try await gateway.send(.get, "/v1/bookings?limit=1", key: kept.text)
            if answer.status == 200 { return kept.text }
        }
        // The gateway shows a key once. Where ours is lost, or the store is another, a key of a new name takes its
        // place.
        let reference = "nexors-\(context.time.wallTime.microseconds / 1_000_000)"
        let answer = try await admin.apply(
            tenant: plan.tenant,
            document: plan.document(keyReference: reference)
        )
        let made = (answer["keys"]?.elements ?? []).first { $0["reference"]?.text == reference }
        guard let text = made?["secret"]?.text else {
            throw OperatorError("The gateway's answer to the fleet \(plan.name) shows no key.")
        }
        try installation.keepTenantKey(
            Installation.TenantKey(text: text, reference: reference),
            of: plan.tenant
        )
        return text
    }

    private func waitUntilSettled(_ plan: FleetPlan) async throws(OperatorError) {
        let deadline = context.time.now.advanced(by: Self.settleTime)
        var open: Int64 = 0
        while context.time.now < deadline {
            let steps = try await admin.show(tenant: plan.tenant)["provisioning"]
            if let refused = steps?["refused"]?.whole, refused > 0 {
                let parts = (steps?["open"]?.elements ?? []).filter {
                    $0["state"]?.text == "refused"
                }
                let names = parts.prefix(3).map {
                    "\($0["service"]?.text ?? "?"): \($0["what"]?.text ?? "?")"
                }
                throw OperatorError(
                    "Parts of the fleet \(plan.name) are refused: \(names.joined(separator: ", ")).",
                    advice: "`nexors tenant show \(plan.tenant)` shows all of them."
                )
            }
            open = steps?["waiting"]?.whole ?? 0
            if open == 0 { return }
            context.console.show("provisioning \(plan.name): \(open) parts are on their way")
            guard await context.sleep(.milliseconds(200)) else {
                throw OperatorError("Stopped while \(plan.name) was being provisioned.")
            }
        }
        throw OperatorError(
            "The fleet \(plan.name) is not complete after \(Figures.time(Self.settleTime)): "
                + "\(open) parts are on their way.",
            advice: "`nexors status` shows which service is behind."
        )
    }
}
