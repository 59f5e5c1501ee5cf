import Configuration
import Crypto
import LinkSupport
import Model
import ServiceRuntime
import TestSupport
import Testing

@Suite("LinkCredentials")
struct LinkCredentialsTests {
    private let folder: TemporaryDirectory
    private let settings: [String: String]
    private let foreignKey: String

    init() throws {
        folder = try TemporaryDirectory()
        let authority = try TestAuthority(in: folder)
        var settings = try authority.files("ingest").settings
        settings["NEXORS_DATABASE_URL"] = "sqlite:/tmp/never-opened.db"
        settings["NEXORS_TOKEN_KEYS"] = folder.path(of: "keys.pem")
        try SecretFile.write(SigningKey.generate().pem(), to: folder.path(of: "keys.pem"))
        foreignKey = try authority.files("another").key
        self.settings = settings
    }

    private func read(_ changes: [String: String?]) throws(ConfigurationError) -> LinkCredentials {
        var schema = ConfigurationSchema()
        CommonKeys(.ingest).add(to: &schema)
        var environment = settings
        for (name, value) in changes { environment[name] = value }
        let values = try ConfigurationValues(schema, environment: environment)
        return try LinkCredentials(CommonConfiguration(.ingest, values))
    }

    @Test("good files are taken")
    func good() throws {
        let credentials = try read([:])
        #expect(credentials.keys != nil)
        guard case .mutual = credentials.security else {
            Issue.record("no mutual TLS")
            return
        }
    }

    @Test(
        "a file that is missing, or that holds something else, is told by its setting with what to do"
    )
    func unusable() throws {
        let none = folder.path(of: "none.pem")
        let garbage = try folder.write("no key\n", to: "garbage.pem")
        let cases = [
            ("NEXORS_TLS_CERTIFICATE", none, "No such file"),
            ("NEXORS_TLS_CERTIFICATE", garbage, garbage),
            ("NEXORS_TLS_KEY", none, "No such file"),
            ("NEXORS_TLS_KEY", foreignKey, foreignKey),
            ("NEXORS_TLS_AUTHORITY", none, "No such file"),
            ("NEXORS_TLS_AUTHORITY", garbage, garbage),
            ("NEXORS_TOKEN_KEYS", none, "No such file"),
            ("NEXORS_TOKEN_KEYS", garbage, "\(garbage): a key file holds no key"),
        ]
        for (setting, path, says) in cases {
            let error = #expect(throws: ConfigurationError.self) { try read([setting: path]) }
            #expect(error?.problems.map(\.key) == [setting], "\(path)")
            let text = error?.description ?? ""
            #expect(text.contains(says), "\(text)")
            #expect(text.contains("`nexors secrets write`"), "\(text)")
        }
    }

    @Test("who signs needs a private key: public ones alone, or none, are refused")
    func signing() throws {
        let whole = try read([:])
        #expect(try whole.signingKeys(for: "it signs") === whole.keys)
        let key = try SigningKey.generate()
        let path = try folder.write(
            String(decoding: key.verifyingKey.pem(), as: UTF8.self),
            to: "public.pem"
        )
        let publicAlone = try read(["NEXORS_TOKEN_KEYS": path])
        #expect(publicAlone.keys != nil)
        let without = try read(["NEXORS_TOKEN_KEYS": nil, "NEXORS_ENVIRONMENT": "test"])
        for (credentials, says) in [
            (publicAlone, "\(path) holds no private key: it signs"),
            (without, "is required: it signs"),
        ] {
            let error = #expect(throws: ConfigurationError.self) {
                try credentials.signingKeys(for: "it signs")
            }
            #expect(error?.problems.map(\.key) == ["NEXORS_TOKEN_KEYS"])
            #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
        }
    }
}
