import Calls
import Geo
import Messages
import Model
import ServiceRuntime
import WireFormat

/// What the gateway calls of ingest, payments and billing, and of each service about itself.
extension StubServices {
    func addIngest(_ routes: inout CallRoutes) {
        routes.unary(IngestMethods.coversPoint) {
            [self] (context, request) async throws(CallError) in
            if with({ $0.ingestFails }) { throw CallError(.unavailable, "down") }
            let point = request.position
            let coversNothing = with { $0.coversNothing }
            return .with { reply in
                reply.isCovered =
                    !coversNothing && Self.covered.latitude.contains(point.latitudeE7)
                    && Self.covered.longitude.contains(point.longitudeE7)
            }
        }
        routes.clientStream(IngestMethods.putZones) { [self] (stream) async throws(CallError) in
            var chunks: [ZoneChunk] = []
            while let message = try await stream.next() {
                if let chunk = try? ZoneChunk(decoding: message) { chunks.append(chunk) }
            }
            let received = chunks
            with { state in
                state.commands.append("zone")
                if let zone = received.first?.zone { state.zones[zone] = received }
            }
            return PutZonesReply.with { $0.zoneCount = 1 }
        }
        routes.unary(IngestMethods.status) { (_, _) async throws(CallError) in
            IngestStatusReply.with { $0.zoneCount = 1 }
        }
    }

    func addPayments(_ routes: inout CallRoutes) {
        routes.unary(PaymentsMethods.applyPaymentAccount) {
            [self] (_, request) async throws(CallError) in
            with { $0.commands.append("account \(request.isActive) \(request.vaultToken)") }
            return Acknowledgement()
        }
        routes.unary(PaymentsMethods.ledgerSummary) { (_, request) async throws(CallError) in
            .with { reply in
                reply.isBalanced = true
                reply.postingCount = 2
            }
        }
        routes.unary(PaymentsMethods.status) { (_, _) async throws(CallError) in
            PaymentsStatusReply()
        }
    }

    func addBilling(_ routes: inout CallRoutes) {
        routes.unary(BillingMethods.applyPlan) { [self] (_, request) async throws(CallError) in
            with { $0.commands.append("plan \(request.version)") }
            return Acknowledgement()
        }
        routes.unary(BillingMethods.getStatement) { (_, request) async throws(CallError) in
            .with { reply in
                reply.year = request.year
                reply.month = request.month
            }
        }
        routes.unary(BillingMethods.status) { (_, _) async throws(CallError) in
            BillingStatusReply()
        }
    }

    func addControl(_ routes: inout CallRoutes) {
        routes.unary(ControlMethods.status) { (_, _) async throws(CallError) in
            ServiceStatusReply.with { $0.isReady = true }
        }
        routes.unary(ControlMethods.setBusinessTime) {
            [self] (_, request) async throws(CallError) in
            with { $0.businessTimes.append(request) }
            return SetBusinessTimeReply()
        }
    }
}
