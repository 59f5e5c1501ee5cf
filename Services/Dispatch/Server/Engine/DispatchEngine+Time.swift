internal import DispatchCore
package import Timekeeping

extension DispatchEngine {
    /// Business time was set back to `now`: no market goes on waiting for what it took for the present.
    package mutating func timeSetBack(to now: WallTime) {
        for tenant in tenantOrder { tenants[tenant]?.market.timeSetBack(to: now) }
    }
}
