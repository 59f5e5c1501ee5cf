import Testing

@testable import OperatorBenchmarks

@Suite("wrk's report and nginx's configuration")
struct WrkRunTests {
    private static let report = """
        Running 4s test @ http://localhost:8080/
          1 threads and 64 connections
          Thread Stats   Avg      Stdev     Max   +/- Stdev
            Latency     1.38ms    1.02ms  21.36ms   92.10%
            Req/Sec    46.70k     3.46k   53.62k    72.50%
          185864 requests in 4.00s, 136.66MB read
        Requests/sec:  46411.52
        Transfer/sec:     34.12MB
        """

    @Test("the rate is that of its last lines")
    func rate() {
        #expect(WrkRun.rate(in: Self.report) == 46411.52)
    }

    @Test(
        "a report of refusals, of lost connections or of nothing has no rate",
        arguments: [
            report + "\n  Non-2xx or 3xx responses: 3",
            "  Socket errors: connect 0, read 2, write 0, timeout 0\n" + report,
            "unable to connect to localhost:8080 Connection refused",
            "Requests/sec:",
        ]
    )
    func failures(report: String) {
        #expect(WrkRun.rate(in: report) == nil)
    }

    @Test("a body is quoted so that nginx returns the same bytes")
    func quoted() throws {
        #expect(try NginxPeer.quoted(Array(#"{"a":"b\n'c'"}"#.utf8)) == #"{"a":"b\\n\'c\'"}"#)
    }

    @Test("a body that nginx could not hold is refused")
    func refused() {
        #expect(throws: BenchmarkError.self) { try NginxPeer.quoted(Array("5 $".utf8)) }
        #expect(throws: BenchmarkError.self) {
            try NginxPeer.quoted(Array(repeating: UInt8(ascii: "a"), count: 4000))
        }
        #expect(throws: Never.self) {
            try NginxPeer.quoted(Array(repeating: UInt8(ascii: "a"), count: 3999))
        }
    }
}
