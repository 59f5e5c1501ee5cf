package import Configuration
internal import ServiceRuntime

/// The settings of payments beside the common ones.
package struct PaymentsKeys: Sendable {
    /// Where PayPal is reached.
    package let payPalURL = ConfigurationKey<LocationURL>.url(
        "NEXORS_PAYPAL_URL",
        schemes: ["https", "http"],
        default: "https://api-m.paypal.com",
        "Where PayPal is reached; outside production also its sandbox or a stand-in."
    )
    /// Our name at PayPal.
    package let payPalClientID = ConfigurationKey<Secret>.secret(
        "NEXORS_PAYPAL_CLIENT_ID",
        "The client id that PayPal gave us."
    )
    /// What proves it.
    package let payPalClientSecret = ConfigurationKey<Secret>.secret(
        "NEXORS_PAYPAL_CLIENT_SECRET",
        "The secret of the client id."
    )
    /// Whom to trust instead of the system's authorities.
    package let payPalAuthority = ConfigurationKey<String>.path(
        "NEXORS_PAYPAL_AUTHORITY",
        "Authorities to trust for PayPal instead of the system's (PEM)."
    ).optional()
    /// How long one call may take.
    package let payPalTime = ConfigurationKey<Duration>.duration(
        "NEXORS_PAYPAL_TIMEOUT",
        .milliseconds(100)...(.seconds(60)),
        default: "20s",
        "How long one call of PayPal may take, from connecting to the last byte."
    )

    /// The keys with their defaults.
    package init() {}

    /// Adds all of them to `schema`.
    package func add(to schema: inout ConfigurationSchema) {
        schema.add(payPalURL)
        schema.add([payPalClientID, payPalClientSecret])
        schema.add(payPalAuthority)
        schema.add(payPalTime)
        schema.add(Failpoint.key)
    }
}
