internal import HTTP
internal import Timekeeping

/// `nexors time set`: shifts and scales the time that the rules of business see.
enum TimeSetCommand {
    private static let specification = CommandSpecification(
        "time set",
        "Sets business time on all five programs; refused in production.",
        options: [
            .data,
            .value(
                "start",
                "TIME",
                "what the business clock shows now (RFC 3339); else it goes on"
            ),
            .value("speed", "N", "business seconds for each real second; 1 unless given"),
            .flag("real", "back to real time"),
            .json,
        ],
        discussion: "TLS, tokens, deadlines and retries stay on real time.",
        examples: [
            "nexors time set --start 2027-01-01T12:00:00Z --speed 60", "nexors time set --real",
        ]
    )

    static let command = OperatorCommand(specification) { arguments, context in
        guard arguments.has("real") || arguments.text("start") ?? arguments.text("speed") != nil
        else { throw UsageError("nothing to set: say --start, --speed or --real", specification) }
        let installation = arguments.installation
        let settings = try installation.requiredSettings()
        let speed = try arguments.integer("speed", in: 1...3600, of: specification) ?? 1
        let isReal = arguments.has("real")
        if isReal, arguments.text("start") != nil || speed != 1 {
            throw UsageError("--real stands alone", specification)
        }
        var start: WallTime?
        if let text = arguments.text("start") {
            guard let moment = RFC3339.parse(text) else {
                throw UsageError(
                    "--start is a time with an offset, as 2026-11-20T17:00:00Z, not \(text)",
                    specification
                )
            }
            start = moment
        }
        let now = context.time.wallTime
        let setting = RehearsalClock.following(
            RehearsalClock.kept(in: installation),
            now: now,
            start: isReal ? now : start,
            factor: UInt32(speed)
        )
        try await ControlPanel(installation, settings, context).setBusinessTime(setting)
        try setting.keep(in: installation)
        let shown = setting.clock.businessTime(at: context.time.wallTime)
        if arguments.has("json") {
            context.console.say(
                JSONLine.text([
                    "business_time": .text(RFC3339.text(shown)), "speed": .whole(speed),
                    "revision": .whole(Int(clamping: setting.revision)),
                ])
            )
        } else {
            context.console.say(
                "Business time is \(RFC3339.text(shown, .none)), \(speed) times real time."
            )
        }
        return .ok
    }
}
