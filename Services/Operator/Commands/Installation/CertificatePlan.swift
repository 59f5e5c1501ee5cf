internal import Model

/// Which certificates an installation has, and for how long.
package struct CertificatePlan: Hashable, Sendable {
    /// One certificate and its key: `NAME.crt` and `NAME.key` among the keys.
    package struct Entry: Hashable, Sendable {
        /// The files' name.
        package let name: String
        /// The DNS names that it stands for.
        package let names: [String]
        /// Whether it also stands for localhost, 127.0.0.1 and ::1.
        package let isForLoopback: Bool

        /// The certificate's file name.
        package var certificateFile: String { "\(name).crt" }
        /// The key's file name.
        package var keyFile: String { "\(name).key" }
    }

    /// How long the authority holds: it has to outlive what it signs, and nobody rotates a demo's.
    package static let authorityLife = Duration.seconds(10 * 365 * 86_400)
    /// How long a certificate holds: browsers refuse more than 398 days.
    package static let certificateLife = Duration.seconds(397 * 86_400)
    /// A certificate with less left is issued anew by `nexors up`, and named by `nexors doctor`.
    package static let renewalTime = Duration.seconds(30 * 86_400)
    /// How long before now a certificate begins: another machine's clock may be behind.
    package static let clockAllowance = Duration.seconds(300)

    /// The certificates, in the order of making: one for each service, the operator's, and the two that outsiders see.
    package let entries: [Entry]

    /// The plan of every installation.
    ///
    /// - Parameter publicNames: DNS names by which outsiders reach the gateway and the drivers' port, beside
    ///   `localhost`.
    package init(publicNames: [String] = []) {
        let seen = ["localhost"] + publicNames
        entries =
            ServiceName.allCases.map {
                Entry(name: $0.text, names: [$0.text], isForLoopback: false)
            } + [
                Entry(name: "operator", names: ["operator"], isForLoopback: false),
                Entry(name: "public", names: seen, isForLoopback: true),
                Entry(name: "drivers", names: seen, isForLoopback: true),
            ]
    }
}
