import Calls
import LinkSupport
import Messages
import Model
import Reactor
import TestSupport
import Testing
import Timekeeping
import Transport
import WireFormat

@Suite("Our client with the Python server", .timeLimit(.minutes(2)))
struct CallClientTests {
    @Test(
        "calls of every kind",
        .enabled("needs python3") { try Prerequisite.python.isMet() },
        arguments: [false, true]
    )
    func calls(isSecure: Bool) async throws {
        let folder = try TemporaryDirectory()
        let files = try ConformanceTests.certificates(in: folder)
        let program = try PythonProgram(
            "peer.py",
            ["server"] + (isSecure ? [files.certificate, files.key] : [])
        )
        let context = try TLSContext(
            .client(authorityPath: files.authority, applicationProtocols: ["lbp/1"])
        )
        let port = await Self.port(of: program)
        let rig = try ConformanceClient()
        let security: ChannelSecurity =
            isSecure ? .client(context, expectedName: "localhost") : .plain
        try await rig.loop.run {
            let client = rig.client(port: port, security)
            #expect(try await ConformanceCalls.booking(client, 1) == 1)
            #expect(try await ConformanceCalls.updates(client, count: 300) == Array(1...300))
            #expect(try await ConformanceCalls.chunks(client, count: 40) == 40)
            #expect(try await ConformanceCalls.acknowledged(client, batches: 5) == [1, 2, 3, 4, 5])
            try await Self.failures(client, rig)
            // The answer still comes on the connection that says GOAWAY; the next call finds another.
            #expect(try await ConformanceCalls.booking(client, 5) == 5)
            #expect(client.readyCount == 0)
            while client.readyCount == 0 {
                // Little enough a turn that the wait ends long before the handshake's 5 s.
                rig.advance(by: .microseconds(10))
                _ = await rig.loop.sleep(for: .zero)
            }
            #expect(try await ConformanceCalls.booking(client, 2) == 2)
            await client.close()
        }
        let ends = await program.lines.wait { $0.count { $0.hasPrefix("closed") } == 2 }
        #expect(
            ends.filter { $0.hasPrefix("closed") }
                == Array(repeating: "closed, 0 calls open", count: 2)
        )
        rig.stop()
    }

    /// A status with all its parts, a call given up, and one whose time is up.
    private static func failures(_ client: CallClient, _ rig: ConformanceClient) async throws {
        let missing = await callError {
            _ = try await ConformanceCalls.booking(client, 4)
        }
        #expect(missing?.code == .notFound)
        #expect(missing?.subCode == 1)
        #expect(missing?.retryAfter == .milliseconds(250))
        #expect(missing?.message == "no such booking")

        let stream = try await ConformanceCalls.watch(client, count: 0)
        _ = try await stream.next()
        stream.cancel()
        #expect(try await ConformanceCalls.booking(client, 3) == 3)

        var options = ConformanceCalls.patient
        options.key = IdempotencyKey(bits: 1)
        options.timeout = .seconds(2)
        let held = options
        let late = rig.loop.spawn {
            await callError {
                _ = try await client.call(
                    DispatchMethods.createBooking,
                    CreateBookingRequest(),
                    held
                )
            }
        }
        // Made after the held call on the same connection, so that the server has both.
        #expect(try await ConformanceCalls.booking(client, 6) == 6)
        rig.advance(by: .seconds(3))
        #expect(await late.value?.code == .deadlineExceeded)
    }

    @Test(
        "our client answers each misuse of the published sessions as they say",
        .enabled("needs python3") { try Prerequisite.python.isMet() }
    )
    func sessions() async throws {
        let program = try PythonProgram("peer.py", ["sessions"])
        let port = await Self.port(of: program)
        let rig = try ConformanceClient()
        var count = 0
        while true {
            let wanted = count + 1
            let lines = await program.lines.wait { lines in
                lines.count { $0.hasPrefix("next ") } >= wanted
                    || lines.contains { $0.hasSuffix(" failed") }
            }
            let steps = lines.filter { $0.hasPrefix("next ") }
            guard steps.count >= wanted else { break }
            count = wanted
            let kind = steps[count - 1].split(separator: " ")[1]
            try await rig.loop.run { try await Self.session(String(kind), port, rig) }
        }
        #expect(await program.exitCode() == 0, "\(program.output)")
        #expect(count > 0)
        rig.stop()
    }

    /// Connects once, and opens a call of `kind`; a stream is held and not read.
    private static func session(
        _ kind: String,
        _ port: String,
        _ rig: ConformanceClient
    ) async throws {
        let client = rig.client(port: port, .plain, connectionsMax: 1)
        switch kind {
        case "unary":
            _ = await callError {
                _ = try await ConformanceCalls.booking(client, 1)
            }
        case "serverStream":
            _ = try await ConformanceCalls.watch(client, count: 1, credit: 65_536)
        default: break
        }
    }

    private static func port(of program: PythonProgram) async -> String {
        let lines = await program.lines.wait { !$0.isEmpty }
        return String(lines[0].dropFirst("port ".count))
    }
}
