/// Why payments refuses a call, finer than the status code. Raw values are fixed and never reused;
/// 0 is "none".
package enum PaymentsSubCode: UInt16, RegistrySubCode {
    /// No such payment of this tenant.
    case paymentUnknown = 1
    /// The payment exists with other content.
    case paymentDiffers = 2
    /// No such payment method of this partner, or it may not be charged.
    case methodUnknown = 3
    /// The payment's state does not allow it.
    case stateForbids = 4
    /// Not above zero, in another currency, or more than is held.
    case amountInvalid = 5
    /// The provider is not configured.
    case providerUnavailable = 6
    /// A newer revision is stored.
    case revisionStale = 7

    package static var service: RegistryService { .payments }
}
