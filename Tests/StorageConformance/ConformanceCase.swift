package import Storage

/// One thing that every store must do, run on a fresh database.
package struct ConformanceCase: Sendable, CustomStringConvertible {
    /// The fact in words.
    package let name: String
    /// Throws `ConformanceFailure` where the fact does not hold.
    package let run: @Sendable (any TransactionalStore) async throws -> Void

    init(_ name: String, _ run: @escaping @Sendable (any TransactionalStore) async throws -> Void) {
        self.name = name
        self.run = run
    }

    package var description: String { name }

    /// Every case.
    package static let all: [ConformanceCase] =
        valueCases + transactionCases + groupWriteCases + migrationCases + deliveryCases
        + parkedCases
        + leaseCases
}

/// What did not hold.
package struct ConformanceFailure: Error, CustomStringConvertible {
    package let description: String
}

/// Fails the case unless `condition` holds.
func require(
    _ condition: Bool,
    _ message: @autoclosure () -> String,
    line: UInt = #line
) throws(ConformanceFailure) {
    if !condition { throw ConformanceFailure(description: "line \(line): \(message())") }
}

/// Fails the case unless both are equal.
func requireEqual<Value: Equatable>(
    _ found: Value,
    _ expected: Value,
    line: UInt = #line
) throws(ConformanceFailure) {
    try require(found == expected, "\(found) instead of \(expected)", line: line)
}

/// Fails the case unless `body` throws a `StorageError` with `code`.
func requireError<Output>(
    _ code: StorageError.Code,
    line: UInt = #line,
    _ body: () async throws -> Output
) async throws {
    do {
        _ = try await body()
    } catch let error as StorageError {
        try requireEqual(error.code, code, line: line)
        return
    }
    throw ConformanceFailure(description: "line \(line): no error instead of \(code)")
}
