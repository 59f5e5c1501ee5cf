package import Delivery
internal import DeliverySQL
internal import Messages
internal import Model
package import Storage
package import Timekeeping
internal import WireFormat

/// Stores the zones of one call, all or none.
///
/// Made for the one command: its chunks were put together and checked before, away from the store's thread, which a
/// large area would hold for a second.
package struct ZoneCommand: CommandHandler {
    private let zones: [Zone]

    /// The handler of the command that carries these zones.
    package init(_ zones: [Zone]) {
        self.zones = zones
    }

    package func handle(
        _ command: Command,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> CommandReply {
        var changed: [Zone] = []
        for zone in zones {
            let stored = try ZoneTable.find(zone.id, of: command.tenant, in: session)
            guard let stored, stored.revision >= zone.revision else {
                changed.append(zone)
                continue
            }
            // The same state told again is fine; another under the same number is not.
            guard stored == zone else {
                return CommandReply(
                    code: StatusCode.failedPrecondition.rawValue,
                    subCode: IngestSubCode.revisionStale.rawValue
                )
            }
        }
        for zone in changed {
            try ZoneTable.put(zone, of: command.tenant, at: now, in: session)
        }
        let reply = PutZonesReply.with {
            $0.zoneCount = UInt32(clamping: zones.count)
            $0.pointCount = UInt32(clamping: zones.reduce(0) { $0 + $1.positionCount })
        }
        guard let body = try? reply.encoded() else {
            throw StorageError(.invalid, "an answer does not encode")
        }
        return CommandReply(code: StatusCode.ok.rawValue, body: body)
    }
}
