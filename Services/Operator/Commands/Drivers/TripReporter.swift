internal import Calls
package import Geo
package import Messages
package import Reactor
internal import WireFormat

/// Reports a trip's progress until dispatch has it: a phone tries again after every loss of its network.
package enum TripReporter {
    /// How long a phone goes on trying.
    private static let tryCountMax = 60
    /// Between two tries.
    private static let wait = Duration.seconds(1)

    /// Reports `progress`.
    ///
    /// - Returns: Whether dispatch took it; `false` where the trip is no longer the driver's, or the task was
    ///   cancelled.
    package static func report(
        _ progress: TripProgressCode,
        of trip: DriverTrip,
        by link: DriverLink,
        at position: GeoPoint,
        drivenMeters: UInt32 = 0,
        loop: EventLoop
    ) async -> Bool {
        for _ in 0..<tryCountMax {
            do throws(CallError) {
                _ = try await link.report(
                    progress,
                    of: trip,
                    at: position,
                    drivenMeters: drivenMeters
                )
                return true
            } catch {
                switch error.code {
                case .unavailable, .deadlineExceeded, .aborted, .resourceExhausted, .cancelled:
                    guard await loop.sleep(for: wait) else { return false }
                default: return false
                }
            }
        }
        return false
    }
}
