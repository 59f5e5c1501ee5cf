internal import HTTPClient
internal import Timekeeping

/// `nexors replay`: a real day on the running system.
enum ReplayCommand {
    private static let specification = CommandSpecification(
        "replay",
        "Drives a running installation with a real day of traces and trips.",
        options: [
            .value("traces", "FILE.csv.gz", required: true, "epoch_s,vehicle,lat,lon by time"),
            .value(
                "trips",
                "FILE.csv.gz",
                required: true,
                "pickup_epoch_s, pickup_lat, pickup_lon and dropoff_ likewise"
            ),
            .value("day", "YYYY-MM-DD", required: true, "the day of the requests"),
            .value("fleet-day", "YYYY-MM-DD", required: true, "the day of the cabs' traces"),
            .value("hours", "H-H", default: "17-18", "the hours of both days"),
            .value("cabs", "N", "the first so many cabs by name (default: all)"),
            .value("speed", "N", default: "60", "business seconds for each real second"),
            .value("utc-offset", "HOURS", default: "-7", "the local days' offset from UTC"),
            .data,
            .json,
        ],
        discussion: """
            Each cab has a TLS connection of its own to ingest and learns of offers from its stream alone. It counts
            as free at the start and follows its trace until it is first assigned; then it drives the straight line
            times 1.3 at 22 km/h to the pickup, takes the trip's real duration, and stands free at its drop-off. A
            rider leaves after 15 minutes. Both days are shifted to now; business time runs --speed times as fast and
            is set back to real speed at the end. Counts are read back from the interface, the ledger and the
            provider stand-in. Exits with 1 where those three do not agree, a request got no booking, or
            business time could not be set back.
            """,
        examples: [
            """
            nexors replay --traces traces-2008-05-30.csv.gz --trips trips-dev.csv.gz \\
                  --day 2008-05-22 --fleet-day 2008-05-30 --hours 17-18 --speed 60
            """
        ]
    )

    static let command = OperatorCommand(specification) { arguments, context in
        let offset =
            try arguments.integer("utc-offset", in: -14...14, of: specification) ?? -7
        let hours = arguments.text("hours") ?? "17-18"
        func window(_ name: String) throws(UsageError) -> ReplayWindow {
            let day = arguments.text(name) ?? ""
            guard let window = ReplayWindow(day: day, hours: hours, offsetHours: offset) else {
                throw UsageError(
                    "--\(name) is a day as 2008-05-22 and --hours are two hours as 17-18, not \(day) and \(hours)",
                    specification
                )
            }
            return window
        }
        let demand = try window("day")
        let fleet = try window("fleet-day")
        let speed = try arguments.integer("speed", in: 1...3600, of: specification) ?? 60
        let cabs = try arguments.integer("cabs", in: 1...ReplayData.cabCountMax, of: specification)
        let installation = arguments.installation
        let ports = try installation.requiredSettings().ports
        context.console.show("reading traces and trips")
        let data = try ReplayData(
            traces: arguments.text("traces") ?? "",
            trips: arguments.text("trips") ?? "",
            demand: demand,
            fleet: fleet,
            cabCountMax: cabs ?? ReplayData.cabCountMax
        )
        context.console.note(
            "\(data.requests.count) requests, \(data.cabs.count) cabs, \(speed) times real time"
        )
        let run = ReplayRun(
            installation: installation,
            ports: ports,
            data: data,
            speed: UInt32(speed),
            seconds: demand.end - demand.start,
            context: context
        )
        let report = try await context.withHTTP(authority: installation.authorityPath) {
            client throws(OperatorError) in
            try await run.run(client)
        }
        context.console.endShow()
        for line in arguments.has("json") ? report.jsonLines : report.lines {
            context.console.say(line)
        }
        if report.failureCount > 0 {
            context.console.note("The last request without booking heard: \(report.lastFailure)")
        }
        return report.exit
    }
}
