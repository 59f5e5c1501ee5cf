package import Configuration
internal import ServiceRuntime

/// The settings of billing beside the common ones.
package struct BillingKeys: Sendable {
    /// The keys of billing.
    package init() {}

    /// Adds all of them to `schema`.
    package func add(to schema: inout ConfigurationSchema) {
        schema.add(Failpoint.key)
    }
}
