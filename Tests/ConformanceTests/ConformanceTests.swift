import Calls
import Crypto
import Foundation
import TestSupport
import Testing
import Timekeeping
import Transport

@Suite("Conformance with the Python peer", .timeLimit(.minutes(3)))
struct ConformanceTests {
    @Test(
        "all published vectors hold in an implementation made from the documents alone",
        .enabled("needs python3") { try Prerequisite.python.isMet() }
    )
    func vectors() async throws {
        let program = try PythonProgram("check_vectors.py")
        #expect(await program.exitCode() == 0, "\(program.output)")
        #expect(program.lines.elements.last?.hasSuffix(" passed, 0 failed") == true)
    }

    @Test(
        "a Python client and our server agree about calls and misuse",
        .enabled("needs python3") { try Prerequisite.python.isMet() }
    )
    func server() async throws {
        let server = try ConformanceServer()
        let port = try await server.listen(.plain)
        let program = try PythonProgram("peer.py", ["client", "127.0.0.1", "\(port)"])
        #expect(await program.exitCode() == 0, "\(program.output)")
        await server.stop()
    }

    @Test(
        "a Python client and our server agree under TLS",
        .enabled("needs python3") { try Prerequisite.python.isMet() }
    )
    func secureServer() async throws {
        let folder = try TemporaryDirectory()
        let files = try Self.certificates(in: folder)
        let context = try TLSContext(
            .server(
                certificatePath: files.certificate,
                privateKeyPath: files.key,
                applicationProtocols: ["lbp/1"]
            )
        )
        let server = try ConformanceServer()
        let port = try await server.listen(.server(context))
        let program = try PythonProgram(
            "peer.py",
            ["client", "127.0.0.1", "\(port)", files.authority]
        )
        #expect(await program.exitCode() == 0, "\(program.output)")
        await server.stop()
    }

    /// An authority and a certificate for this machine's loopback address, as files.
    static func certificates(
        in folder: TemporaryDirectory
    ) throws -> (authority: String, certificate: String, key: String) {
        let now = SystemTimeSource().wallTime
        let authority = try CertificateAuthority.make(
            name: "Test authority",
            notBefore: now.advanced(by: .seconds(-3600)),
            notAfter: now.advanced(by: .seconds(3600))
        )
        let issued = try authority.issue(
            names: ["localhost"],
            isForLoopback: true,
            notBefore: now.advanced(by: .seconds(-3600)),
            notAfter: now.advanced(by: .seconds(3600))
        )
        let paths = (
            folder.path(of: "ca.pem"), folder.path(of: "own.pem"), folder.path(of: "own.key")
        )
        try SecretFile.write(authority.certifiedKey.certificatePEM, to: paths.0)
        try issued.write(certificatePath: paths.1, keyPath: paths.2)
        return paths
    }
}
