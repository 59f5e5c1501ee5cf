internal import Foundation
package import Timekeeping

/// The business time that was last set for an installation, kept beside its settings: phones of the demonstration and
/// the replay measure by it, and the next setting needs a higher revision.
package struct RehearsalClock: Hashable, Sendable {
    /// The real moment at which it starts.
    package let realOrigin: WallTime
    /// What the business clock shows then.
    package let businessOrigin: WallTime
    /// Business seconds for each real second.
    package let factor: UInt32
    /// Grows with each setting.
    package let revision: UInt64

    /// A setting.
    package init(
        realOrigin: WallTime,
        businessOrigin: WallTime,
        factor: UInt32,
        revision: UInt64
    ) {
        self.realOrigin = realOrigin
        self.businessOrigin = businessOrigin
        self.factor = factor
        self.revision = revision
    }

    /// The mapping; real time where the factor is impossible.
    package var clock: BusinessClock {
        BusinessClock(
            realOrigin: realOrigin,
            businessOrigin: businessOrigin,
            factor: Int64(factor)
        ) ?? .real
    }

    /// As the file has it: microseconds since the Unix epoch.
    private struct Stored: Codable {
        let realOrigin: Int64
        let businessOrigin: Int64
        let factor: UInt32
        let revision: UInt64
    }

    private static func path(_ installation: Installation) -> String {
        "\(installation.root)/business-time.json"
    }

    /// The setting that was kept; `nil` where business time was never set.
    package static func kept(in installation: Installation) -> RehearsalClock? {
        guard let data = FileManager.default.contents(atPath: path(installation)),
            let stored = try? JSONDecoder().decode(Stored.self, from: data)
        else { return nil }
        return RehearsalClock(
            realOrigin: WallTime(microseconds: stored.realOrigin),
            businessOrigin: WallTime(microseconds: stored.businessOrigin),
            factor: stored.factor,
            revision: stored.revision
        )
    }

    /// Keeps the setting.
    package func keep(in installation: Installation) throws(OperatorError) {
        let stored = Stored(
            realOrigin: realOrigin.microseconds,
            businessOrigin: businessOrigin.microseconds,
            factor: factor,
            revision: revision
        )
        do {
            try JSONEncoder().encode(stored).write(
                to: URL(fileURLWithPath: Self.path(installation)),
                options: .atomic
            )
        } catch {
            throw OperatorError("The business time cannot be kept: \(error.localizedDescription)")
        }
    }

    /// The setting that follows: from `now` on business time runs `factor` times as fast.
    ///
    /// - Parameters:
    ///   - last: What was set before; its revision is exceeded.
    ///   - start: What the business clock shows at `now`; `nil` goes on where it stands.
    package static func following(
        _ last: RehearsalClock?,
        now: WallTime,
        start: WallTime?,
        factor: UInt32
    ) -> RehearsalClock {
        RehearsalClock(
            realOrigin: now,
            businessOrigin: start ?? (last?.clock ?? .real).businessTime(at: now),
            factor: factor,
            // A lost file must not send an older revision: real time in milliseconds is above any count.
            revision: max((last?.revision ?? 0) + 1, UInt64(max(1, now.microseconds / 1000)))
        )
    }
}
