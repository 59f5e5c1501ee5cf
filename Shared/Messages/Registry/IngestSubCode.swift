/// Why ingest refuses a call, finer than the status code. Raw values are fixed and never reused; 0
/// is "none".
package enum IngestSubCode: UInt16, RegistrySubCode {
    /// The driver has no open shift.
    case shiftNotOpen = 1
    /// A newer stream of the same driver took over.
    case streamReplaced = 2
    /// The zone's rings are not closed polygons, or its chunks do not fit together.
    case zoneInvalid = 3
    /// A newer revision is stored.
    case revisionStale = 4
    /// Nothing is known of this driver's position.
    case noFix = 5
    /// The call could not be relayed.
    case dispatchUnreachable = 6
    /// The stream sent too many fixes that were refused.
    case tooManyRefused = 7

    package static var service: RegistryService { .ingest }
}
