internal import Model

extension Explanation {
    /// The stored form's first byte; a form that means something else gets another.
    private static let version: UInt8 = 1
    /// Bytes of one candidate: an id and five terms.
    private static let candidateByteCount = 16 + 5 * 4
    /// The most that the stored form takes: version, three counts, the reasons' counts, two candidates.
    package static let encodedByteCountMax =
        1 + 2 + 2 + 2 * ExclusionReason.allCases.count + 1 + 2 * candidateByteCount

    /// The stored form, little-endian but for ids: version, seen, requests of the round, one count a reason,
    /// the number of candidates, then winner and runner-up as id and terms (eta, rating, upgrade, idle, age).
    package var encoded: [UInt8] {
        var bytes: [UInt8] = [Self.version]
        bytes.reserveCapacity(Self.encodedByteCountMax)
        append(seen, to: &bytes)
        append(requestsInRound, to: &bytes)
        for count in excluded { append(count, to: &bytes) }
        let candidates = [winner] + (runnerUp.map { [$0] } ?? [])
        bytes.append(UInt8(candidates.count))
        for candidate in candidates {
            bytes += candidate.driver.bytes
            let cost = candidate.cost
            for term in [cost.eta, cost.rating, cost.upgrade, cost.idle, cost.age] {
                append(term, to: &bytes)
            }
        }
        return bytes
    }

    /// Reads the stored form; `nil` for anything that is not exactly one.
    package init?(encoded bytes: [UInt8]) {
        var rest = bytes[...]
        guard rest.popFirst() == Self.version,
            let seen = Self.take(UInt16.self, &rest),
            let requests = Self.take(UInt16.self, &rest)
        else { return nil }
        var excluded: [UInt16] = []
        for _ in ExclusionReason.allCases {
            guard let count = Self.take(UInt16.self, &rest) else { return nil }
            excluded.append(count)
        }
        guard let count = rest.popFirst(), count == 1 || count == 2,
            rest.count == Int(count) * Self.candidateByteCount,
            let winner = Self.takeCandidate(&rest)
        else { return nil }
        self.init(
            seen: seen,
            excluded: excluded,
            requestsInRound: requests,
            winner: winner,
            runnerUp: Self.takeCandidate(&rest)
        )
    }

    private func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: value.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    private static func take<Value: FixedWidthInteger>(
        _ type: Value.Type,
        _ rest: inout ArraySlice<UInt8>
    ) -> Value? {
        let byteCount = Value.bitWidth / 8
        guard rest.count >= byteCount else { return nil }
        let value = rest.prefix(byteCount).reversed()
            .reduce(Value.zero) { $0 << 8 | Value(truncatingIfNeeded: $1) }
        rest.removeFirst(byteCount)
        return value
    }

    private static func takeCandidate(_ rest: inout ArraySlice<UInt8>) -> Candidate? {
        guard let driver = DriverID(bytes: rest.prefix(16)) else { return nil }
        rest.removeFirst(16)
        guard let eta = take(Int32.self, &rest), let rating = take(Int32.self, &rest),
            let upgrade = take(Int32.self, &rest), let idle = take(Int32.self, &rest),
            let age = take(Int32.self, &rest)
        else { return nil }
        let cost = CostBreakdown(eta: eta, rating: rating, upgrade: upgrade, idle: idle, age: age)
        return Candidate(driver: driver, cost: cost)
    }
}
