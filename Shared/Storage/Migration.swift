package import Model

/// One numbered step of a schema, forward only.
///
/// It must be safe while the version before it still runs beside the new one: add, fill, and drop only what no
/// running version reads. Its text never changes once released; the store keeps its fingerprint.
package struct Migration: Sendable {
    /// 1, 2, 3, ... within its component, without gaps.
    package let number: Int
    /// What it does, for operators.
    package let name: String
    /// Its statements, in the words of `SQLDialect.translate`.
    package let statements: [StaticString]

    /// A step of a schema, numbered from 1 within its set without gaps.
    package init(_ number: Int, _ name: String, _ statements: [StaticString]) {
        self.number = number
        self.name = name
        self.statements = statements
    }

    /// What the store remembers of its text.
    package var fingerprint: Fingerprint {
        var fingerprint = Fingerprint()
        for statement in statements {
            let text = Array("\(statement)".utf8)
            fingerprint.add(UInt64(text.count))
            fingerprint.add(text)
        }
        return fingerprint
    }
}

/// The migrations of one component; a service's store holds several (its own tables, delivery, leases).
package struct MigrationSet: Sendable {
    /// Names the component in the store; never changes.
    package let component: String
    /// All its migrations, rising from 1.
    package let migrations: [Migration]

    /// - Precondition: The numbers are 1, 2, 3, ...
    package init(component: String, _ migrations: [Migration]) {
        precondition(
            migrations.map(\.number) == Array(1..<(migrations.count + 1)),
            "migrations of \(component) are not numbered 1, 2, 3, ..."
        )
        self.component = component
        self.migrations = migrations
    }
}
