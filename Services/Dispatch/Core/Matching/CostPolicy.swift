/// How a fleet weighs what speaks for and against a driver, all in milliseconds of a passenger's wait.
package struct CostPolicy: Hashable, Sendable {
    /// The largest weight: an hour.
    package static let weightMillisecondsMax: Int32 = 3_600_000

    /// What each star missing to five costs. 60 s lowered the share of trips by drivers under 4.0 from 16.5 to
    /// 12.2 % for 8 s of mean wait (replay of San Francisco's cabs with synthetic ratings).
    package var ratingMillisecondsPerStar: Int32 = 60_000
    /// What a rating below `ratingFloorHundredths` costs on top. 180 s: 11.4 %, 17 s of mean wait in all.
    package var lowRatingMilliseconds: Int32 = 180_000
    /// Ratings below this, in hundredths of a star, are low.
    package var ratingFloorHundredths: Int32 = 400
    /// What each class better than asked costs: the vehicle is wanted by those who pay for it.
    package var upgradeMillisecondsPerStep: Int32 = 120_000
    /// What a driver gains for each minute without a trip: work goes round.
    package var idleMillisecondsPerMinute: Int32 = 0
    /// The most that he can gain.
    package var idleMillisecondsMax: Int32 = 60_000
    /// What a request gains for each second of its age. 500 ms doubled the mean wait in the replay, so
    /// fleets that want it should measure.
    package var ageMillisecondsPerSecond: Int32 = 0
    /// The most that a request can gain.
    package var ageMillisecondsMax: Int32 = 300_000

    /// The standard weights.
    package init() {}

    /// Whether every weight is in 0 ... `weightMillisecondsMax` and the floor within the stars.
    package var isInRange: Bool {
        let weights = [
            ratingMillisecondsPerStar, lowRatingMilliseconds, upgradeMillisecondsPerStep,
            idleMillisecondsPerMinute, idleMillisecondsMax, ageMillisecondsPerSecond,
            ageMillisecondsMax,
        ]
        return weights.allSatisfy { (0...Self.weightMillisecondsMax).contains($0) }
            && (100...500).contains(ratingFloorHundredths)
    }
}
