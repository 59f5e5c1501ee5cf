/// What one driver would cost one request, term by term, milliseconds of wait.
///
/// The terms add up to `total` exactly, or to less than zero where `total` is zero: a pair is never better than free.
package struct CostBreakdown: Hashable, Sendable {
    /// The drive to the pickup.
    package let eta: Int32
    /// Stars missing to five, and the surcharge of a low rating; 0 for a driver nobody rated yet.
    package let rating: Int32
    /// A better class than asked for.
    package let upgrade: Int32
    /// The driver's time without a trip; 0 or less.
    package let idle: Int32
    /// The request's age; 0 or less.
    package let age: Int32

    /// A cost of these terms, milliseconds each; `idle` and `age` are 0 or less.
    package init(eta: Int32, rating: Int32, upgrade: Int32, idle: Int32, age: Int32) {
        self.eta = eta
        self.rating = rating
        self.upgrade = upgrade
        self.idle = idle
        self.age = age
    }

    /// What matching compares, 0 ... `SparseAssignment.costMax`.
    package var total: Int32 {
        let sum = Int64(eta) + Int64(rating) + Int64(upgrade) + Int64(idle) + Int64(age)
        return Int32(min(max(0, sum), Int64(SparseAssignment.costMax)))
    }

    /// The cost of one pair under `policy`.
    ///
    /// - Parameters:
    ///   - eta: The drive to the pickup, milliseconds.
    ///   - ratingHundredths: 100 ... 500, or 0 for a driver nobody rated yet: he is not punished for being new.
    ///   - upgradeSteps: Classes better than asked, 0 or more.
    ///   - idleSeconds: The driver's time without a trip, 0 or more.
    ///   - ageSeconds: How long the request has waited, 0 or more.
    package init(
        policy: CostPolicy,
        eta: Int32,
        ratingHundredths: Int32,
        upgradeSteps: Int32,
        idleSeconds: Int64,
        ageSeconds: Int64
    ) {
        var rating: Int64 = 0
        if ratingHundredths > 0 {
            let missing = Int64(max(0, 500 - ratingHundredths))
            rating = missing * Int64(policy.ratingMillisecondsPerStar) / 100
            if ratingHundredths < policy.ratingFloorHundredths {
                rating += Int64(policy.lowRatingMilliseconds)
            }
        }
        let upgrade = Int64(upgradeSteps) * Int64(policy.upgradeMillisecondsPerStep)
        // A day bounds both, so no product leaves 64 bits.
        let idleMinutes = min(max(0, idleSeconds), 86_400) / 60
        let age = min(max(0, ageSeconds), 86_400) * Int64(policy.ageMillisecondsPerSecond)
        self.init(
            eta: eta,
            rating: Int32(clamping: rating),
            upgrade: Int32(clamping: upgrade),
            idle: -Int32(
                clamping: min(
                    idleMinutes * Int64(policy.idleMillisecondsPerMinute),
                    Int64(policy.idleMillisecondsMax)
                )
            ),
            age: -Int32(clamping: min(age, Int64(policy.ageMillisecondsMax)))
        )
    }

    /// The terms in words, only those that count: "184.2 s (drive 124.2, rating 60.0)".
    package var text: String {
        let named = [
            ("drive", eta), ("rating", rating), ("upgrade", upgrade), ("idle", idle), ("age", age),
        ]
        let terms = named.enumerated()
            .filter { $0.offset == 0 || $0.element.1 != 0 }
            .map { "\($0.element.0) \(Self.seconds($0.element.1))" }
        return "\(Self.seconds(total)) s (\(terms.joined(separator: ", ")))"
    }

    /// Milliseconds as seconds with one decimal, towards zero.
    static func seconds(_ milliseconds: Int32) -> String {
        let tenths = Int64(milliseconds) / 100
        let sign = tenths < 0 ? "-" : ""
        return "\(sign)\(tenths.magnitude / 10).\(tenths.magnitude % 10)"
    }
}
