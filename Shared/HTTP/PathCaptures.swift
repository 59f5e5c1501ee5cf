/// What stood in the holes of a route's template, percent-decoded.
package struct PathCaptures: Sendable {
    let names: [String]
    let values: [String]

    /// The text captured under `name`, which the route's template has.
    package subscript(name: String) -> String {
        guard let index = names.firstIndex(of: name) else {
            preconditionFailure("the template has no such capture")
        }
        return values[index]
    }

    /// The captured text read as a number or another type that has a text form.
    ///
    /// - Throws: `Problem` 404 where the text is none: such a path names nothing.
    package func value<Value: LosslessStringConvertible>(
        _ name: String,
        as type: Value.Type = Value.self
    ) throws(Problem) -> Value {
        guard let value = Value(self[name]) else { throw Problem(.notFound) }
        return value
    }
}
