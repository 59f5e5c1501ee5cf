/// Why billing refuses a call, finer than the status code. Raw values are fixed and never reused; 0
/// is "none".
package enum BillingSubCode: UInt16, RegistrySubCode {
    /// The trip was reported before with another content.
    case contradiction = 1
    /// The fare is negative, or has no currency.
    case fareInvalid = 2
    /// The time lies outside the years that can be billed.
    case timeInvalid = 3
    /// A sum does not fit 64 bits.
    case overflow = 4
    /// The tenant has no plan.
    case planUnknown = 5
    /// A newer version is stored.
    case revisionStale = 6

    package static var service: RegistryService { .billing }
}
