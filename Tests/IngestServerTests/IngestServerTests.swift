import Calls
import Configuration
import Geo
import IngestServer
import LinkSupport
import Messages
import Model
import Reactor
import ServiceRuntime
import Storage
internal import StorageSQLite
import TestSupport
import Testing
import Timekeeping
import WireFormat

@Suite("Ingest as a program", .timeLimit(.minutes(1)))
struct IngestServerTests {
    /// A dispatch in which these drivers are on duty.
    static func dispatch(_ drivers: ClosedRange<UInt64>) -> CallRoutes {
        var routes = CallRoutes()
        routes.serverStream(DispatchMethods.watchShifts) {
            (stream, request) async throws(CallError) in
            for driver in drivers {
                guard let body = try? IngestRig.event(driver).encoded() else { continue }
                try await stream.send(body)
            }
            let mark = ShiftEvent.with { $0.kind = WireEnum(.snapshotComplete) }
            if let body = try? mark.encoded() { try await stream.send(body) }
            while stream.isOpen { await stream.waitUntilWritable() }
        }
        routes.unary(DispatchMethods.answerOffer) { (context, request) async throws(CallError) in
            guard context.caller?.subject == SubjectID(bits: request.driver.bits) else {
                throw CallError(.permissionDenied, "the token is not the driver's")
            }
            return .with { $0.booking = BookingID(bits: 5) }
        }
        return routes
    }

    @Test(
        "a thousand phones by TLS and token: their fixes reach dispatch, and a stop settles them all"
    )
    func thousand() async throws {
        let count: UInt64 = 1000
        let installation = try IngestInstallation()
        try await installation.start(Self.dispatch(1...count))
        let now = installation.time.wallTime.microseconds / 1000
        let phones = try await installation.loop.run {
            let trust = try installation.phoneTrust()
            let feed = try await installation.service("dispatch").open(
                IngestMethods.subscribeFixes.descriptor,
                try SubscribeFixesRequest.with { $0.withSnapshot = true }.encoded(),
                isEnd: true,
                CallOptions(connectionWait: .seconds(20))
            )
            while await !installation.server.engine.loop.submit({
                installation.server.engine.vehicleCount == Int(count)
            }) {}
            var phones: [Phone] = []
            for driver in 1...count {
                let client = try installation.phone(driver, trust)
                let stream = try await client.open(
                    IngestMethods.streamLocations.descriptor,
                    [],
                    isEnd: false,
                    CallOptions(connectionWait: .seconds(30))
                )
                try await stream.send(
                    try Batches.encode([Batches.record(1, status: .occupied)], base: now)
                )
                phones.append(Phone(client: client, stream: stream))
            }
            var heard: Set<UInt64> = []
            while heard.count < Int(count), let batch = try await feed.next() {
                for record in try Batches.decode(batch) { heard.insert(record.driverReference) }
            }
            #expect(heard.count == Int(count))
            feed.cancel()
            return phones
        }
        await installation.stopIngest()
        let settled = try await installation.loop.run {
            var settled = 0
            for phone in phones {
                var last: LocationAck?
                let error = await callError {
                    while let ack = try await phone.acknowledgement() { last = ack }
                }
                if last?.sequence == 1, error?.code == .unavailable { settled += 1 }
            }
            return settled
        }
        #expect(settled == Int(count))
        let stored = try await installation.store.read { session throws(StorageError) in
            try TrailTable.fixes(
                of: ShiftID(bits: 2001),
                of: IngestInstallation.tenant,
                after: 0,
                limit: 10,
                in: session
            )
        }
        #expect(stored.count == 1)
        await installation.stop()
    }

    @Test("phones are shown a certificate that was renewed while ingest runs")
    func renewedCertificate() async throws {
        let installation = try IngestInstallation()
        let renewed = try TestAuthority("renewed", in: installation.folder)
        try await installation.start(Self.dispatch(7...7), renewed: renewed)
        try await installation.loop.run {
            let phone = try installation.phone(7, try installation.phoneTrust(renewed))
            let stream = try await phone.open(
                IngestMethods.streamLocations.descriptor,
                [],
                isEnd: false,
                CallOptions(connectionWait: .seconds(20))
            )
            stream.cancel()
            await phone.close()
        }
        await installation.stopIngest()
        await installation.stop()
    }

    @Test("where a driver was last is told to his own fleet, and to nobody else")
    func lastFix() async throws {
        let installation = try IngestInstallation()
        try await installation.start(Self.dispatch(7...7))
        let engine = installation.server.engine
        let now = installation.time.wallTime
        let record = Batches.record(1, status: .occupied)
        let (driver, tenant) = (DriverID(bits: 7), IngestInstallation.tenant)
        try await installation.loop.run {
            let gateway = try installation.service("gateway")
            var fleet = CallOptions(tenant: tenant, connectionWait: .seconds(20))
            // Each look is a call: a loop without one would leave the connections no turn.
            while await engine.loop.submit({ engine.vehicleCount == 0 }) {
                _ = try await gateway.call(ControlMethods.status, StatusRequest(), fleet)
            }
            let phone = try installation.phone(7, try installation.phoneTrust())
            let stream = try await phone.open(
                IngestMethods.streamLocations.descriptor,
                [],
                isEnd: false,
                CallOptions(connectionWait: .seconds(30))
            )
            try await stream.send(try Batches.encode([record], base: now.microseconds / 1000))
            while await engine.loop.submit({ engine.lastFix(of: driver, tenant: tenant) == nil }) {
                _ = try await gateway.call(ControlMethods.status, StatusRequest(), fleet)
            }
            let request = GetLastFixRequest.with { $0.driver = driver }
            let reply = try await gateway.call(IngestMethods.getLastFix, request, fleet)
            #expect(reply.driver == driver)
            #expect(reply.sequence == 1)
            #expect(reply.status == .occupied)
            #expect(reply.position.latitudeE7 == record.latitudeE7)
            #expect(reply.position.longitudeE7 == record.longitudeE7)
            fleet.tenant = TenantID(tenant.rawValue + 1)
            let other = fleet
            let hidden = await callError {
                _ = try await gateway.call(IngestMethods.getLastFix, request, other)
            }
            #expect(hidden?.code == .notFound)
            #expect(hidden?.subCode == IngestSubCode.noFix.rawValue)
            stream.cancel()
            await phone.close()
        }
        await installation.stopIngest()
        await installation.stop()
    }

    @Test("each door lets in whom it is for, and nobody calls what is not his")
    func doors() async throws {
        let installation = try IngestInstallation()
        try await installation.start(Self.dispatch(7...7))
        try await installation.loop.run {
            let trust = try installation.phoneTrust()
            let wait = CallOptions(connectionWait: .seconds(20))
            // A service's method on the drivers' door.
            let phone = try installation.phone(7, trust)
            let unknown = await callError {
                _ = try await phone.call(IngestMethods.getLastFix, GetLastFixRequest(), wait)
            }
            #expect(unknown?.code == .unimplemented)
            // A driver's answer goes to dispatch under his name.
            var keyed = wait
            keyed.key = IdempotencyKey(bits: 5)
            let answer = OfferAnswer.with { $0.driver = DriverID(bits: 7) }
            let reply = try await phone.call(IngestMethods.driverAnswerOffer, answer, keyed)
            #expect(reply.booking == BookingID(bits: 5))
            // The gateway may not have the stream of positions.
            let gateway = try installation.service("gateway")
            let denied = await callError {
                let stream = try await gateway.open(
                    IngestMethods.subscribeFixes.descriptor,
                    try SubscribeFixesRequest().encoded(),
                    isEnd: true,
                    wait
                )
                _ = try await stream.next()
            }
            #expect(denied?.code == .permissionDenied)
            var fleet = wait
            fleet.tenant = IngestInstallation.tenant
            let none = await callError {
                let request = GetLastFixRequest.with { $0.driver = DriverID(bits: 7) }
                _ = try await gateway.call(IngestMethods.getLastFix, request, fleet)
            }
            #expect(none?.code == .notFound)
            let status = try await gateway.call(ControlMethods.status, StatusRequest(), wait)
            #expect(status.service == ServiceName.ingest.rawValue)
            // A token for somebody else's door, and one that has run out.
            for stranger in [
                try installation.phone(8, trust, audience: .dispatch),
                try installation.phone(8, trust, life: .seconds(-1)),
            ] {
                let refused = await callError {
                    _ = try await stranger.open(
                        IngestMethods.streamLocations.descriptor,
                        [],
                        isEnd: false,
                        CallOptions(connectionWait: .milliseconds(300))
                    )
                }
                #expect(refused?.code == .unavailable)
            }
        }
        await installation.stopIngest()
        await installation.stop()
    }

    @Test(
        "settings that contradict each other are refused by name",
        arguments: [
            (["NEXORS_EVENT_LOOPS": "2"], "NEXORS_EVENT_LOOPS"),
            (["NEXORS_DRIVER_TLS_KEY": "/x"], "NEXORS_DRIVER_TLS_CERTIFICATE"),
            (["NEXORS_DRIVER_TLS_CERTIFICATE": "/x"], "NEXORS_DRIVER_TLS_KEY"),
        ] as [([String: String], String)]
    )
    func configuration(changes: [String: String], key: String) throws {
        var schema = ConfigurationSchema()
        CommonKeys(.ingest).add(to: &schema)
        IngestKeys().add(to: &schema)
        let environment = [
            "NEXORS_ENVIRONMENT": "test", "NEXORS_DATABASE_URL": "sqlite:/x.db",
        ].merging(changes) { $1 }
        do {
            let values = try ConfigurationValues(schema, environment: environment)
            _ = try IngestConfiguration(CommonConfiguration(.ingest, values), values)
            Issue.record("the settings were taken")
        } catch {
            #expect("\(error)".contains(key))
        }
    }
}
