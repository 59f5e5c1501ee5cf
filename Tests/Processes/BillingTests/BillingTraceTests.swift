import Foundation
import Messages
import Model
import Money
import ProcessSupport
import Reactor
import TestSupport
import Testing
import Timekeeping

/// A program as it is shipped, watched from the kernel: what it tells its callers is on disk before.
@Suite("Billing's answers and the kernel", .timeLimit(.minutes(2)))
struct BillingTraceTests {
    private static let tenant = TenantID(7)
    private static let reportCount = 20
    /// What the keys of reports begin with. A key is 16 bytes, the same on the wire and in the inbox's rows.
    private static let keyPrefix = Array("NXKEY".utf8)

    @Test(
        "each report is in the log, and the log synced, before the first byte of its answer leaves",
        .enabled("needs strace") { try Prerequisite.strace.isMet() }
    )
    func trace() async throws {
        let folder = try TemporaryDirectory()
        try Self.writeTracer(in: folder)
        let billing = try ServiceProcess("billing", in: folder, settings: [:])
        await billing.move(to: folder.path)
        try await billing.start()
        let loop = try EventLoop(name: "double", timeSource: SystemTimeSource())
        loop.start()
        let resolver = try NameResolver()
        let port = billing.callPort
        func caller(_ name: MethodCaller) -> PersistentCaller {
            PersistentCaller(of: .billing, at: port, as: name, on: loop, resolver: resolver)
        }
        let (dispatch, gateway) = await loop.submit { (caller(.dispatch), caller(.gateway)) }
        _ = try await gateway.answer(
            to: BillingMethods.applyPlan,
            ApplyPlanRequest.with { $0.version = 1 },
            key: IdempotencyKey(bits: 1),
            tenant: Self.tenant
        )
        // One after the other: what is written next on the connection is the answer.
        for number in 0..<Self.reportCount {
            _ = try await dispatch.answer(
                to: BillingMethods.recordTripUsage,
                Self.report(number),
                key: Self.key(number),
                tenant: Self.tenant
            )
        }
        #expect(await billing.terminate() == .code(0))
        await loop.spawn {
            await dispatch.close()
            await gateway.close()
        }.value
        let lines = try await Self.lines(of: folder.path(of: "trace"), loop)
        #expect(try Self.answered(lines) == Set(0..<Self.reportCount))
        resolver.stop()
        loop.stop()
        loop.join()
    }

    /// A program called `billing` that becomes the real one, with a tracer that is not its parent: signals and the exit
    /// code are the program's own.
    private static func writeTracer(in folder: TemporaryDirectory) throws {
        let strace = try #require(Prerequisite.program("strace"))
        let script = """
            #!/bin/sh
            exec '\(strace)' -D -f -q -y -xx -s 8192 -o '\(folder.path(of: "trace"))' \\
                -e trace=recvfrom,sendto,pwrite64,fdatasync '\(ProgramProcess.folder)/billing'

            """
        let path = folder.path(of: "billing")
        try script.write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    /// The reports that were answered, all in order.
    private static func answered(_ lines: [Substring]) throws -> Set<Int> {
        var check = LogTraceCheck(keyPrefix: keyPrefix)
        /// What a connection waits for, by its descriptor.
        var asked: [Substring: [Int]] = [:]
        /// From where a thread is reading, where another thread's call stands between begin and end.
        var reading: [Substring: Substring] = [:]
        for line in lines {
            try check.read(line)
            let thread = line.prefix { $0 != " " }
            if line.contains(" recvfrom(") { reading[thread] = descriptor(line) }
            if line.contains("recvfrom"), let descriptor = reading[thread] {
                let keys = check.keys(in: LogTraceCheck.bytes(of: line))
                if !keys.isEmpty { asked[descriptor] = keys }
            } else if line.contains(" sendto("),
                let keys = asked.removeValue(forKey: descriptor(line))
            {
                for key in keys { try check.acknowledge(key, in: line) }
            }
        }
        return check.acknowledged
    }

    /// The trace, once the tracer has written its end.
    private static func lines(of path: String, _ loop: EventLoop) async throws -> [Substring] {
        while true {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let lines = text.split(separator: "\n")
            if lines.last?.hasSuffix("+++ exited with 0 +++") == true { return lines }
            _ = await loop.spawn { await loop.sleep(for: .milliseconds(10)) }.value
        }
    }

    private static func descriptor(_ line: Substring) -> Substring {
        line.drop { $0 != "(" }.dropFirst().prefix { $0 != "," }
    }

    private static func key(_ number: Int) -> IdempotencyKey {
        let prefix = keyPrefix.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        return IdempotencyKey(bits: (prefix << 24 | UInt128(number)) << 64)
    }

    private static func report(_ number: Int) -> TripUsageReport {
        TripUsageReport.with {
            $0.trip = TripID(bits: UInt128(number + 1))
            $0.booking = BookingID(bits: UInt128(number + 1))
            $0.partner = PartnerID(bits: 1)
            $0.driver = DriverID(bits: 1)
            // 2026-11-10.
            $0.completedAt = WallTime(secondsSinceEpoch: 1_794_268_800)
            $0.fareMinorUnits = 1250
            $0.currency = .usDollar
        }
    }
}
