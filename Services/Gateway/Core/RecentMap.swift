/// A bounded map that forgets what was not used for longest: two generations, so that a look-up costs one or two
/// hash accesses and no list is kept.
///
/// What is found in the old generation moves to the young one. When the young one is full it becomes the old one,
/// and what was never asked for since goes. So it keeps
/// the last half of `capacity` for certain, and holds `capacity` + 1 entries at most.
package struct RecentMap<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// How many entries it is for.
    package let capacity: Int
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]

    /// An empty map.
    ///
    /// - Parameter capacity: 2 or more.
    package init(capacity: Int) {
        precondition(capacity >= 2, "a map without room")
        self.capacity = capacity
    }

    /// How many entries it holds.
    package var count: Int { young.count + old.count }

    /// The value of `key`, used now. - Complexity: O(1).
    package mutating func value(of key: Key) -> Value? {
        if let value = young[key] { return value }
        guard let value = old.removeValue(forKey: key) else { return nil }
        insert(value, for: key)
        return value
    }

    /// The value of `key` without counting as a use. - Complexity: O(1).
    package func peek(_ key: Key) -> Value? { young[key] ?? old[key] }

    /// Stores `value`, used now. - Complexity: O(1), and freeing half of the map now and then.
    package mutating func insert(_ value: Value, for key: Key) {
        old[key] = nil
        young[key] = value
        guard young.count > capacity / 2 else { return }
        old = young
        young = [:]
    }

    /// Forgets `key`.
    package mutating func remove(_ key: Key) {
        young[key] = nil
        old[key] = nil
    }

    /// Forgets every entry whose value satisfies `condition`. - Complexity: O(n).
    package mutating func removeAll(where condition: (Value) -> Bool) {
        young = young.filter { !condition($0.value) }
        old = old.filter { !condition($0.value) }
    }
}
