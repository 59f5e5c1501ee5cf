internal import Crypto
internal import Foundation
internal import Model
package import ServiceRuntime
package import Timekeeping

/// Makes what an installation needs of keys, and only what is missing or about to expire.
///
/// Private keys and secrets are files of mode 0600 in a folder of mode 0700; a second run changes nothing.
package struct KeyMaterial: Sendable {
    /// File names among the keys.
    package enum File {
        /// The authority's private key; needed only to issue.
        package static let authorityKey = "authority.key"
        /// The authority's certificate: what every program and every client trusts.
        package static let authority = "authority.crt"
        /// The gateway's Ed25519 key: signs driver tokens and caller tokens.
        package static let gatewaySigning = "gateway-signing.pem"
        /// Ingest's Ed25519 key: signs caller tokens for the drivers that it has authenticated.
        package static let ingestSigning = "ingest-signing.pem"
        /// The public halves of both, for whoever verifies.
        package static let tokenKeys = "token-keys.pem"
        /// Ingest's: its own private key first, then the gateway's public one.
        package static let ingestTokenKeys = "ingest-token-keys.pem"
        /// The secret under which API keys are hashed.
        package static let keyHashSecret = "api-key-hash.secret"
        /// The bootstrap key of the administrator.
        package static let adminKey = "admin.key"
        /// The stand-in's credentials: a fixed text of its model, and not a secret of anybody.
        package static let providerSecret = "provider.secret"
    }

    private let installation: Installation
    private let plan: CertificatePlan
    private let deployment: Deployment
    private let time: any TimeSource

    /// The material of `installation`.
    package init(
        _ installation: Installation,
        plan: CertificatePlan = CertificatePlan(),
        deployment: Deployment = .demo,
        time: any TimeSource
    ) {
        self.installation = installation
        self.plan = plan
        self.deployment = deployment
        self.time = time
    }

    /// Makes what is missing.
    ///
    /// - Returns: What was made, in words; empty on a second run.
    /// - Throws: The file that could not be read or written.
    package func complete() throws(OperatorError) -> [String] {
        do throws(CryptoError) {
            var made: [String] = []
            try certificates(&made)
            try tokenKeys(&made)
            try secrets(&made)
            return made
        } catch {
            throw OperatorError(
                "The keys cannot be completed: \(error.message)",
                advice: """
                    `nexors doctor` names the file. Correct its rights; where a certificate is damaged, remove it \
                    and its key, and they are made anew. Keep the rest: without it every API key is void.
                    """
            )
        }
    }

    /// What `complete` made in one line: by name where it is little, by count and folder on a first run.
    package func note(_ made: [String]) -> String {
        made.count <= 3
            ? "keys: made \(made.joined(separator: ", "))"
            : "keys: made \(made.count) keys and certificates in \(installation.keysDirectory)"
    }

    /// The administrator's key.
    package func adminKey() throws(OperatorError) -> String {
        try Self.secret(at: installation.key(File.adminKey))
    }

    /// The text of a secret's file, without blanks at its ends.
    package static func secret(at path: String) throws(OperatorError) -> String {
        do {
            let bytes = try SecretFile.read(path)
            return String(decoding: bytes, as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        } catch {
            throw OperatorError(
                error.message,
                advice: """
                    Name a file that is there. The administrator's key is made by the first `nexors up`, in the \
                    folder that --data names.
                    """
            )
        }
    }

    // MARK: - Certificates

    private func authority(_ made: inout [String]) throws(CryptoError) -> CertificateAuthority {
        let certificatePath = installation.key(File.authority)
        let keyPath = installation.key(File.authorityKey)
        if exists(certificatePath), exists(keyPath) {
            return try CertificateAuthority(
                CertifiedKey(
                    certificatePEM: SecretFile.read(certificatePath),
                    privateKeyPEM: SecretFile.read(keyPath)
                )
            )
        }
        let issued = plan.entries.map(\.certificateFile).filter { exists(installation.key($0)) }
        guard !exists(certificatePath), !exists(keyPath), issued.isEmpty else {
            let missing = exists(certificatePath) ? File.authorityKey : File.authority
            throw CryptoError(
                .file,
                "\(missing) is missing beside what its authority has issued; a new authority would be trusted by none "
                    + "of those. Put it back"
            )
        }
        let now = time.wallTime
        let authority = try CertificateAuthority.make(
            name: "Nexors private authority",
            notBefore: now.advanced(by: .zero - CertificatePlan.clockAllowance),
            notAfter: now.advanced(by: CertificatePlan.authorityLife)
        )
        try authority.certifiedKey.write(certificatePath: certificatePath, keyPath: keyPath)
        made.append("private authority")
        return authority
    }

    /// Issues what is missing or runs out soon. Where nothing is, the authority's key may be kept elsewhere.
    private func certificates(_ made: inout [String]) throws(CryptoError) {
        let now = time.wallTime
        var due: [CertificatePlan.Entry] = []
        for entry in plan.entries where try isDue(entry, at: now) { due.append(entry) }
        if due.isEmpty, exists(installation.key(File.authority)) { return }
        let authority = try authority(&made)
        for entry in due {
            let certificatePath = installation.key(entry.certificateFile)
            let keyPath = installation.key(entry.keyFile)
            let issued = try authority.issue(
                names: entry.names,
                isForLoopback: entry.isForLoopback,
                notBefore: now.advanced(by: .zero - CertificatePlan.clockAllowance),
                notAfter: now.advanced(by: CertificatePlan.certificateLife)
            )
            try issued.write(certificatePath: certificatePath, keyPath: keyPath)
            made.append("certificate of \(entry.name)")
        }
    }

    private func isDue(
        _ entry: CertificatePlan.Entry,
        at now: WallTime
    ) throws(CryptoError) -> Bool {
        let certificatePath = installation.key(entry.certificateFile)
        guard exists(certificatePath), exists(installation.key(entry.keyFile)) else { return true }
        let facts = try CertificateFacts(pem: SecretFile.read(certificatePath))
        // One that lacks a name would be refused by whoever comes by that name.
        guard Set(facts.names).isSuperset(of: entry.names) else { return true }
        return now.duration(to: facts.notAfter) <= CertificatePlan.renewalTime
    }

    // MARK: - Token keys and secrets

    private func tokenKeys(_ made: inout [String]) throws(CryptoError) {
        var isChanged = false
        var keys: [SigningKey] = []
        for file in [File.gatewaySigning, File.ingestSigning] {
            let path = installation.key(file)
            if !exists(path) {
                try SecretFile.write(try SigningKey.generate().pem(), to: path)
                made.append(file)
                isChanged = true
            }
            keys.append(try SigningKey(pem: SecretFile.read(path)))
        }
        let gateway = try keys[0].verifyingKey.pem()
        let sets = [
            (File.tokenKeys, gateway + (try keys[1].verifyingKey.pem())),
            (File.ingestTokenKeys, try keys[1].pem() + gateway),
        ]
        for (file, bytes) in sets where isChanged || !exists(installation.key(file)) {
            try SecretFile.write(bytes, to: installation.key(file))
        }
    }

    private func secrets(_ made: inout [String]) throws(CryptoError) {
        try secret(File.keyHashSecret, &made) {
            Base64.encode(SecureRandom.bytes(32))
        }
        try secret(File.adminKey, &made) {
            Self.adminKeyText(deployment, at: time.wallTime)
        }
        try secret(File.providerSecret, &made) {
            Self.standInSecret
        }
    }

    /// What the stand-in's model takes for a client id.
    package static let standInClientID = "standin-client"
    /// What the stand-in's model takes for its secret; it guards nothing.
    package static let standInSecret = "standin-secret"

    private func secret(
        _ file: String,
        _ made: inout [String],
        _ text: () -> String
    ) throws(CryptoError) {
        let path = installation.key(file)
        guard !exists(path) else { return }
        try SecretFile.write(Array(text().utf8), to: path)
        made.append(file)
    }

    /// A key of the form that the gateway reads: `nx_test_`, or `nx_live_` in production, 26 characters of its row,
    /// 43 of the secret.
    private static func adminKeyText(_ deployment: Deployment, at moment: WallTime) -> String {
        var generator = SecureRandom()
        let row = Model.KeyID(at: moment, using: &generator)
        let secret = Base64.encode(SecureRandom.bytes(32), .url)
        let kind = deployment == .production ? "live" : "test"
        return "nx_\(kind)_\(row.description.dropFirst(4))_\(secret)"
    }

    private func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path)
    }
}
