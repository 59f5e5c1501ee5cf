package import Model
package import Storage
package import Timekeeping

/// One command of a tenant's provisioning, on its way to its owner.
package struct ProvisioningStep: Hashable, Sendable {
    /// How far it has come.
    package enum State: Int64, Sendable {
        case waiting = 1
        case delivered = 2
        /// The owner refused it for good; the code says why.
        case refused = 3
    }

    /// The key of the command.
    package var key: IdempotencyKey
    /// Whose state it changes.
    package var destination: ServiceName
    /// What it sets: "roster 1", "zone Centre".
    package var what: String
    /// How far it has come.
    package var state: State
    /// The status code of a refusal.
    package var code: UInt16 = 0
    /// The owner's own finer code.
    package var subCode: UInt16 = 0
}

/// What was sent to the owners, by tenant and revision.
package enum ProvisioningTable {
    /// Adds a step that waits.
    package static func insert(
        _ step: ProvisioningStep,
        of tenant: TenantID,
        revision: UInt32,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            """
            INSERT INTO provisioning_steps (tenant, revision, idempotency_key, destination, what,
                state, code, sub_code, changed_at)
            VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7)
            """,
            [
                .tenant(tenant), .integer(Int64(revision)), .id(step.key),
                .integer(Int64(step.destination.rawValue)), .text(step.what),
                .integer(step.state.rawValue), .time(now),
            ]
        )
    }

    /// Notes what became of the command with this key.
    package static func settle(
        _ key: IdempotencyKey,
        of tenant: TenantID,
        _ state: ProvisioningStep.State,
        code: UInt16 = 0,
        subCode: UInt16 = 0,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            """
            UPDATE provisioning_steps SET state = $1, code = $2, sub_code = $3, changed_at = $4
            WHERE tenant = $5 AND idempotency_key = $6
            """,
            [
                .integer(state.rawValue), .integer(Int64(code)), .integer(Int64(subCode)),
                .time(now), .tenant(tenant), .id(key),
            ]
        )
    }

    /// The steps of a revision, in the order of their making.
    package static func steps(
        of tenant: TenantID,
        revision: UInt32,
        in session: any SQLSession
    ) throws(StorageError) -> [ProvisioningStep] {
        let rows = try session.query(
            """
            SELECT idempotency_key, destination, what, state, code, sub_code
            FROM provisioning_steps WHERE tenant = $1 AND revision = $2 ORDER BY idempotency_key
            """,
            [.tenant(tenant), .integer(Int64(revision))]
        )
        var steps: [ProvisioningStep] = []
        for row in rows {
            guard let destination = ServiceName(rawValue: try row.number(1)),
                let state = ProvisioningStep.State(rawValue: try row.integer(3))
            else { throw StorageError(.corrupt, "a provisioning step is damaged") }
            steps.append(
                ProvisioningStep(
                    key: try row.id(0),
                    destination: destination,
                    what: try row.text(2),
                    state: state,
                    code: try row.number(4),
                    subCode: try row.number(5)
                )
            )
        }
        return steps
    }

    /// Forgets the steps of revisions before `revision`.
    package static func purge(
        of tenant: TenantID,
        before revision: UInt32,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            "DELETE FROM provisioning_steps WHERE tenant = $1 AND revision < $2",
            [.tenant(tenant), .integer(Int64(revision))]
        )
    }
}
