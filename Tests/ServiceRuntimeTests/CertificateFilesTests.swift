import Configuration
import ServiceRuntime
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
        #expect(both == CertificateFiles(certificate: "/c", key: "/k"))
        for (alone, missing) in [("NEXORS_C", "NEXORS_K"), ("NEXORS_K", "NEXORS_C")] {
            let error = #expect(throws: ConfigurationError.self) { try read([alone: "/x"]) }
            #expect(error?.description == "\(missing): is required where \(alone) is set")
        }
    }
}
