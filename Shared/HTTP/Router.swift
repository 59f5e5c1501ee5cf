/// Finds the route of a method and a path: a tree of literal and captured segments, no patterns.
///
/// Precedence does not depend on the order of registration: segment by segment from the left a literal
/// comes before a capture, and a capture is tried where the literal leads nowhere. The path alone
/// decides; only then the method, so a path with a literal route never falls to a capture's methods.
/// A path matches exactly: no trailing slash, no empty segments, no dots resolved.
package struct Router<Handler: Sendable>: Sendable {
    /// A method and a template with what answers them. A class: each request is given one.
    package final class Route: Sendable {
        /// The method that it serves.
        package let method: HTTPMethod
        /// The template that its path matches; what metrics and the API description call it by.
        package let template: PathTemplate
        /// What answers.
        package let handler: Handler
        /// Its place among all routes, from 0.
        package let index: Int
        let captureNames: [String]

        init(_ method: HTTPMethod, _ template: PathTemplate, _ handler: Handler, index: Int) {
            self.method = method
            self.template = template
            self.handler = handler
            self.index = index
            captureNames = template.captureNames
        }
    }

    /// The outcome of a look-up.
    package enum Match: Sendable {
        /// A route and what its captures hold.
        case route(Route, PathCaptures)
        /// The path exists and this method does not; the methods that do, in order, HEAD with GET.
        case otherMethods([HTTPMethod])
        /// No route has this path.
        case none
    }

    private struct Node: Sendable {
        var literals: [(segment: [UInt8], node: Int)] = []
        var capture: Int?
        /// Indices into `routes` by `HTTPMethod.rawValue`, -1 for none; empty where no route ends here.
        var routes: [Int] = []
    }

    private var nodes = [Node()]
    /// All routes in the order of registration.
    package private(set) var routes: [Route] = []

    /// A router without routes.
    package init() {}

    /// Adds a route; two of the same method and shape are a mistake of the program.
    package mutating func add(_ method: HTTPMethod, _ template: String, _ handler: Handler) {
        precondition(method != .trace, "no route serves TRACE")
        let template = PathTemplate(template)
        var node = 0
        for segment in template.segments {
            node = child(of: node, for: segment)
        }
        if nodes[node].routes.isEmpty {
            nodes[node].routes = Array(repeating: -1, count: HTTPMethod.allCases.count)
        }
        precondition(nodes[node].routes[Int(method.rawValue)] < 0, "two routes of one shape")
        nodes[node].routes[Int(method.rawValue)] = routes.count
        routes.append(Route(method, template, handler, index: routes.count))
    }

    private mutating func child(of node: Int, for segment: PathTemplate.Segment) -> Int {
        switch segment {
        case .capture:
            if let child = nodes[node].capture { return child }
            nodes[node].capture = nodes.count
        case .literal(let bytes):
            if let child = nodes[node].literals.first(where: { $0.segment == bytes }) {
                return child.node
            }
            nodes[node].literals.append((bytes, nodes.count))
        }
        nodes.append(Node())
        return nodes.count - 1
    }

    /// Finds what answers `method` on `path`, which is percent-encoded.
    ///
    /// - Complexity: O(nodes) at worst, usually O(path): each node of the tree is visited at most once.
    package func match(_ method: HTTPMethod, _ path: ArraySlice<UInt8>) -> Match {
        guard path.first == Octet.slash else { return .none }
        var captured: [Range<Int>] = []
        guard let end = walk(0, path, path.startIndex + 1, &captured, depth: 0) else {
            return .none
        }
        let table = nodes[end].routes
        var index = table[Int(method.rawValue)]
        if index < 0, method == .head { index = table[Int(HTTPMethod.get.rawValue)] }
        guard index >= 0 else { return .otherMethods(methods(table)) }
        let route = routes[index]
        if captured.isEmpty { return .route(route, PathCaptures(names: [], values: [])) }
        var values: [String] = []
        values.reserveCapacity(captured.count)
        for range in captured {
            guard let value = PercentEncoding.decode(path[range]) else { return .none }
            values.append(value)
        }
        return .route(route, PathCaptures(names: route.captureNames, values: values))
    }

    private func methods(_ table: [Int]) -> [HTTPMethod] {
        HTTPMethod.served.filter { method in
            switch method {
            case .options: true
            case .head: table[Int(method.rawValue)] >= 0 || table[Int(HTTPMethod.get.rawValue)] >= 0
            default: table[Int(method.rawValue)] >= 0
            }
        }
    }

    /// The node where `path[start...]` ends below `node`, with the captures on the way.
    private func walk(
        _ node: Int,
        _ path: ArraySlice<UInt8>,
        _ start: Int,
        _ captured: inout [Range<Int>],
        depth: Int
    ) -> Int? {
        guard depth < PathTemplate.segmentCountMax else { return nil }
        var end = start
        while end < path.endIndex, path[end] != Octet.slash { end += 1 }
        let segment = start..<end
        for literal in nodes[node].literals where path[segment].elementsEqual(literal.segment) {
            if let found = descend(literal.node, path, end, &captured, depth: depth) {
                return found
            }
            break
        }
        guard let capture = nodes[node].capture, !segment.isEmpty else { return nil }
        captured.append(segment)
        if let found = descend(capture, path, end, &captured, depth: depth) { return found }
        captured.removeLast()
        return nil
    }

    private func descend(
        _ node: Int,
        _ path: ArraySlice<UInt8>,
        _ end: Int,
        _ captured: inout [Range<Int>],
        depth: Int
    ) -> Int? {
        if end == path.endIndex { return nodes[node].routes.isEmpty ? nil : node }
        return walk(node, path, end + 1, &captured, depth: depth + 1)
    }
}
