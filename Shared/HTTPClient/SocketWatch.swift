internal import CCurl
internal import Reactor

/// One of libcurl's sockets in the loop's table.
final class SocketWatch: FileEventHandler {
    private unowned let client: HTTPClient
    private let socket: Int32
    private(set) var registration: FileRegistration

    /// Watches `socket`; `nil` where the loop cannot, and then the request ends by its time limit.
    init?(client: HTTPClient, socket: Int32, interest: FileEvents) {
        self.client = client
        self.socket = socket
        // The registration needs the handler before there is one, so a relay stands in between.
        let relay = Relay()
        do throws(SocketError) {
            registration = try client.loop.register(socket, for: interest, handler: relay)
        } catch {
            return nil
        }
        relay.watch = self
    }

    func fileReady(_ events: FileEvents) {
        var mask: Int32 = 0
        if events.contains(.readable) { mask |= CURL_CSELECT_IN }
        if events.contains(.writable) { mask |= CURL_CSELECT_OUT }
        if !events.isDisjoint(with: [.error, .hangUp]) { mask |= CURL_CSELECT_ERR }
        client.act(on: socket, mask)
    }

    private final class Relay: FileEventHandler {
        weak var watch: SocketWatch?

        func fileReady(_ events: FileEvents) { watch?.fileReady(events) }
    }
}
