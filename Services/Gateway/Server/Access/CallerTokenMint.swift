package import Crypto
package import Messages
internal import Model
package import ServiceRuntime
internal import Synchronization
package import Timekeeping

/// Signs the tokens that say on whose behalf the gateway calls, one for each credential and service at a time.
///
/// A signature costs some 30 us here and its check more at the other end, which remembers tokens it has seen; so a
/// token is used again for half of its life.
package final class CallerTokenMint: Sendable {
    /// Tokens kept; beyond it all are forgotten and made anew.
    package static let tokenCountMax = 16_384

    private struct Place: Hashable {
        let credential: Credential
        let audience: RegistryService
    }

    private struct Minted {
        let bytes: [UInt8]
        let issuedAt: WallTime
        let freshUntil: WallTime
    }

    private let signer: TokenSigner
    private let tokens = Mutex<[Place: Minted]>([:])

    /// A mint with the keys of `signer`.
    package init(_ signer: TokenSigner) {
        self.signer = signer
    }

    /// A token for `credential`, to be shown to `audience`.
    ///
    /// - Throws: `.unknownKey` where there is no private key.
    package func token(
        _ credential: Credential,
        for audience: RegistryService,
        now: WallTime
    ) throws(CryptoError) -> [UInt8] {
        let place = Place(credential: credential, audience: audience)
        // A token from before the clock was set back is one of the future, which nobody lets in.
        if let minted = tokens.withLock({ $0[place] }), minted.issuedAt <= now,
            now < minted.freshUntil
        {
            return minted.bytes
        }
        var random = SecureRandom()
        let nonce = random.next()
        let bytes = try signer.sign(
            CallerToken.with { token in
                token.tenant = credential.tenant
                token.subjectKind = WireEnum(credential.subjectKind)
                token.subject = credential.subject
                token.scopes = credential.scopes.rawValue
                token.audience = audience.rawValue
                token.issuedAt = now
                token.expiresAt = now.advanced(by: TokenContext.callerLife)
                token.nonce = nonce
            }
        )
        let minted = Minted(
            bytes: bytes,
            issuedAt: now,
            freshUntil: now.advanced(by: TokenContext.callerLife / 2)
        )
        tokens.withLock { tokens in
            if tokens.count >= Self.tokenCountMax { tokens.removeAll() }
            tokens[place] = minted
        }
        return bytes
    }
}
