internal import Crypto
internal import Foundation
internal import Timekeeping
internal import Transport

/// The certificates: there, in time, with the right names, and each with its own key.
enum CertificateExamination {
    private static let area = "certificates"
    private static let renewal = "`nexors up` issues it anew; restart the programs then."

    static func findings(_ installation: Installation, now: WallTime) -> [Finding] {
        let authority = CertificatePlan.Entry(name: "authority", names: [], isForLoopback: false)
        return ([authority] + CertificatePlan().entries).map { finding(installation, $0, now) }
    }

    private static func finding(
        _ installation: Installation,
        _ entry: CertificatePlan.Entry,
        _ now: WallTime
    ) -> Finding {
        let path = installation.key(entry.certificateFile)
        guard FileManager.default.fileExists(atPath: path) else {
            return Finding(
                area,
                entry.name,
                .problem,
                "\(path) is missing",
                advice: "`nexors up` makes it on its first run; name the folder with --data DIR."
            )
        }
        do {
            let facts = try CertificateFacts(pem: SecretFile.read(path))
            if let wrong = judge(facts.notBefore, facts.notAfter, now, entry.name) { return wrong }
            let missing = entry.names.filter { !facts.names.contains($0) }
            guard missing.isEmpty else {
                return Finding(
                    area,
                    entry.name,
                    .problem,
                    "does not stand for \(missing.joined(separator: ", "))",
                    advice: "Remove \(path); \(renewal)"
                )
            }
            // OpenSSL compares the two when it loads them.
            _ = try TLSContext(
                .server(
                    certificatePath: path,
                    privateKeyPath: installation.key(entry.keyFile),
                    applicationProtocols: ["lbp/1"]
                )
            )
            let days = now.duration(to: facts.notAfter).wholeMilliseconds / 86_400_000
            return Finding(area, entry.name, .ok, "holds for \(days) days, and its key fits")
        } catch let error as CryptoError {
            return Finding(
                area,
                entry.name,
                .problem,
                error.message,
                advice: "Remove it; \(renewal)"
            )
        } catch let error as TLSContextError {
            return Finding(
                area,
                entry.name,
                .problem,
                error.message,
                advice: "Remove certificate and key; \(renewal)"
            )
        } catch {
            return Finding(area, entry.name, .problem, "\(error)")
        }
    }

    /// What is wrong with a certificate's times; `nil` where nothing is.
    static func judge(
        _ notBefore: WallTime,
        _ notAfter: WallTime,
        _ now: WallTime,
        _ name: String
    ) -> Finding? {
        guard now >= notBefore else {
            return Finding(
                area,
                name,
                .problem,
                "is not valid yet",
                advice: "The machine's clock is behind: set it (timedatectl set-ntp true)."
            )
        }
        let left = now.duration(to: notAfter)
        guard left > .zero else {
            return Finding(area, name, .problem, "has expired", advice: renewal)
        }
        guard left > CertificatePlan.renewalTime else {
            let days = left.wholeMilliseconds / 86_400_000
            return Finding(area, name, .warning, "expires in \(days) days", advice: renewal)
        }
        return nil
    }
}
