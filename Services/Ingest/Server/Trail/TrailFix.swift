package import IngestCore

/// One fix of a driver on a trip, to be kept.
package struct TrailFix: Hashable, Sendable {
    /// Whose, and in which shift.
    package let duty: Duty
    /// What was measured.
    package let fix: Fix
    /// When it came, business time, milliseconds since the Unix epoch.
    package let receivedAt: Int64

    /// A fix of a trip that came at `receivedAt`, business time, milliseconds since the Unix epoch.
    package init(duty: Duty, fix: Fix, receivedAt: Int64) {
        self.duty = duty
        self.fix = fix
        self.receivedAt = receivedAt
    }
}
