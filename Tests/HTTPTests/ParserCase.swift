import Testing

@testable import HTTP

/// What a parser made of some bytes, in a form that compares.
enum Outcome: Equatable, CustomStringConvertible {
    case request(method: HTTPMethod, path: String, body: String, keepsAlive: Bool)
    case expectsContinue
    case refused(UInt16, RequestRefusal.StaticReason)

    var description: String {
        switch self {
        case .request(let method, let path, let body, let keepsAlive):
            "\(method.name) \(path) \(body.debugDescription) \(keepsAlive ? "open" : "close")"
        case .expectsContinue: "100"
        case .refused(let status, let reason): "\(status) \(reason)"
        }
    }
}

/// Feeds `input` cut at `cuts` into a new parser and notes everything it says.
func outcomes(
    of input: [UInt8],
    limits: RequestLimits = RequestLimits(),
    cuts: [Int] = []
) -> [Outcome] {
    var parser = RequestParser(limits: limits)
    var result: [Outcome] = []
    var start = 0
    for end in cuts + [input.count] {
        parser.receive(Array(input[start..<end]).span.bytes)
        start = end
        reading: while true {
            switch parser.next() {
            case .needsInput: break reading
            case .expectsContinue: result.append(.expectsContinue)
            case .refused(let refusal): result.append(.refused(refusal.status.code, refusal.reason))
            case .request(let request):
                result.append(
                    .request(
                        method: request.method,
                        path: request.pathText,
                        body: String(decoding: request.body, as: UTF8.self),
                        keepsAlive: request.keepsAlive
                    )
                )
            }
        }
    }
    return result
}

/// A request whose refusal is tested.
struct RefusedCase: Sendable, CustomTestStringConvertible {
    let name: String
    let input: String
    let status: UInt16
    let reason: RequestRefusal.StaticReason

    var testDescription: String { name }

    init(_ name: String, _ input: String, _ status: UInt16, _ reason: RequestRefusal.StaticReason) {
        self.name = name
        self.input = input
        self.status = status
        self.reason = reason
    }
}
