internal import Crypto
internal import Foundation
internal import ServiceRuntime
internal import Timekeeping
internal import Transport

/// The certificates: signed by the authority, in time, with the right names, and each with its own key.
enum CertificateExamination {
    private static let area = "certificates"
    private static let renewal = "`nexors up` issues it anew; restart the programs then."

    /// Who issues certificates of this installation.
    private static func renewal(_ installation: Installation) -> String {
        guard (try? installation.settings())?.deployment == .production else { return renewal }
        return "`nexors secrets write` issues it anew; give it to the programs and restart them."
    }

    static func findings(_ installation: Installation, now: WallTime) -> [Finding] {
        let authorityPath = installation.authorityPath
        let authorities: TrustedAuthorities
        do throws(CryptoError) {
            authorities = try TrustedAuthorities(pem: SecretFile.read(authorityPath))
        } catch {
            // Without it nothing can be said of the others.
            return [
                .problem(
                    area,
                    "authority",
                    "\(authorityPath): \(error.message)",
                    advice: """
                        Put it back from a backup. Without one, stop the programs and move \
                        \(installation.keysDirectory) away: `nexors up` makes all keys anew, and every client has to \
                        be given the new authority.
                        """
                )
            ]
        }
        return [authority(installation, now)]
            + CertificatePlan().entries.map { finding(installation, $0, authorities, now) }
    }

    /// Its key may be kept elsewhere: it is needed only to issue.
    private static func authority(_ installation: Installation, _ now: WallTime) -> Finding {
        let renewal = "Nothing renews an authority: make a new one, and give it to every client."
        do throws(CryptoError) {
            let certificate = try SecretFile.read(installation.authorityPath)
            let facts = try CertificateFacts(pem: certificate)
            if let wrong = judge(facts, now, "authority", renewal: renewal) { return wrong }
            let keyPath = installation.key(KeyMaterial.File.authorityKey)
            guard FileManager.default.fileExists(atPath: keyPath) else {
                return .ok(area, "authority", "\(days(facts, now)); its key is kept elsewhere")
            }
            // Compares the two.
            _ = try CertificateAuthority(
                CertifiedKey(
                    certificatePEM: certificate,
                    privateKeyPEM: SecretFile.read(keyPath)
                )
            )
            return .ok(area, "authority", "\(days(facts, now)), and its key fits")
        } catch {
            return .problem(
                area,
                "authority",
                error.message,
                advice:
                    "Put back the \(KeyMaterial.File.authorityKey) that belongs to it: nothing can be issued."
            )
        }
    }

    private static func finding(
        _ installation: Installation,
        _ entry: CertificatePlan.Entry,
        _ authorities: TrustedAuthorities,
        _ now: WallTime
    ) -> Finding {
        let renewal = renewal(installation)
        let path = installation.key(entry.certificateFile)
        let keyPath = installation.key(entry.keyFile)
        let removal = "Remove \(path) and its key; \(renewal)"
        let wrong = { (message: String) in
            Finding.problem(area, entry.name, message, advice: removal)
        }
        for file in [path, keyPath] where !FileManager.default.fileExists(atPath: file) {
            return .problem(area, entry.name, "\(file) is missing", advice: renewal)
        }
        do {
            let certificate = try SecretFile.read(path)
            let facts = try CertificateFacts(pem: certificate)
            if let late = judge(facts, now, entry.name, renewal: renewal) { return late }
            let missing = entry.names.filter { !facts.names.contains($0) }
            guard missing.isEmpty else {
                return wrong(
                    "stands for \(facts.names.joined(separator: ", ")), not for \(missing.joined(separator: ", "))"
                )
            }
            do throws(CryptoError) {
                try authorities.check(chain: certificate)
            } catch {
                return wrong("is not signed by \(installation.authorityPath): \(error.message)")
            }
            // OpenSSL compares the two when it loads them.
            _ = try TLSContext(
                .server(
                    certificatePath: path,
                    privateKeyPath: keyPath,
                    applicationProtocols: ["lbp/1"]
                )
            )
            return .ok(
                area,
                entry.name,
                "\(days(facts, now)); the authority has signed it, names and key fit"
            )
        } catch let error as CryptoError {
            return wrong("\(path): \(error.message)")
        } catch {
            return wrong("\(error)")
        }
    }

    private static func days(_ facts: CertificateFacts, _ now: WallTime) -> String {
        "holds for \(Figures.count(wholeDays(now, facts.notAfter), "day"))"
    }

    private static func wholeDays(_ now: WallTime, _ end: WallTime) -> Int {
        Int(now.duration(to: end).wholeMilliseconds / 86_400_000)
    }

    private static func judge(
        _ facts: CertificateFacts,
        _ now: WallTime,
        _ name: String,
        renewal: String
    ) -> Finding? {
        judge(facts.notBefore, facts.notAfter, now, name, renewal: renewal)
    }

    /// What is wrong with a certificate's times; `nil` where nothing is.
    static func judge(
        _ notBefore: WallTime,
        _ notAfter: WallTime,
        _ now: WallTime,
        _ name: String,
        renewal: String = renewal
    ) -> Finding? {
        guard now >= notBefore else {
            return .problem(
                area,
                name,
                "is not valid yet",
                advice: "The machine's clock is behind: set it (timedatectl set-ntp true)."
            )
        }
        let left = now.duration(to: notAfter)
        guard left > .zero else {
            let ago = Figures.count(wholeDays(notAfter, now), "day")
            return .problem(area, name, "has expired, \(ago) ago", advice: renewal)
        }
        guard left > CertificatePlan.renewalTime else {
            let days = Figures.count(wholeDays(now, notAfter), "day")
            return .warning(area, name, "expires in \(days)", advice: renewal)
        }
        return nil
    }
}
