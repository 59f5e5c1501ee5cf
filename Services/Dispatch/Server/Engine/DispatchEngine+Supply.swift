internal import Delivery
internal import DispatchCore
internal import Geo
internal import Messages
internal import Model
internal import ServiceRuntime
internal import Storage
internal import Timekeeping
internal import WireFormat

extension DispatchEngine {
    mutating func setShift(
        _ request: SetShiftRequest,
        _ name: CommandName,
        _ command: Command,
        at moment: EngineMoment
    ) -> [EngineOutput] {
        guard !request.shift.isNone, !request.driver.isNone else {
            return finish(name, CommandReply(.invalidArgument))
        }
        let tenant = command.tenant
        if request.isOnDuty {
            guard let state = makeState(of: tenant), hasRoom(for: request.driver, in: state) else {
                return finish(name, CommandReply(.resourceExhausted))
            }
        }
        return record(
            name,
            at: moment,
            again: { session throws(StorageError) in
                let shift = try ShiftRows.find(request.shift, of: tenant, in: session)
                return .shifts(shift.map { [$0] } ?? [])
            },
            { session throws(StorageError) in
                try ShiftOperations.set(request, of: tenant, at: moment.business, in: session)
            }
        )
    }

    private func hasRoom(for driver: DriverID, in state: TenantState) -> Bool {
        state.market.board.slot(of: driver) != nil
            || state.market.board.count < policy.driversMax
    }

    mutating func applyRoster(
        _ request: ApplyRosterRequest,
        _ name: CommandName,
        _ command: Command,
        at moment: EngineMoment
    ) -> [EngineOutput] {
        guard RosterOperations.isStorable(request), makeState(of: command.tenant) != nil else {
            return finish(name, CommandReply(.invalidArgument))
        }
        let tenant = command.tenant
        return record(
            name,
            at: moment,
            again: { session throws(StorageError) in
                .shifts(try RosterOperations.shifts(request, of: tenant, in: session))
            },
            { session throws(StorageError) in
                try RosterOperations.apply(request, of: tenant, at: moment.business, in: session)
            }
        )
    }

    mutating func applyTariff(
        _ request: ApplyTariffRequest,
        _ name: CommandName,
        _ command: Command,
        at moment: EngineMoment
    ) -> [EngineOutput] {
        guard let tariff = StoredTariff(request), makeState(of: command.tenant) != nil else {
            return finish(name, CommandReply(.invalidArgument))
        }
        let tenant = command.tenant
        return record(
            name,
            at: moment,
            again: { _ throws(StorageError) in .tariff(tariff) },
            { session throws(StorageError) in
                let known = try TariffRows.versions(of: tenant, tariff.vehicleClass, in: session)
                if known.contains(tariff) {
                    return JobOutcome(.none, reply: CommandReply(encoding: Acknowledgement()))
                }
                if let last = known.last, last.tariff.version >= tariff.tariff.version {
                    let reply = CommandReply(.failedPrecondition, .revisionStale)
                    return JobOutcome(.none, reply: reply)
                }
                try TariffRows.insert(tariff, of: tenant, in: session)
                return JobOutcome(
                    .tariff(tariff),
                    reply: CommandReply(encoding: Acknowledgement())
                )
            }
        )
    }

    /// Lets market and followers know of a shift that is stored.
    mutating func takeOver(_ shift: StoredShift, at moment: EngineMoment) -> [EngineOutput] {
        guard let state = makeState(of: shift.tenant) else { return [] }
        // Followers see every place of the feed; the board takes the last word alone.
        var outputs: [EngineOutput] = [.shift(shift)]
        guard state.note(shift) else { return outputs }
        if shift.closedAt == nil {
            seat(shift, in: state, at: moment)
        } else {
            let wanted = state.market.closeShift(of: shift.driver, at: moment.business)
            outputs += process(wanted, of: state, nil, at: moment)
        }
        return outputs
    }

    /// Gives the driver of an open shift his place on the board, and his fixes a way there.
    mutating func seat(_ shift: StoredShift, in state: TenantState, at moment: EngineMoment) {
        do throws(Refusal) {
            let record = try DriverRecord(
                driver: shift.driver,
                vehicle: shift.vehicle,
                vehicleClass: shift.vehicleClass,
                // Below one star is a rating that nobody can give; the roster's range starts at 0.
                ratingHundredths: shift.ratingHundredths == 0
                    ? 0 : max(100, shift.ratingHundredths),
                shift: shift.shift
            )
            let slot = try state.market.openShift(record, at: moment.business)
            let index = Int(shift.reference.rawValue)
            if index >= fixTargets.count {
                fixTargets += Array(repeating: nil, count: index + 1 - fixTargets.count)
            }
            fixTargets[index] = FixTarget(state: state, slot: slot)
        } catch {
            counters.fullBoardCount += 1
        }
    }
}

extension StoredTariff {
    /// The tariff that a message describes; `nil` where a rate or its currency is missing or out of range.
    fileprivate init?(_ request: ApplyTariffRequest) {
        guard let currency = request.currency, request.version > 0,
            request.vehicleClass == .unspecified || request.vehicleClass.known != nil,
            let tariff = Tariff(
                version: request.version,
                currency: currency,
                baseMinorUnits: request.baseMinorUnits,
                perKilometerMinorUnits: request.perKilometerMinorUnits,
                perMinuteMinorUnits: request.perMinuteMinorUnits,
                minimumMinorUnits: request.minimumMinorUnits
            )
        else { return nil }
        self.init(
            tariff: tariff,
            vehicleClass: VehicleClass(rawValue: request.vehicleClass.rawValue),
            validFrom: request.validFrom,
            terms: BookingTerms(
                patienceSeconds: Int32(clamping: request.patienceSeconds),
                absenceSeconds: Int32(clamping: request.absenceSeconds),
                absenceFeeBasisPoints: Int32(request.absenceFeeBasisPoints)
            ),
            commissionBasisPoints: request.commissionBasisPoints,
            taxBasisPoints: request.taxBasisPoints
        )
    }
}
