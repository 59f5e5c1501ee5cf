import Configuration
import LinkSupport
import ServiceRuntime
import TestSupport
import Testing

@Suite("CertificateFiles")
struct CertificateFilesTests {
    private static let certificate = ConfigurationKey<String>.path("NEXORS_C", "A certificate.")
        .optional()
    private static let key = ConfigurationKey<String>.path("NEXORS_K", "Its key.").optional()

    private func read(
        _ environment: [String: String]
    ) throws(ConfigurationError)
        -> CertificateFiles?
    {
        var schema = ConfigurationSchema()
        schema.add([Self.certificate, Self.key])
        let values = try ConfigurationValues(schema, environment: environment)
        return try CertificateFiles.read(Self.certificate, Self.key, in: values)
    }

    @Test("both are taken, neither is none, and one alone names the other")
    func pairs() throws {
        #expect(try read([:]) == nil)
        let both = try read(["NEXORS_C": "/c", "NEXORS_K": "/k"])
        #expect(both?.certificate == "/c")
        #expect(both?.key == "/k")
        for (alone, missing) in [("NEXORS_C", "NEXORS_K"), ("NEXORS_K", "NEXORS_C")] {
            let error = #expect(throws: ConfigurationError.self) { try read([alone: "/x"]) }
            #expect(error?.description == "\(missing): is required where \(alone) is set")
        }
    }

    @Test("a file that cannot be used is told by its own setting")
    func unusable() throws {
        let folder = try TemporaryDirectory()
        let authority = try TestAuthority(in: folder)
        let (one, other) = (try authority.files("one"), try authority.files("other"))
        func context(_ certificate: String, _ key: String) throws(ConfigurationError) {
            let files = try read(["NEXORS_C": certificate, "NEXORS_K": key])
            _ = try files?.serverContext(applicationProtocols: ["lbp/1"])
        }
        try context(one.certificate, one.key)
        for (certificate, key, setting) in [
            ("/none.crt", one.key, "NEXORS_C"), (one.key, one.key, "NEXORS_C"),
            (one.certificate, "/none.key", "NEXORS_K"), (one.certificate, other.key, "NEXORS_K"),
        ] {
            let error = #expect(throws: ConfigurationError.self) { try context(certificate, key) }
            #expect(error?.problems.map(\.key) == [setting])
            #expect(error?.description.contains("`nexors secrets write`") == true)
        }
    }
}
