internal import Calls
internal import Crypto
internal import Messages
internal import Model
package import ServiceRuntime
internal import Timekeeping
internal import WireFormat

/// The caller tokens under which ingest calls dispatch for its drivers.
///
/// A signature costs 25 us here and its check 60 us there, so a driver's token is used again until half of its
/// life is over; dispatch then finds it among those that it has checked.
package struct DriverCallers {
    /// Tokens kept: more drivers than one ingest has.
    package static let capacity = 65_536

    private struct Entry {
        let token: [UInt8]
        let issuedAt: WallTime
        let renewAt: WallTime
    }

    private let signer: TokenSigner
    private var entries: [DriverID: Entry] = [:]

    /// Signs with ingest's own key.
    package init(_ signer: TokenSigner) {
        self.signer = signer
    }

    /// A token for calls to dispatch on behalf of the driver.
    ///
    /// - Parameters:
    ///   - now: Real time.
    ///   - nonce: The caller's randomness.
    /// - Throws: `.internal` where there is no key to sign with.
    mutating func token(
        for driver: DriverID,
        of tenant: TenantID,
        at now: WallTime,
        nonce: UInt64
    ) throws(CallError) -> [UInt8] {
        // A token from before the clock was set back is one of the future, which nobody lets in.
        if let entry = entries[driver], entry.issuedAt <= now, now < entry.renewAt {
            return entry.token
        }
        let caller = CallerToken.with {
            $0.tenant = tenant
            $0.subjectKind = WireEnum(.driver)
            $0.subject = SubjectID(bits: driver.bits)
            $0.scopes = TokenScopes.drive.rawValue
            $0.audience = RegistryService.dispatch.rawValue
            $0.issuedAt = now
            $0.expiresAt = now.advanced(by: TokenContext.callerLife)
            $0.nonce = nonce
        }
        let token: [UInt8]
        do {
            token = try signer.sign(caller)
        } catch {
            throw CallError(.internal, "a caller token cannot be signed: \(error.message)")
        }
        if entries.count >= Self.capacity { entries.removeAll(keepingCapacity: true) }
        let renewAt = now.advanced(by: TokenContext.callerLife / 2)
        entries[driver] = Entry(token: token, issuedAt: now, renewAt: renewAt)
        return token
    }
}
