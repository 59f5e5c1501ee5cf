internal import BillingCore
package import Delivery
internal import DeliverySQL
internal import Messages
internal import Model
internal import Money
internal import ServiceRuntime
package import Storage
package import Timekeeping
internal import WireFormat

/// What billing does with commands, one transaction each.
///
/// The inbox around it makes each key count once; beyond that a trip's own id does.
package struct BillingCommands: CommandHandler {
    /// Commands without a state of their own.
    package init() {}

    package func handle(
        _ command: Command,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> CommandReply {
        switch command.method {
        case BillingMethods.recordTripUsage.descriptor.id:
            guard let report = try? TripUsageReport(decoding: command.body) else { break }
            return try record(report, of: command.tenant, in: session)
        case BillingMethods.applyPlan.descriptor.id:
            guard let request = try? ApplyPlanRequest(decoding: command.body) else { break }
            return try apply(request, of: command.tenant, in: session)
        default:
            return CommandReply(.unimplemented)
        }
        return CommandReply(.invalidArgument)
    }

    private func record(
        _ report: TripUsageReport,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> CommandReply {
        guard let currency = report.currency, !report.trip.isNone else {
            try BillingCounter.refused.increment(of: tenant, in: session)
            return CommandReply(.invalidArgument, .fareInvalid)
        }
        guard let plan = try PlanTable.find(of: tenant, in: session) else {
            // Transient: provisioning may not have come through yet, and no commission may get lost.
            return CommandReply(.unavailable, .planUnknown)
        }
        let usage = TripUsage(
            trip: report.trip,
            booking: report.booking,
            completedAt: report.completedAt,
            fare: Amount(minorUnits: report.fareMinorUnits, currency: currency)
        )
        let existing = try UsageTable.find(report.trip, of: tenant, in: session)
        let closed = try ClosedStatementTable.last(of: tenant, in: session)
        let decision: UsageDecision
        do throws(UsageRefusal) {
            decision = try UsageRule.decide(
                on: usage,
                existing: existing,
                plan: plan.plan,
                closedThrough: closed.flatMap {
                    BillingMonth(
                        year: $0 / 12,
                        month: $0 % 12 + 1,
                        offsetSeconds: plan.offsetSeconds
                    )
                },
                offsetSeconds: plan.offsetSeconds
            )
        } catch {
            try BillingCounter.refused.increment(of: tenant, in: session)
            return CommandReply(.failedPrecondition, BillingSubCode(rawValue: error.rawValue))
        }
        switch decision {
        case .repeated:
            try BillingCounter.repeated.increment(of: tenant, in: session)
        case .counted(let line):
            let details = TripDetails(
                partner: report.partner,
                driver: report.driver,
                distanceMeters: report.distanceMeters,
                durationMilliseconds: report.durationMilliseconds,
                vehicleClass: report.vehicleClass.rawValue
            )
            try UsageTable.insert(
                line,
                details,
                planVersion: plan.version,
                of: tenant,
                in: session
            )
        }
        return CommandReply(encoding: Acknowledgement())
    }

    private func apply(
        _ request: ApplyPlanRequest,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> CommandReply {
        let fees = request.tripFees.compactMap { fee in
            fee.currency.map { Amount(minorUnits: fee.amountMinorUnits, currency: $0) }
        }
        guard fees.count == request.tripFees.count,
            BillingMonth.offsetSecondsRange.contains(request.offsetSeconds),
            let plan = BillingPlan(
                commissionBasisPoints: Int32(request.commissionBasisPoints),
                taxBasisPoints: Int32(request.taxBasisPoints),
                tripFees: fees.sorted { $0.currency.numericCode < $1.currency.numericCode }
            )
        else { return CommandReply(.invalidArgument) }
        let wanted = StoredPlan(
            plan: plan,
            version: request.version,
            name: request.planName,
            validFrom: request.validFrom,
            offsetSeconds: request.offsetSeconds
        )
        if let stored = try PlanTable.find(of: tenant, in: session) {
            guard stored.version < wanted.version || stored == wanted else {
                return CommandReply(.failedPrecondition, .revisionStale)
            }
        }
        try PlanTable.put(wanted, of: tenant, in: session)
        return CommandReply(encoding: Acknowledgement())
    }
}

extension CommandReply {
    /// A refusal, where there is one with a code of this service.
    init(_ code: StatusCode, _ subCode: BillingSubCode?) {
        self.init(code, subCode: subCode?.rawValue ?? 0)
    }
}
