/// A write that a commit does once for all its bodies: each leaves its items, and they run as one set at the end.
///
/// Sixty-four transfers of one commit then take three statements on PostgreSQL instead of some hundreds, and on both
/// engines a row that many of them change is written once. Declared as a `static let` by the repository that owns the
/// tables; the object itself is the kind.
package final class GroupWrite<Item: Sendable>: Sendable {
    /// Writes items of several bodies, in the order in which they were left.
    package typealias Body =
        @Sendable (_ items: [Item], _ session: any SQLSession) throws(StorageError) -> Void

    fileprivate let body: Body

    /// - Parameter body: Where it throws, the bodies run again one by one, each with its own items, so that one that
    ///   is wrong fails alone.
    package init(_ body: @escaping Body) {
        self.body = body
    }
}

extension SQLSession {
    /// Leaves `items` for the end of the commit group; the caller's transaction still holds them, or fails with them.
    ///
    /// Until then the tables are without them: who reads these tables in a writing body calls `runGroupWrites` before.
    package func leave<Item: Sendable>(_ items: [Item], to write: GroupWrite<Item>) {
        groupWrites.append(items, to: write)
    }

    /// Writes now what the bodies of this group have left so far.
    ///
    /// - Throws: What a write threw; the body is lost then, even where it catches it.
    package func runGroupWrites() throws(StorageError) {
        try groupWrites.run(in: self)
    }
}

/// What the bodies of one commit have left to write; owned by an engine, used on its thread.
package final class GroupWrites {
    /// One kind of write, its type erased.
    private class Pile {
        /// How many items are of bodies that have ended well.
        var keptCount = 0
        var count: Int { 0 }
        func keep() { keptCount = count }
        func dropSinceKept() {}
        func run(in session: any SQLSession) throws(StorageError) {}
    }

    private final class TypedPile<Item: Sendable>: Pile {
        let write: GroupWrite<Item>
        var items: [Item] = []

        init(_ write: GroupWrite<Item>) {
            self.write = write
        }

        override var count: Int { items.count }

        override func dropSinceKept() {
            items.removeLast(items.count - keptCount)
        }

        override func run(in session: any SQLSession) throws(StorageError) {
            guard !items.isEmpty else { return }
            try write.body(items, session)
            items.removeAll(keepingCapacity: true)
            keptCount = 0
        }
    }

    /// In the order in which the kinds were first met, which is the order in which they are written.
    private var piles: [Pile] = []
    private var places: [ObjectIdentifier: Int] = [:]
    private var isRunning = false
    /// Why writing what was left failed; stays until the bodies are run again.
    private(set) var failure: StorageError?

    /// Nothing left yet.
    package init() {}

    /// Whether nothing waits.
    var isEmpty: Bool { piles.allSatisfy { $0.count == 0 } }

    fileprivate func append<Item: Sendable>(_ items: [Item], to write: GroupWrite<Item>) {
        precondition(!isRunning, "a group write leaves nothing to another")
        let kind = ObjectIdentifier(write)
        let place: Int
        if let known = places[kind] {
            place = known
        } else {
            place = piles.count
            places[kind] = place
            piles.append(TypedPile(write))
        }
        guard let pile = piles[place] as? TypedPile<Item> else {
            preconditionFailure("two kinds of group writes are one object")
        }
        pile.items.append(contentsOf: items)
    }

    /// Writes everything that waits.
    func run(in session: any SQLSession) throws(StorageError) {
        if let failure { throw failure }
        // A write that reads its own tables asks for what it is doing.
        guard !isRunning else { return }
        isRunning = true
        defer { isRunning = false }
        do throws(StorageError) {
            for pile in piles { try pile.run(in: session) }
        } catch {
            failure = error
            throw error
        }
    }

    /// The body that left the last items has ended well.
    func keep() {
        for pile in piles { pile.keep() }
    }

    /// The body that left the last items has failed.
    func dropSinceKept() {
        for pile in piles { pile.dropSinceKept() }
    }

    /// Begins a group anew.
    func removeAll() {
        failure = nil
        for pile in piles {
            pile.keptCount = 0
            pile.dropSinceKept()
        }
    }
}
