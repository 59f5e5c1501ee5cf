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
        discussion: "Exits with 1 where there is a problem; a warning alone exits with 0."
    )

    static let command = OperatorCommand(specification) { arguments, context in
        let installation = arguments.installation
        let programs = arguments.text("programs") ?? ProgramsFolder.own
        let kept = try? installation.settings()
        let ports = kept?.ports ?? PortPlan()
        let examinations: [(String, () async -> [Finding])] = [
            ("programs", { await ProgramExamination.findings(programs) }),
            ("ports", { PortExamination.findings(installation, ports) }),
            (
                "certificates",
                {
                    CertificateExamination.findings(installation, now: context.time.wallTime)
                }
            ),
            ("clock", { ClockExamination.findings(installation, now: context.time.wallTime) }),
            ("storage", { await StorageExamination.findings(installation, time: context.time) }),
            ("rights", { RightsExamination.findings(installation) }),
            ("limits", { LimitExamination.findings() }),
        ]
        var findings: [Finding] = []
        for (name, examine) in examinations {
            context.console.show("checking \(name)")
            let found = await examine()
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
}
