import Crypto
import GatewayCore
import Messages
import Model
import ServiceRuntime
import Testing
import Timekeeping

@testable import GatewayServer

@Suite("Caller tokens of the gateway")
struct CallerTokenMintTests {
    @Test(
        "a token is used again for half of its life, and never before the time of its issue",
        arguments: [(0, true), (29, true), (30, false), (-1, false)]
    )
    func reused(seconds: Int64, isSame: Bool) throws {
        let mint = CallerTokenMint(TokenSigner(SigningKeySet(KeySet(try SigningKey.generate()))))
        let limit = try #require(TokenBucket.Limit(burst: 1, perSecond: 1))
        let credential = Credential(
            key: Model.KeyID(bits: 1),
            tenant: TenantID(7),
            partner: PartnerID(bits: 2),
            scopes: .book,
            limit: limit
        )
        let now = WallTime(secondsSinceEpoch: 1_780_000_000)
        let first = try mint.token(credential, for: .dispatch, now: now)
        let later = now.advanced(by: .seconds(seconds))
        let second = try mint.token(credential, for: .dispatch, now: later)
        #expect((first == second) == isSame)
    }
}
