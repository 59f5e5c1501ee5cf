package import Crypto
internal import Synchronization
package import Telemetry
package import Transport

/// Reads changed certificates and keys while the program runs, so that rotating them needs no restart.
package enum LinkRefresh {
    /// The wait between two looks.
    package static let interval = Duration.seconds(30)

    /// The part that does so; small local files, so it runs on the common pool.
    package static func part(
        _ security: LinkSecurity,
        _ keys: SigningKeySet?,
        logger: Logger
    ) -> TaskPart {
        TaskPart.every(interval, "link refresh") {
            do {
                try security.reloadIfChanged()
                _ = try keys?.reloadIfChanged()
            } catch {
                logger.error("changed keys are not usable", [RuntimeLog.reason("\(error)")])
            }
        }
    }

    /// The part that does the same for what a program shows those outside: partners, phones.
    ///
    /// - Parameter edge: `nil` where they come without TLS.
    package static func part(edge: TLSContext?, logger: Logger) -> TaskPart {
        TaskPart.every(interval, "certificate refresh") {
            do {
                _ = try edge?.reloadIfChanged()
            } catch {
                logger.error(
                    "a changed certificate is not usable",
                    [RuntimeLog.reason("\(error)")]
                )
            }
        }
    }
}
