internal import Crypto
package import HTTP
internal import HTTPClient
package import Model

/// Provisions fleets through the administrator's interface, and asks for drivers' tokens.
package struct FleetAdmin: Sendable {
    /// What the gateway calls a fleet's parts, by the fleet's own names.
    package struct Names: Sendable {
        /// The drivers.
        package var drivers: [String: DriverID] = [:]
        /// The vehicles.
        package var vehicles: [String: VehicleID] = [:]
    }

    private let gateway: GatewayClient
    private let adminKey: String

    /// An administrator of `gateway`.
    package init(_ gateway: GatewayClient, adminKey: String) {
        self.gateway = gateway
        self.adminKey = adminKey
    }

    private func path(_ tenant: UInt64) -> String { "/v1/admin/tenants/\(tenant)" }

    /// Sends a tenant's document; the same document again changes nothing.
    package func apply(tenant: UInt64, document: [UInt8]) async throws(OperatorError) -> JSONValue {
        try await gateway.require(.put, path(tenant), key: adminKey, body: document)
    }

    /// The tenant as the gateway has it.
    package func show(tenant: UInt64) async throws(OperatorError) -> JSONValue {
        let answer = try await gateway.send(.get, path(tenant), key: adminKey)
        guard answer.status != 404 else { throw Self.unknown(tenant) }
        return try answer.required(.get, path(tenant))
    }

    /// An administrator's key sees every tenant: what it does not see is not there.
    static func unknown(_ tenant: UInt64) -> OperatorError {
        OperatorError(
            "There is no tenant \(tenant).",
            advice: "Check the number; `nexors tenant apply FILE` makes one."
        )
    }

    /// What the gateway calls the tenant's drivers and vehicles.
    package func names(tenant: UInt64) async throws(OperatorError) -> Names {
        let document = try await show(tenant: tenant)
        var names = Names()
        for item in document["drivers"]?.elements ?? [] {
            guard let reference = item["reference"]?.text,
                let id = item["id"]?.text.flatMap({ DriverID($0) })
            else { continue }
            names.drivers[reference] = id
        }
        for item in document["vehicles"]?.elements ?? [] {
            guard let reference = item["reference"]?.text,
                let id = item["id"]?.text.flatMap({ VehicleID($0) })
            else { continue }
            names.vehicles[reference] = id
        }
        return names
    }

    /// The ledger's sums of a tenant.
    package func ledger(tenant: UInt64) async throws(OperatorError) -> JSONValue {
        try await gateway.require(.get, "\(path(tenant))/ledger", key: adminKey)
    }

    /// What the tenant owes for a month, `2026-11`.
    package func statement(
        tenant: UInt64,
        month: String
    ) async throws(OperatorError) -> JSONValue {
        try await gateway.require(
            .get,
            "\(path(tenant))/statement?month=\(month)",
            key: adminKey
        )
    }

    /// What the services count, of a tenant where they count by tenant.
    package func figures(tenant: UInt64) async throws(OperatorError) -> JSONValue {
        try await gateway.require(.get, "\(path(tenant))/figures", key: adminKey)
    }

    // MARK: - Drivers

    /// A token for a driver's phone, by a key of his fleet.
    package func driverToken(
        _ driver: DriverID,
        key: String
    ) async throws(OperatorError) -> [UInt8] {
        let answer = try await gateway.require(
            .post,
            "/v1/drivers/\(driver)/token",
            key: key
        )
        guard let text = answer["token"]?.text, let bytes = Base64.decode(text, .url) else {
            throw OperatorError("The gateway's token for \(driver) cannot be read.")
        }
        return bytes
    }
}
