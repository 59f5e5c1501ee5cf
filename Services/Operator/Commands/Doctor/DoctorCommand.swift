internal import Timekeeping

/// `nexors doctor`: examines the machine and the installation, and says what to do.
enum DoctorCommand {
    private static let specification = CommandSpecification(
        "doctor",
        "Checks libraries, ports, certificates, clock, storage and file rights.",
        options: [
            .data,
            .value("programs", "DIR", "the folder of the built programs (default: this program's)"),
            .json,
        ],
        discussion: """
            Says what to do below each finding that is not ok. Exits with 1 where there is a problem; a warning alone
            exits with 0. With --json a line has area, subject, level (ok, warning, problem), message and advice.
            """,
        examples: ["nexors doctor", "nexors doctor --json --data /var/tmp/nexors"]
    )

    /// One examination: what is shown while it runs, and how it finds.
    private typealias Examination = (name: String, run: () async -> [Finding])

    static let command = OperatorCommand(specification) { arguments, context in
        var findings: [Finding] = []
        for examination in examinations(arguments, context) {
            context.console.show("checking \(examination.name)")
            let found = await examination.run()
            findings += found
            for finding in found {
                context.console.say(arguments.has("json") ? finding.json : finding.line)
            }
        }
        context.console.endShow()
        let problemCount = findings.count { $0.level == .problem }
        let warningCount = findings.count { $0.level == .warning }
        if !arguments.has("json") {
            let problems =
                problemCount == 0 ? "No problem found" : Figures.count(problemCount, "problem")
            context.console.say("\(problems), \(Figures.count(warningCount, "warning")).")
        }
        return problemCount == 0 ? .ok : .failed
    }

    private static func examinations(
        _ arguments: ParsedArguments,
        _ context: OperatorContext
    ) -> [Examination] {
        let installation = arguments.installation
        let programs = arguments.text("programs") ?? ProgramsFolder.own
        let kept = try? installation.settings()
        let ports = kept?.ports ?? PortPlan()
        let now = context.time.wallTime
        var all: [Examination] = [
            ("the installation", { [InstallationExamination.finding(installation)] }),
            ("programs", { await ProgramExamination.findings(programs) }),
            ("ports", { PortExamination.findings(installation, ports) }),
            ("the clock", { ClockExamination.findings(installation, now: now) }),
            ("limits", { LimitExamination.findings() }),
        ]
        // What a missing folder lacks is said once, above.
        guard InstallationExamination.isThere(installation) else { return all }
        all += [
            ("certificates", { CertificateExamination.findings(installation, now: now) }),
            ("storage", { await StorageExamination.findings(installation, time: context.time) }),
            ("rights", { RightsExamination.findings(installation) }),
            ("outboxes", { await OutboxExamination.findings(installation, kept, context) }),
        ]
        return all
    }
}
