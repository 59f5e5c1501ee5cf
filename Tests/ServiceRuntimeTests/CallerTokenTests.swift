import Calls
import Crypto
import Messages
import Model
import ServiceRuntime
import TestSupport
import Testing
import Timekeeping
import WireFormat

@Suite("Tokens between services and of drivers")
struct CallerTokenTests {
    let directory: TemporaryDirectory
    let keys: SigningKeySet
    let time = ManualTimeSource()

    init() throws {
        directory = try TemporaryDirectory()
        try SecretFile.write(SigningKey.generate().pem(), to: directory.path(of: "keys.pem"))
        keys = try SigningKeySet(path: directory.path(of: "keys.pem"))
    }

    func callerToken(_ change: (inout CallerToken) -> Void = { _ in }) -> CallerToken {
        .with { token in
            token.tenant = TenantID(42)
            token.subjectKind = WireEnum(.partner)
            token.subject = SubjectID(bits: 7)
            token.scopes = TokenScopes.book.rawValue
            token.audience = RegistryService.dispatch.rawValue
            token.issuedAt = time.wallTime
            token.expiresAt = time.wallTime.advanced(by: TokenContext.callerLife)
            change(&token)
        }
    }

    func driverToken(_ change: (inout DriverToken) -> Void = { _ in }) -> DriverToken {
        .with { token in
            token.tenant = TenantID(42)
            token.driver = DriverID(bits: 9)
            token.scopes = TokenScopes.drive.rawValue
            token.audience = RegistryService.ingest.rawValue
            token.issuedAt = time.wallTime
            token.expiresAt = time.wallTime.advanced(by: TokenContext.driverLife)
            change(&token)
        }
    }

    /// The code with which `body` refuses.
    func refusal(_ body: () throws(CallError) -> Void) -> StatusCode? {
        do throws(CallError) {
            try body()
            return nil
        } catch {
            return error.code
        }
    }

    @Test("a caller token comes back as it was signed, as often as it is shown")
    func caller() throws {
        let token = callerToken()
        let signed = try TokenSigner(keys).sign(token)
        let verifier = CallerTokenVerifier(keys)
        for _ in 0..<2 {
            #expect(try verifier.verify(signed, for: .dispatch, now: time.wallTime) == token)
        }
    }

    @Test("another audience, an early, a late and a changed token are refused")
    func callerRefusals() throws {
        let verifier = CallerTokenVerifier(keys)
        let signed = try TokenSigner(keys).sign(callerToken())
        let now = time.wallTime
        let late = now.advanced(by: .seconds(60))
        let early = now.advanced(by: .seconds(-6))
        #expect(
            refusal { () throws(CallError) in
                _ = try verifier.verify(signed, for: .payments, now: now)
            } == .unauthenticated
        )
        #expect(
            refusal { () throws(CallError) in
                _ = try verifier.verify(signed, for: .dispatch, now: late)
            } == .unauthenticated
        )
        #expect(
            refusal { () throws(CallError) in
                _ = try verifier.verify(signed, for: .dispatch, now: early)
            } == .unauthenticated
        )
        for index in signed.indices {
            var changed = signed
            changed[index] ^= 1
            #expect(
                refusal { () throws(CallError) in
                    _ = try verifier.verify(changed, for: .dispatch, now: now)
                } == .unauthenticated
            )
        }
    }

    @Test("the moment before the end is good, the end is not")
    func boundary() throws {
        let verifier = CallerTokenVerifier(keys)
        let signed = try TokenSigner(keys).sign(callerToken())
        let last = time.wallTime.advanced(by: .seconds(60)).advanced(by: .microseconds(-1))
        #expect(
            refusal { () throws(CallError) in
                _ = try verifier.verify(signed, for: .dispatch, now: last)
            } == nil
        )
    }

    @Test("a driver's token lets him in as himself, until it expires")
    func driver() throws {
        let authenticator = DriverAuthenticator(keys, time: time)
        let signed = try TokenSigner(keys).sign(driverToken())
        let peer = try authenticator.authenticate(certificateNames: [], token: signed)
        #expect(peer.identity == .driver(tenant: TenantID(42), driver: DriverID(bits: 9)))
        #expect(peer.tokenExpiresAt == time.wallTime.advanced(by: .seconds(12 * 3600)))
        time.advance(by: .seconds(12 * 3600))
        #expect(
            refusal { () throws(CallError) in
                _ = try authenticator.authenticate(certificateNames: [], token: signed)
            } == .unauthenticated
        )
    }

    @Test("a caller token opens no driver's connection, nor the other way round")
    func kindsApart() throws {
        let authenticator = DriverAuthenticator(keys, time: time)
        let caller = try TokenSigner(keys).sign(callerToken())
        #expect(
            refusal { () throws(CallError) in
                _ = try authenticator.authenticate(certificateNames: [], token: caller)
            } == .unauthenticated
        )
        let driver = try TokenSigner(keys).sign(driverToken())
        #expect(
            refusal { () throws(CallError) in
                _ = try CallerTokenVerifier(keys).verify(driver, for: .dispatch, now: time.wallTime)
            } == .unauthenticated
        )
    }

    @Test("a driver's token for another service, without the scope or without a driver is refused")
    func driverRefusals() throws {
        let authenticator = DriverAuthenticator(keys, time: time)
        let tokens = [
            driverToken { $0.audience = RegistryService.dispatch.rawValue },
            driverToken { $0.scopes = TokenScopes.book.rawValue },
            driverToken { $0.driver = .none },
        ]
        for token in tokens {
            let signed = try TokenSigner(keys).sign(token)
            #expect(
                refusal { () throws(CallError) in
                    _ = try authenticator.authenticate(certificateNames: [], token: signed)
                } == .unauthenticated
            )
        }
    }
}
