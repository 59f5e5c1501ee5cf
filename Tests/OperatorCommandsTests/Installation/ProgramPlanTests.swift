import Model
import OperatorCommands
import ServiceRuntime
import Testing

@Suite("Plan of an installation")
struct ProgramPlanTests {
    static let installation = Installation("/var/lib/nexors-test")

    @Test("no two listeners share a port, at any offset", arguments: [0, 1, 100, 50_000])
    func ports(offset: Int) {
        let ports = PortPlan(offset: UInt16(offset)).assignments.map(\.port)
        #expect(ports.count == 13)
        #expect(Set(ports).count == ports.count)
    }

    @Test("the usual ports are the programs' own defaults")
    func defaults() {
        let ports = PortPlan()
        for service in ServiceName.allCases {
            #expect(ports.calls(of: service) == CommonKeys.port(of: service))
            #expect(ports.health(of: service) == CommonKeys.internalPort(of: service))
        }
        #expect(ports.https == 8443)
    }

    @Test("ports of choice are asked for once each")
    func chosen() {
        var next: UInt16 = 40_000
        let ports = PortPlan {
            next += 1
            return next
        }
        #expect(Set(ports.assignments.map(\.port)) == Set(40_001...40_013))
    }

    @Test("who is called starts before who calls, and the stand-in first")
    func order() {
        let plans = ProgramPlan.all(Self.installation, PortPlan())
        #expect(
            plans.map(\.name) == [
                "provider-standin", "payments", "billing", "dispatch", "ingest", "gateway",
            ]
        )
    }

    @Test("each program is demo, has its own store and certificate, and knows the other four")
    func environment() throws {
        let ports = PortPlan(offset: 100)
        for service in ServiceName.allCases {
            let plan = try #require(
                ProgramPlan.all(Self.installation, ports).first { $0.name == service.text }
            )
            #expect(plan.environment["NEXORS_ENVIRONMENT"] == "demo")
            #expect(
                plan.environment["NEXORS_DATABASE_URL"]
                    == "sqlite:/var/lib/nexors-test/stores/\(service.text).db"
            )
            #expect(
                plan.environment["NEXORS_TLS_CERTIFICATE"]
                    == "/var/lib/nexors-test/keys/\(service.text).crt"
            )
            let peers = plan.environment.keys.filter { $0.hasSuffix("_ENDPOINTS") }
            #expect(peers.count == 4)
            #expect(plan.environment["NEXORS_\(service.text.uppercased())_ENDPOINTS"] == nil)
            let port = ports.health(of: service)
            #expect(plan.readinessURL == "http://127.0.0.1:\(port)/readyz")
        }
    }

    @Test("no secret stands in an environment, only the name of its file")
    func secrets() {
        for plan in ProgramPlan.all(Self.installation, PortPlan()) {
            for (name, value) in plan.environment
            where name.contains("SECRET") || name.contains("KEY") {
                #expect(value.hasPrefix("/var/lib/nexors-test/keys/"), "\(name)")
            }
        }
    }

    @Test("each service has a certificate of its name; only the outward two stand for localhost")
    func certificates() {
        let entries = CertificatePlan().entries
        #expect(
            entries.map(\.name) == [
                "gateway", "ingest", "dispatch", "payments", "billing", "operator", "public",
                "drivers",
            ]
        )
        #expect(entries.filter(\.isForLoopback).map(\.name) == ["public", "drivers"])
        for entry in entries.prefix(6) { #expect(entry.names == [entry.name]) }
    }
}
