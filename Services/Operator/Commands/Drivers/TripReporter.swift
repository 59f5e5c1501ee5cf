internal import Calls
package import Geo
package import Messages
package import Reactor

/// Reports a trip's progress until dispatch has it.
package enum TripReporter {
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
        retry: PhoneRetry = PhoneRetry(),
        loop: EventLoop
    ) async -> Bool {
        let reply = await retry.run(key: link.makeKey(), loop: loop) {
            key async throws(CallError) in
            try await link.report(
                progress,
                of: trip,
                at: position,
                drivenMeters: drivenMeters,
                key: key
            )
        }
        return reply != nil
    }
}
