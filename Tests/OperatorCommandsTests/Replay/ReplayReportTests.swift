import Testing

@testable import OperatorCommands

@Suite("Report of a replay")
struct ReplayReportTests {
    /// A run in which all went well.
    private static var orderly: ReplayReport {
        var report = ReplayReport()
        report.requestCount = 2
        report.states = ["closed": 2]
        report.capturedMinorUnits = 700
        report.providerMinorUnits = 700
        report.ledgerMinorUnits = 700
        report.isLedgerBalanced = true
        report.isClockReset = true
        return report
    }

    @Test("a run in which all went well ends with 0")
    func orderly() {
        #expect(Self.orderly.exit == .ok)
    }

    @Test("each thing that went wrong alone ends it with 1")
    func failures() {
        let changes: [(String, (inout ReplayReport) -> Void)] = [
            ("a request without booking", { $0.failureCount = 1 }),
            ("the provider's sum", { $0.providerMinorUnits = 699 }),
            ("the ledger's sum", { $0.ledgerMinorUnits = 701 }),
            ("the interface's sum", { $0.capturedMinorUnits = 699 }),
            ("no answer of the provider", { $0.providerMinorUnits = nil }),
            ("no answer of the ledger", { $0.ledgerMinorUnits = nil }),
            ("the ledger's balance", { $0.isLedgerBalanced = false }),
            ("business time still fast", { $0.isClockReset = false }),
        ]
        for (what, change) in changes {
            var report = Self.orderly
            change(&report)
            #expect(report.exit == .failed, "\(what)")
        }
    }
}
