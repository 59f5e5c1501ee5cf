import Messages
import Model
import Testing
import WireFormat

@testable import Calls

/// What the server itself looks at: a client of ours would not send what it refuses.
@Suite("What a server lets in")
struct CallAdmissionTests {
    private static let quote = DispatchMethods.quote.descriptor
    private static let create = DispatchMethods.createBooking.descriptor

    private static func refusal(
        of method: MethodDescriptor,
        timeout: Duration = .seconds(1),
        key: IdempotencyKey = .none,
        by caller: MethodCaller = .gateway,
        _ change: (inout CallBlock) -> Void = { _ in }
    ) throws -> CallError? {
        var routes = CallRoutes()
        routes.unaryBytes(DispatchMethods.quote) { (_, body) in body }
        routes.unaryBytes(DispatchMethods.createBooking) { (_, body) in body }
        var block = DirectCall(
            method: method,
            body: [],
            isEnd: true,
            options: CallOptions(key: key),
            timeout: timeout
        ).block
        change(&block)
        let peer = PeerIdentity.service(caller)
        let route = try routes.route(of: block)
        do throws(CallError) {
            try route.check(block, of: peer, peerBit: CallRoutes.bit(of: caller))
            return nil
        } catch {
            #expect(error.isNotProcessed)
            return error
        }
    }

    @Test("the method's least time is enough, and a millisecond less is not")
    func floor() throws {
        let floor = Duration.milliseconds(Int64(Self.quote.floorMilliseconds))
        #expect(try Self.refusal(of: Self.quote, timeout: floor) == nil)
        let late = try Self.refusal(of: Self.quote, timeout: floor - .milliseconds(1))
        #expect(late?.code == .deadlineExceeded)
    }

    @Test("what changes something needs a key")
    func key() throws {
        #expect(try Self.refusal(of: Self.create, key: IdempotencyKey(bits: 1)) == nil)
        #expect(try Self.refusal(of: Self.create)?.code == .invalidArgument)
    }

    @Test("a method is called as the kind that it is, by those whom the registry names")
    func kindAndCaller() throws {
        let kind = try Self.refusal(of: Self.quote) { $0.kind = .serverStream }
        #expect(kind?.code == .invalidArgument)
        #expect(try Self.refusal(of: Self.quote, by: .billing)?.code == .permissionDenied)
    }
}
