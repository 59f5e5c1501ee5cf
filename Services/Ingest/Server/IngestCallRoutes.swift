package import Calls
internal import Geo
internal import IngestCore
internal import Messages
internal import Model
internal import Timekeeping
internal import WireFormat

/// The methods of ingest, bound to what serves them: two tables, since phones and services come by two doors.
package struct IngestCallRoutes {
    let engine: LocationEngine
    let relay: DispatchRelay
    let zones: ZoneService

    /// Both tables, over what serves them.
    package init(engine: LocationEngine, relay: DispatchRelay, zones: ZoneService) {
        self.engine = engine
        self.relay = relay
        self.zones = zones
    }

    /// What drivers' phones may call.
    package func edge() -> CallRoutes {
        let (engine, relay) = (engine, relay)
        var routes = CallRoutes()
        routes.callback(IngestMethods.streamLocations) { (call) throws(CallError) in
            try engine.open(call)
        }
        routes.serverStream(IngestMethods.driverOffers) {
            (stream, request) async throws(CallError) in
            try await relay.offers(stream, request)
        }
        routes.unaryBytes(IngestMethods.driverAnswerOffer) {
            (context, body) async throws(CallError) in
            let answer = try Self.decode(OfferAnswer.self, body)
            return try await relay.call(
                DispatchMethods.answerOffer.descriptor,
                body,
                naming: answer.driver,
                context
            )
        }
        routes.unaryBytes(IngestMethods.driverTripProgress) {
            (context, body) async throws(CallError) in
            let report = try Self.decode(TripProgressReport.self, body)
            return try await relay.call(
                DispatchMethods.reportTripProgress.descriptor,
                body,
                naming: report.driver,
                context
            )
        }
        routes.unaryBytes(IngestMethods.driverSetShift) { (context, body) async throws(CallError) in
            let request = try Self.decode(SetShiftRequest.self, body)
            let answer = try await relay.call(
                DispatchMethods.setShift.descriptor,
                body,
                naming: request.driver,
                context
            )
            // His first fixes follow at once, perhaps ahead of dispatch's stream of shifts.
            if let reply = try? SetShiftReply(decoding: answer) {
                engine.apply(
                    reply,
                    vehicle: request.vehicle,
                    driver: request.driver,
                    context.tenant
                )
            }
            return answer
        }
        return routes
    }

    /// What the other services may call.
    package func inside() -> CallRoutes {
        let (engine, zones) = (engine, zones)
        var routes = CallRoutes()
        routes.callback(IngestMethods.subscribeFixes) { (call) throws(CallError) in
            try engine.openFeed(call)
        }
        routes.synchronous(IngestMethods.coversPoint) { (context, request) throws(CallError) in
            try zones.covers(request, context)
        }
        routes.clientStream(IngestMethods.putZones) { (stream) async throws(CallError) in
            try await zones.put(stream)
        }
        routes.synchronous(IngestMethods.getLastFix) { (context, request) throws(CallError) in
            try Self.lastFix(request, context, engine)
        }
        routes.synchronous(IngestMethods.status) { [self] (_, _) throws(CallError) in status() }
        return routes
    }

    private static func decode<Request: WireMessage>(
        _ type: Request.Type,
        _ body: [UInt8]
    ) throws(CallError) -> Request {
        do {
            return try Request(decoding: body)
        } catch {
            throw CallError(
                .invalidArgument,
                "\(Request.name) is refused: \(error)",
                isNotProcessed: true
            )
        }
    }

    private static func lastFix(
        _ request: GetLastFixRequest,
        _ context: CallContext,
        _ engine: LocationEngine
    ) throws(CallError) -> GetLastFixReply {
        guard context.tenant != .none else { throw .noTenant }
        // Another fleet's driver and an unknown one are the same to whoever asks.
        guard let last = engine.lastFix(of: request.driver, tenant: context.tenant),
            let position = GeoPoint(
                latitudeE7: last.fix.latitudeE7,
                longitudeE7: last.fix.longitudeE7
            )
        else {
            throw CallError(
                .notFound,
                "nothing is known of this driver's position",
                subCode: IngestSubCode.noFix.rawValue
            )
        }
        return .with {
            $0.driver = request.driver
            $0.driverReference = last.reference
            $0.position = position
            $0.measuredAt = Self.moment(last.fix.measuredAt)
            $0.receivedAt = Self.moment(last.receivedAt)
            $0.sequence = last.fix.sequence
            $0.speedCentimetersPerSecond = last.fix.speed
            $0.headingHundredthsOfDegree = last.fix.heading
            $0.accuracyDecimeters = last.fix.accuracy
            $0.status = WireEnum(rawValue: last.fix.status)
        }
    }

    private static func moment(_ milliseconds: Int64) -> WallTime {
        WallTime(microseconds: milliseconds.multipliedReportingOverflow(by: 1000).partialValue)
    }

    /// Ingest in figures.
    private func status() -> IngestStatusReply {
        let counts = engine.verdictCounts
        func count(_ verdict: FixVerdict) -> UInt64 { counts[Int(verdict.rawValue)] }
        return .with {
            $0.streamCount = UInt32(clamping: engine.streamCount)
            $0.offerStreamCount = UInt32(clamping: relay.counters.offerStreamCount)
            $0.subscriberCount = UInt32(clamping: engine.subscriberCount)
            $0.zoneCount = UInt32(clamping: zones.count)
            $0.batchTotal = engine.counters.batchCount
            $0.liveTotal = count(.live)
            $0.lateTotal = count(.late)
            $0.duplicateTotal = count(.duplicate)
            $0.unknownReferenceTotal = count(.unknownReference)
            $0.offDutyTotal = count(.offDuty)
            $0.zeroIslandTotal = count(.zeroIsland)
            $0.outOfRangeTotal = count(.outOfRange)
            $0.futureTotal = count(.future)
            $0.tooOldTotal = count(.tooOld)
            $0.foreignReferenceTotal = count(.foreignReference)
        }
    }
}
