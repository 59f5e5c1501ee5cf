package import Configuration
internal import Crypto
package import ServiceRuntime

/// The checked settings of payments.
package struct PaymentsConfiguration: Sendable {
    /// Hosts of PayPal where money is real.
    package static let liveURLs = ["https://api-m.paypal.com", "https://api.paypal.com"]

    /// How PayPal is reached.
    package let payPal: CurlProviderTransport.Settings
    /// Base 64 of the client id and secret; a secret.
    package let payPalCredentials: Secret
    /// Where to die, in tests.
    package let failpoint: Failpoint

    /// The part of `values` that is payments' own.
    ///
    /// - Throws: In production, where PayPal's address is another than its own, or a failpoint is set; elsewhere
    ///   where the address is no plain base; where the authorities cannot be used.
    package init(
        _ values: ConfigurationValues,
        _ deployment: Deployment
    ) throws(ConfigurationError) {
        let keys = PaymentsKeys()
        failpoint = try Failpoint(values, deployment, places: PaymentsPlace.all)
        payPal = CurlProviderTransport.Settings(
            baseURL: try Self.base(values[keys.payPalURL], deployment, keys.payPalURL.name),
            authorityPath: values[keys.payPalAuthority],
            timeMax: values[keys.payPalTime]
        )
        // libcurl would read them at the first payment.
        if let path = payPal.authorityPath {
            try TLSSettings.checkAuthorities(at: path, setting: keys.payPalAuthority.name)
        }
        let id = values[keys.payPalClientID].reveal()
        let secret = values[keys.payPalClientSecret].reveal()
        guard Self.isPlain(id), Self.isPlain(secret), !id.contains(":") else {
            throw ConfigurationError([
                .init(keys.payPalClientID.name, "the id and the secret are one line of ASCII each")
            ])
        }
        payPalCredentials = Secret(Base64.encode(Array("\(id):\(secret)".utf8)))
    }

    private static func base(
        _ url: LocationURL,
        _ deployment: Deployment,
        _ key: String
    ) throws(ConfigurationError) -> String {
        var text = url.reveal()
        if text.hasSuffix("/") { text.removeLast() }
        if deployment == .production {
            guard liveURLs.contains(text) else {
                throw ConfigurationError([
                    .init(
                        key,
                        "in production is \(liveURLs.joined(separator: " or ")), no stand-in"
                    )
                ])
            }
            return text
        }
        let host = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst(2)
        // A user and a password, a path, a query: none of them has a meaning here.
        guard host.count == 1, let name = host.first, !name.isEmpty,
            !name.contains(where: { "@?#\\".contains($0) })
        else {
            throw ConfigurationError([
                .init(key, "is a scheme, a host and a port, such as http://127.0.0.1:8790")
            ])
        }
        return text
    }

    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
