import TestSupport
import Testing

@testable import HTTP

@Suite("Routes")
struct RouterTests {
    private static let router: Router<String> = {
        var router = Router<String>()
        for (method, template) in [
            (HTTPMethod.get, "/"), (.get, "/v1/bookings"), (.post, "/v1/bookings"),
            (.get, "/v1/bookings/{id}"), (.delete, "/v1/bookings/{id}"),
            (.get, "/v1/bookings/{id}/track"), (.get, "/v1/bookings/latest"),
            (.post, "/v1/bookings/latest/seen"), (.get, "/v1/{kind}/latest/raw"),
        ] {
            router.add(method, template, "\(method.name) \(template)")
        }
        return router
    }()

    private func describe(_ method: HTTPMethod, _ path: String) -> String {
        switch Self.router.match(method, Array(path.utf8)[...]) {
        case .none: "none"
        case .otherMethods(let methods): methods.map(\.name).joined(separator: ",")
        case .route(let route, let captures):
            ([route.handler] + captures.names.map { "\($0)=\(captures[$0])" }).joined(
                separator: " "
            )
        }
    }

    @Test(
        "a path finds its route, literals before captures",
        arguments: [
            (HTTPMethod.get, "/", "GET /"),
            (.get, "/v1/bookings", "GET /v1/bookings"),
            (.head, "/v1/bookings", "GET /v1/bookings"),
            (.get, "/v1/bookings/bk_1", "GET /v1/bookings/{id} id=bk_1"),
            (.get, "/v1/bookings/a%2Fb%20%C3%A9", "GET /v1/bookings/{id} id=a/b é"),
            (.get, "/v1/bookings/latest", "GET /v1/bookings/latest"),
            (.get, "/v1/bookings/latest/track", "GET /v1/bookings/{id}/track id=latest"),
            (.post, "/v1/bookings/latest/seen", "POST /v1/bookings/latest/seen"),
            (.get, "/v1/bookings/latest/raw", "GET /v1/{kind}/latest/raw kind=bookings"),
            (.put, "/v1/bookings", "GET,HEAD,POST,OPTIONS"),
            (.delete, "/v1/bookings/latest", "GET,HEAD,OPTIONS"),
            (.get, "/v1/bookings/", "none"),
            (.get, "/v1/bookings//track", "none"),
            (.get, "/v1", "none"),
            (.get, "/v1/bookings/bk_1/", "none"),
            (.get, "/v1/bookings/%FF", "none"),
            (.get, "/v1/bookings/%0A", "none"),
            (.get, "*", "none"),
            (.get, "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18", "none"),
        ]
    )
    func table(method: HTTPMethod, path: String, expected: String) {
        #expect(describe(method, path) == expected)
    }

    @Test("the order of registration does not matter")
    func order() {
        let templates = ["/a/{x}", "/a/b", "/{y}/b", "/a/{x}/c", "/{y}/{z}/c"]
        var first = Router<String>()
        var second = Router<String>()
        for template in templates { first.add(.get, template, template) }
        for template in templates.reversed() { second.add(.get, template, template) }
        for path in ["/a/b", "/a/c", "/q/b", "/a/b/c", "/q/b/c", "/q/c"] {
            func handler(_ router: Router<String>) -> String? {
                guard case .route(let route, _) = router.match(.get, Array(path.utf8)[...]) else {
                    return nil
                }
                return route.handler
            }
            #expect(handler(first) == handler(second))
        }
    }

    @Test("a capture is read as a type, or the path names nothing")
    func typed() throws {
        let captures = PathCaptures(names: ["n"], values: ["42"])
        #expect(try captures.value("n", as: Int.self) == 42)
        #expect(throws: Problem(.notFound)) {
            try PathCaptures(names: ["n"], values: ["4x"]).value("n", as: Int.self)
        }
    }

    @Test("random paths never trap")
    func noise() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<2000 {
            let alphabet = Array("/v1%2Fbookings{}.latest?".utf8)
            let path = (0..<Int.random(in: 0...30, using: &generator)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            }
            _ = Self.router.match(.get, path[...])
        }
    }
}
