/// Why any of the five refuses a call of the control service. Raw values are fixed and never
/// reused; 0 is "none".
package enum ControlSubCode: UInt16, RegistrySubCode {
    /// Business time is real time in production.
    case production = 1
    /// A newer setting is in force.
    case revisionStale = 2

    package static var service: RegistryService { .control }
}
