internal import Calls
internal import Crypto
internal import GatewayCore
internal import HTTP
internal import Messages
internal import Model
internal import Money
internal import ServiceRuntime
internal import Storage
internal import Telemetry
internal import Timekeeping
internal import WireFormat

/// Drivers' tokens, and what the operator does.
extension GatewayAPI {
    /// `POST /v1/drivers/{id}/token`.
    func createDriverToken(_ call: APICall) throws(Problem) -> HTTPOutcome {
        let credential = try call.caller()
        guard let driver = DriverID(call.captures["id"]) else { throw .hidden }
        return .later { () async throws(Problem) in
            let found = try await self.read(for: call) { session throws(StorageError) in
                try FleetTable.find(
                    .driver,
                    bits: driver.bits,
                    of: credential.tenant,
                    in: session
                )
            }
            guard let found, found.isActive else { throw .hidden }
            return try self.driverToken(driver, credential.tenant, call)
        }
    }

    private func driverToken(
        _ driver: DriverID,
        _ tenant: TenantID,
        _ call: APICall
    ) throws(Problem) -> HTTPResponse {
        let now = realNow
        let expiresAt = now.advanced(by: TokenContext.driverLife)
        var random = SecureRandom()
        let token = DriverToken.with { token in
            token.tenant = tenant
            token.driver = driver
            token.scopes = TokenScopes.drive.rawValue
            token.audience = RegistryService.ingest.rawValue
            token.issuedAt = now
            token.expiresAt = expiresAt
            token.nonce = random.next()
        }
        let signed: [UInt8]
        do throws(CryptoError) {
            signed = try parts.tokenSigner.sign(token)
        } catch {
            throw mistake("a driver token cannot be signed: \(error.message)", about: call)
        }
        var json = JSONWriter()
        json.beginObject()
        json.member("driver_id", driver.description)
        json.member("token", Base64.encode(signed, .url))
        json.member("expires_at", expiresAt)
        json.endObject()
        return .json(json.finish(), status: .created)
    }

    // MARK: - Tenants

    static let tenantNumberMax: UInt64 = 1 << 53 - 1

    private static func tenant(_ call: APICall) throws(Problem) -> TenantID {
        let text = call.captures["id"]
        // Without signs and leading zeros: one path for one tenant.
        guard let number = UInt64(text), (1...tenantNumberMax).contains(number), "\(number)" == text
        else { throw .hidden }
        return TenantID(number)
    }

    /// `PUT /v1/admin/tenants/{id}`.
    func putTenant(_ call: APICall) throws(Problem) -> HTTPOutcome {
        let tenant = try Self.tenant(call)
        let body = call.request.body
        return .later { () async throws(Problem) in
            let document = try TenantDocument(body)
            let applied: TenantProvisioner.Applied
            do throws(StorageError) {
                applied = try await self.parts.provisioner.apply(
                    document,
                    to: tenant,
                    fingerprint: SHA256Digest.of(body).bytes,
                    now: self.realNow,
                    businessNow: self.now
                )
            } catch {
                self.log(
                    .error,
                    "a tenant is not applied",
                    about: call,
                    [GatewayLog.reason(error.message), GatewayLog.tenant(tenant.rawValue)]
                )
                throw Problem(error)
            }
            self.parts.wakeOutbox()
            self.parts.feeds.follow(tenant, after: 0)
            return try await self.tenantResponse(tenant, applied, call)
        }
    }

    /// `GET /v1/admin/tenants/{id}`.
    func getTenant(_ call: APICall) throws(Problem) -> HTTPOutcome {
        let tenant = try Self.tenant(call)
        return .later { () async throws(Problem) in
            try await self.tenantResponse(tenant, nil, call)
        }
    }

    private func tenantResponse(
        _ tenant: TenantID,
        _ applied: TenantProvisioner.Applied?,
        _ call: APICall
    ) async throws(Problem) -> HTTPResponse {
        let view = try await read(for: call) { session throws(StorageError) in
            try TenantView(tenant, in: session)
        }
        guard let view else { throw .hidden }
        return .json(view.encoded(applied))
    }

    /// `GET /v1/admin/tenants/{id}/ledger`.
    func getLedger(_ call: APICall) throws(Problem) -> HTTPOutcome {
        let tenant = try Self.tenant(call)
        let code = try call.request.queryValue("currency")
        guard let facts = parts.provisioner.tenant(tenant) else { throw .hidden }
        let wanted = code.map { Currency(code: $0) } ?? facts.currency
        guard let currency = wanted else {
            throw Problem(.unknownCurrency, "There is no such currency.")
        }
        return .later { () async throws(Problem) in
            let reply = try await self.ask(
                PaymentsMethods.ledgerSummary,
                of: .payments,
                LedgerSummaryRequest.with { $0.currency = currency },
                self.operatorOptions(call, of: tenant),
                for: call
            )
            return .json(AdminDocument.ledger(reply))
        }
    }

    /// `GET /v1/admin/tenants/{id}/statement`.
    func getStatement(_ call: APICall) throws(Problem) -> HTTPOutcome {
        let tenant = try Self.tenant(call)
        guard parts.provisioner.tenant(tenant) != nil else { throw .hidden }
        var civil = CivilTime(now)
        if let month = try call.request.queryValue("month") {
            let parts = month.split(separator: "-", omittingEmptySubsequences: false)
            guard month.utf8.count == 7, parts.count == 2, let year = Int(parts[0]),
                let number = Int(parts[1]), (2000...9999).contains(year), (1...12).contains(number)
            else { throw Problem(.invalidRequest, "`month` is a month such as 2026-11.") }
            civil.year = year
            civil.month = number
        }
        let (year, month) = (UInt16(clamping: civil.year), UInt8(clamping: civil.month))
        return .later { () async throws(Problem) in
            let reply = try await self.ask(
                BillingMethods.getStatement,
                of: .billing,
                GetStatementRequest.with { request in
                    request.year = year
                    request.month = month
                },
                self.operatorOptions(call, of: tenant),
                for: call
            )
            return .json(AdminDocument.statement(reply))
        }
    }

    /// `GET /v1/admin/tenants/{id}/figures`.
    func getFigures(_ call: APICall) throws(Problem) -> HTTPOutcome {
        let tenant = try Self.tenant(call)
        guard parts.provisioner.tenant(tenant) != nil else { throw .hidden }
        return .later { () async throws(Problem) in
            let options = self.operatorOptions(call, of: tenant)
            let request = StatusRequest()
            let dispatch = try await self.ask(
                DispatchMethods.status,
                of: .dispatch,
                request,
                options,
                for: call
            )
            let ingest = try await self.ask(
                IngestMethods.status,
                of: .ingest,
                request,
                options,
                for: call
            )
            let payments = try await self.ask(
                PaymentsMethods.status,
                of: .payments,
                request,
                options,
                for: call
            )
            let billing = try await self.ask(
                BillingMethods.status,
                of: .billing,
                request,
                options,
                for: call
            )
            return .json(AdminDocument.figures(dispatch, ingest, payments, billing))
        }
    }

    // MARK: - The system

    /// `GET /v1/admin/status`.
    func getStatus(_ call: APICall) throws(Problem) -> HTTPOutcome {
        .later { () async throws(Problem) in
            var statuses: [(ServiceName, ServiceStatusReply?)] = [
                (.gateway, self.parts.control.status())
            ]
            for service in PeerClients.services {
                var reply: ServiceStatusReply?
                do throws(CallError) {
                    reply = try await self.peers.call(
                        ControlMethods.status,
                        of: service,
                        StatusRequest(),
                        self.operatorOptions(call, connectionWait: .zero)
                    )
                } catch {
                    // A silent peer is what the answer is there to show.
                    reply = nil
                }
                statuses.append((service, reply))
            }
            return .json(AdminDocument.status(statuses))
        }
    }

    /// `POST /v1/admin/business-time`.
    func setBusinessTime(_ call: APICall) throws(Problem) -> HTTPOutcome {
        guard parts.configuration.common.deployment != .production else {
            throw Problem(.production, "Business time is real time in production.")
        }
        let value = try RequestReading.object(call.request.body)
        let realNow = realNow
        let current = parts.businessTime.current
        let request = try RequestReading.take { () throws(JSONFault) -> SetBusinessTimeRequest in
            var object = try JSONObjectReader(value, at: "")
            var request = SetBusinessTimeRequest()
            request.businessOrigin = try object.time("business_origin")
            request.realOrigin = try object.time(ifPresent: "real_origin") ?? realNow
            let factor = try object.integer(ifPresent: "factor", in: 1...BusinessClock.factorMax)
            request.factor = UInt32(clamping: factor ?? 1)
            // Above what this gateway and, by the clock, any former one has set.
            request.revision = max(current.revision + 1, UInt64(max(0, realNow.microseconds)))
            try object.finish()
            return request
        }
        return .later { () async throws(Problem) in
            try await self.relayBusinessTime(request, call)
        }
    }

    /// Where business time may be set to, seconds since the Unix epoch: 2000-01-01 to 2899-12-31. Months of billing end
    /// with 2999, and a rehearsal at 3600 times the speed takes ten days for the century in between.
    private static let businessSeconds: Range<Int64> = 946_684_800..<29_348_006_400

    private func relayBusinessTime(
        _ request: SetBusinessTimeRequest,
        _ call: APICall
    ) async throws(Problem) -> HTTPResponse {
        guard
            let clock = BusinessClock(
                realOrigin: request.realOrigin,
                businessOrigin: request.businessOrigin,
                factor: Int64(request.factor)
            )
        else { throw Problem(.invalidRequest, at: "/factor", "The factor is out of range.") }
        guard
            Self.businessSeconds.contains(clock.businessTime(at: realNow).microseconds / 1_000_000)
        else {
            throw Problem(
                .invalidRequest,
                at: "/business_origin",
                "Business time would now lie outside the years 2000 to 2899."
            )
        }
        do throws(StorageError) {
            _ = try await parts.businessTime.set(
                BusinessTimeKeeper.Setting(clock: clock, revision: request.revision),
                in: store
            )
        } catch {
            throw failure(error, about: call)
        }
        var results: [(ServiceName, Bool)] = [(.gateway, true)]
        for service in PeerClients.services {
            var isSet = true
            do throws(CallError) {
                _ = try await peers.call(
                    ControlMethods.setBusinessTime,
                    of: service,
                    request,
                    operatorOptions(call, key: newID())
                )
            } catch {
                isSet = false
                log(
                    .warning,
                    "business time is not set",
                    about: call,
                    [GatewayLog.peer(service.text), GatewayLog.reason(error.message)]
                )
            }
            results.append((service, isSet))
        }
        return .json(AdminDocument.businessTime(request, now: now, results))
    }
}
