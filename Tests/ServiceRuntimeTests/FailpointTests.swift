import Configuration
import ServiceRuntime
import TestSupport
import Testing

@Suite("Failpoint")
struct FailpointTests {
    @Test(
        "a plan is a place with a dot and a pass from 1",
        arguments: [
            ("payments.after_record", 1), ("payments.after_record:1", 1),
            ("a.b:1000000", 1_000_000),
        ]
    )
    func plan(text: String, pass: Int) {
        #expect(Failpoint.Plan(text)?.pass == pass)
    }

    @Test(
        "anything else is none",
        arguments: [
            "", "a", "a.b:0", "a.b:-1", "a.b:1000001", "a.b:", "a.b:1:2", "A.b", "a b.c", "a.b:x",
        ]
    )
    func noPlan(text: String) {
        #expect(Failpoint.Plan(text) == nil)
    }

    @Test("it dies at its place on the planned pass, once, and nowhere else")
    func dies() throws {
        let deaths = Recorder<Void>()
        let plan = try #require(Failpoint.Plan("a.b:3"))
        let failpoint = Failpoint(plan) { deaths.append(()) }
        for _ in 0..<2 { failpoint.pass("a.b") }
        failpoint.pass("a.c")
        #expect(deaths.elements.isEmpty)
        failpoint.pass("a.b")
        #expect(deaths.elements.count == 1)
        failpoint.pass("a.b")
        #expect(deaths.elements.count == 1)
        Failpoint(nil) { Issue.record("no plan") }.pass("a.b")
    }

    @Test("production refuses it, and so does a program without the place")
    func refused() throws {
        var schema = ConfigurationSchema()
        schema.add(Failpoint.key)
        let values = try ConfigurationValues(
            schema,
            environment: ["NEXORS_FAILPOINT": "a.b:3"]
        )
        #expect(throws: ConfigurationError.self) {
            try Failpoint(values, .production, places: ["a.b"])
        }
        #expect(throws: ConfigurationError.self) {
            try Failpoint(values, .test, places: ["a.c"])
        }
        _ = try Failpoint(values, .test, places: ["a.b"])
        let none = try ConfigurationValues(schema, environment: [:])
        _ = try Failpoint(none, .production, places: ["a.b"])
    }
}
