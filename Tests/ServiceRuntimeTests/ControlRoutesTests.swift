import Calls
import Configuration
import Messages
import Model
import Reactor
import ServiceRuntime
import Storage
import StorageSQLite
import TestSupport
import Testing
import Timekeeping
import WireFormat

@Suite("Calls for operators", .timeLimit(.minutes(1)))
struct ControlRoutesTests {
    private static let moment = WallTime(secondsSinceEpoch: 1_780_000_000)

    /// How a service of `deployment` answers the wish for another business time.
    private func setBusinessTime(in deployment: String) async throws -> CallError? {
        let folder = try TemporaryDirectory()
        let time = ManualTimeSource(wallTime: Self.moment)
        let store = try SQLiteStore(SQLiteOptions(path: folder.path(of: "control.db")))
        _ = try await Migrator.run([BusinessTimeTable.migrations], on: store, at: Self.moment)
        var schema = ConfigurationSchema()
        CommonKeys(.billing).add(to: &schema)
        let values = try ConfigurationValues(
            schema,
            environment: [
                "NEXORS_ENVIRONMENT": deployment, "NEXORS_DATABASE_URL": "sqlite:/tmp/b.db",
                "NEXORS_TLS_CERTIFICATE": "/c", "NEXORS_TLS_KEY": "/k",
                "NEXORS_TLS_AUTHORITY": "/a", "NEXORS_TOKEN_KEYS": "/t",
            ]
        )
        let control = ControlService(
            configuration: try CommonConfiguration(.billing, values),
            health: Health(),
            businessTime: BusinessTimeKeeper(time: time),
            store: store,
            time: time,
            figures: { ControlService.Figures() }
        )
        var routes = CallRoutes()
        control.register(in: &routes)
        let loop = try EventLoop(name: "control", timeSource: time)
        loop.start()
        let request = SetBusinessTimeRequest.with {
            $0.realOrigin = Self.moment
            $0.businessOrigin = Self.moment.advanced(by: .seconds(86_400))
            $0.factor = 60
            $0.revision = 1
        }
        let call = DirectCall(
            method: ControlMethods.setBusinessTime.descriptor,
            body: try request.encoded(),
            isEnd: true,
            options: CallOptions(key: IdempotencyKey(bits: 1)),
            timeout: .seconds(5)
        )
        let outcomes = Recorder<CallError?>()
        let (served, made) = (routes, LoopPromise<Void>(loop: loop))
        loop.spawn {
            let server = DirectServer(loop: loop, routes: served, callers: NoCallers())
            server.open(call, of: .service(.gateway)) { outcome in
                if case .failure(let error) = outcome {
                    outcomes.append(error)
                } else {
                    outcomes.append(nil)
                }
                made.complete(())
            }
            await made.value()
        }
        let outcome = await outcomes.wait(forCount: 1)[0]
        loop.stop()
        loop.join()
        await store.close()
        return outcome
    }

    @Test("business time is set in a rehearsal, and is real time in production")
    func businessTime() async throws {
        #expect(try await setBusinessTime(in: "test") == nil)
        let refusal = try await setBusinessTime(in: "production")
        #expect(refusal?.code == .failedPrecondition)
        #expect(refusal?.subCode == ControlSubCode.production.rawValue)
    }
}
