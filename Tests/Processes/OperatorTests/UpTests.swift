import Foundation
import ProcessSupport
import TestSupport
import Testing

/// `nexors up` with the programs as they are built.
@Suite(
    "nexors up",
    .serialized,
    .enabled("needs all programs built") { try TestInstallation.prerequisite.isMet() },
    .timeLimit(.minutes(10))
)
struct UpTests {
    /// The three lines that `nexors up` prints to be pasted.
    static func pasted(_ up: ProgramProcess) -> [String] {
        up.lines.elements
            .map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { $0.hasPrefix("QUOTE=") || $0.hasPrefix("BOOKING=") || $0.hasPrefix("curl ") }
    }

    @Test("quotes, books and tracks by the lines it prints, and finds its data again")
    func whole() async throws {
        let installation = try TestInstallation()
        let up = try await installation.up("--free-ports")
        let pasted = Self.pasted(up)
        try #require(pasted.count == 3)
        // The track goes on until the ride ends: its first event shows that it runs.
        let shell = try TestInstallation.shell(
            "\(pasted[0])\n\(pasted[1])\necho \"booked $BOOKING\"\nexec \(pasted[2])"
        )
        _ = try await shell.line(with: "data:")
        shell.send(SIGTERM)
        _ = await shell.exit()
        let output = shell.lines.elements.joined(separator: "\n")
        #expect(output.contains("\"price\""), "\(output)")
        let booked = try #require(shell.lines.elements.first { $0.hasPrefix("booked bk_") })
        up.send(SIGTERM)
        #expect(await up.exit() == .code(0), "\(up.lines.elements.suffix(10))")
        for name in TestInstallation.products where name != "nexors" {
            #expect(installation.processID(of: name) == nil, "\(name) still runs")
        }

        let again = try await installation.up()
        let key = { (lines: [String]) in lines.first { $0.contains("API key") } }
        #expect(key(again.lines.elements) == key(up.lines.elements))
        #expect(!again.lines.elements.contains { $0.contains("keys: made") })
        let track = try #require(Self.pasted(again).last)
        let reader = try TestInstallation.shell(
            "BOOKING=\(booked.dropFirst("booked ".count))\nexec \(track)"
        )
        _ = try await reader.line(with: "data:")
        // As Ctrl-C in a terminal.
        again.send(SIGINT)
        #expect(await again.exit() == .code(0), "\(again.lines.elements.suffix(10))")
    }

    @Test("a program that is killed is named and started again; status and doctor find nothing")
    func killed() async throws {
        let installation = try TestInstallation()
        // A log that has grown to its limit in earlier days.
        let log = "\(installation.data)/logs/dispatch.log"
        try FileManager.default.createDirectory(
            atPath: "\(installation.data)/logs",
            withIntermediateDirectories: true
        )
        try Data(count: 16 << 20).write(to: URL(fileURLWithPath: log))
        let up = try await installation.up("--free-ports")
        let first = try #require(installation.processID(of: "dispatch"))
        kill(first, SIGKILL)
        _ = try await up.line(with: "dispatch was ended by signal 9; starting it again")
        // Each look takes as long as a program takes to start; the time limit ends them.
        while try await installation.run("status").exit != .code(0) { try Task.checkCancellation() }
        #expect(installation.processID(of: "dispatch") != first)
        // Stopped, its port still takes connections.
        let frozen = try #require(installation.processID(of: "dispatch"))
        kill(frozen, SIGSTOP)
        let hangs = try await installation.run("status")
        kill(frozen, SIGCONT)
        #expect(hangs.exit == .code(1))
        let reason = "dispatch hangs: dispatch (process \(frozen)) is stopped by a signal"
        #expect(hangs.lines.contains { $0.contains(reason) }, "\(hangs.lines)")
        while try await installation.run("status").exit != .code(0) { try Task.checkCancellation() }
        // A second one would take the first one's programs for left over.
        let second = try await installation.run("up", "--quiet-city")
        #expect(second.exit == .code(1))
        #expect(second.lines.contains { $0.contains("runs already (process \(up.processID))") })
        let doctor = try await installation.run("doctor")
        #expect(doctor.exit == .code(0), "\(doctor.lines)")
        up.send(SIGTERM)
        #expect(await up.exit() == .code(0))
        #expect(FileManager.default.fileExists(atPath: "\(log).1"))
        let size = try FileManager.default.attributesOfItem(atPath: log)[.size] as? Int
        #expect(try #require(size) < 1 << 20)
        // Now nothing answers, and both say so.
        let down = try await installation.run("status")
        #expect(down.exit == .code(1))
        #expect(down.lines.count { $0.contains(" down: nobody listens") } == 5, "\(down.lines)")
    }

    @Test("a tenant is applied from a file and shown, and business time is set")
    func control() async throws {
        let installation = try TestInstallation()
        let up = try await installation.up("--free-ports")
        let file = try installation.directory.write(Self.tenant, to: "tenant.json")
        let applied = try await installation.run("tenant", "apply", file)
        #expect(applied.exit == .code(0), "\(applied.lines)")
        #expect(applied.lines.contains { $0.contains("nx_test_") }, "\(applied.lines)")
        let again = try await installation.run("tenant", "apply", file)
        #expect(again.exit == .code(0), "\(again.lines)")
        let shown = try await installation.run("tenant", "show", "77")
        #expect(shown.exit == .code(0))
        #expect(shown.lines.contains { $0.contains("Harbour Cars") }, "\(shown.lines)")
        let missing = try await installation.run("tenant", "show", "78")
        #expect(missing.exit == .code(1), "\(missing.lines)")
        let time = try await installation.run(
            "time",
            "set",
            "--start",
            "2027-01-01T12:00:00Z",
            "--speed",
            "2"
        )
        #expect(time.exit == .code(0), "\(time.lines)")
        #expect(time.lines.contains { $0.contains("2027-01-01T12:0") }, "\(time.lines)")
        let nothing = try await installation.run("time", "set")
        #expect(nothing.exit == .code(2), "\(nothing.lines)")
        let status = try await installation.run("status")
        #expect(status.lines.count { $0.contains("2027-01-01T12:") } == 5, "\(status.lines)")
        up.send(SIGTERM)
        #expect(await up.exit() == .code(0))
    }

    static let tenant = """
        {"tenant":77,"name":"Harbour Cars","currency":"EUR","utc_offset_minutes":60,
         "partners":[{"reference":"hotel","name":"Hotel",
          "payment_method":{"provider":"paypal","vault_token":"vault-77","label":"account"}}],
         "drivers":[{"reference":"d1","name":"Ana","rating":4.9}],
         "vehicles":[{"reference":"v1","vehicle_class":"standard","seats":4,"plate":"A 1","model":"Saloon"}],
         "zones":[{"reference":"licence","name":"Harbour","purpose":"licence",
          "geometry":{"type":"Polygon","coordinates":[[[9,53],[10,53],[10,54],[9,54],[9,53]]]}}],
         "tariffs":[{"vehicle_class":"standard","base":350,"per_kilometer":180,"per_minute":35,"minimum":700}],
         "keys":[{"reference":"k1","partner":"hotel","scopes":["book","read_bookings"]}],
         "plan":{"name":"demo","commission_basis_points":1500,"tax_basis_points":0}}
        """

    @Test("a port in use is named with the program that has it")
    func portInUse() async throws {
        let installation = try TestInstallation()
        let standIn = try await StandInProcess()
        let settings = """
            {"ports":{"https":\(standIn.port),"drivers":1,"standIn":1,"calls":{},"health":{}}}
            """
        try FileManager.default.createDirectory(
            atPath: installation.data,
            withIntermediateDirectories: true
        )
        try Data(settings.utf8).write(
            to: URL(fileURLWithPath: "\(installation.data)/settings.json")
        )
        let up = try await installation.run("up", "--quiet-city")
        #expect(up.exit == .code(1))
        let said = up.lines.joined(separator: "\n")
        #expect(
            said.contains(
                "port \(standIn.port) for HTTPS of the gateway is used by provider-standin "
            )
        )
        #expect(said.contains("--free-ports"))
    }

    @Test("a command line that cannot be run leaves nothing behind")
    func nothingMade() async throws {
        let installation = try TestInstallation()
        let programs = try await installation.run("up", "--programs", "/nope")
        #expect(programs.exit == .code(1))
        #expect(programs.lines.first == "nexors: There is no folder /nope with programs.")
        let ports = try await installation.run("up", "--port-offset", "1", "--free-ports")
        #expect(ports.exit == .code(2))
        #expect(!FileManager.default.fileExists(atPath: installation.data))
    }

    @Test("help is printed for every command, and a word that is none is answered with the nearest")
    func help() async throws {
        let all = try TestInstallation.nexors(["--help"])
        #expect(await all.exit() == .code(0))
        for family in ["tenant", "time"] {
            let some = try TestInstallation.nexors([family, "--help"])
            #expect(await some.exit() == .code(0))
            #expect(some.lines.elements.first == "Usage: nexors \(family) COMMAND [options]")
        }
        let commands = [
            "up", "demo", "replay", "status", "doctor", "tenant apply", "tenant show", "time set",
            "bench",
        ]
        for command in commands {
            #expect(all.lines.elements.contains { $0.hasPrefix("  \(command) ") }, "\(command)")
            let words = command.split(separator: " ").map(String.init)
            let one = try TestInstallation.nexors(words + ["--help"])
            #expect(await one.exit() == .code(0))
            #expect(one.lines.elements.contains { $0.hasPrefix("Usage: nexors \(command)") })
            #expect(one.lines.elements.contains { $0.hasPrefix("  nexors \(command)") })
        }
        let wrong = try TestInstallation.nexors(["statsu"])
        #expect(await wrong.exit() == .code(2))
        #expect(wrong.lines.elements.contains { $0.contains("did you mean status?") })
    }
}
