package import Timekeeping

/// Which endpoints of a service are connected, which to try next, and which one takes a call.
///
/// Pure: the shell opens and closes connections and tells what came of it. Every endpoint has at most one
/// connection; calls are multiplexed on it. A lost endpoint is tried again after a wait drawn evenly from zero to
/// a doubling bound ("full jitter"), so that a thousand callers of a restarted service do not return in one
/// wave. A service whose name resolves anew keeps what is still listed and drains the rest.
package struct EndpointPool: ~Copyable {
    /// Endpoints of one service; more are refused by configuration.
    package static let endpointCountMax = 64
    /// The bound of the first wait.
    package static let backoffFirst: Duration = .milliseconds(50)
    /// The bound that waits grow to: a service that is back is found within a second by all, and until then they refuse
    /// at once.
    package static let backoffMax: Duration = .seconds(1)

    /// Names an endpoint while it is listed.
    package struct EndpointID: Hashable, Comparable, Sendable {
        package let rawValue: UInt32

        package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    /// What the shell is to do.
    package enum Action: Hashable, Sendable {
        /// Open a connection to this address.
        case connect(EndpointID, address: String)
        /// Finish what runs on the connection and close it: the address is not listed any more.
        case drain(EndpointID)
    }

    private enum State: Hashable {
        case idle
        case connecting
        /// Takes calls; this many run.
        case ready(callCount: Int)
        /// The peer said GOAWAY: what runs may finish, nothing new.
        case leaving
        case waiting(until: Instant)
    }

    private struct Endpoint {
        let id: EndpointID
        let address: String
        var state: State = .idle
        /// Failures in a row; sets the bound of the next wait.
        var failureCount = 0
    }

    /// In the order of listing, so that the choice among equals does not depend on hashing.
    private var endpoints: [Endpoint] = []
    private var nextID: UInt32 = 1
    /// Where the search for the least loaded starts, so that equals take turns.
    private var rotation = 0

    /// A pool of these addresses, none connected.
    package init(addresses: [String]) {
        _ = list(addresses)
    }

    /// Sets the addresses, as configured or as a name resolved now.
    ///
    /// - Returns: The connections to drain, since their address is gone.
    package mutating func list(_ addresses: [String]) -> [Action] {
        precondition(addresses.count <= Self.endpointCountMax, "configuration bounds the list")
        var actions: [Action] = []
        for endpoint in endpoints where !addresses.contains(endpoint.address) {
            switch endpoint.state {
            case .ready, .connecting, .leaving: actions.append(.drain(endpoint.id))
            case .idle, .waiting: break
            }
        }
        endpoints.removeAll { !addresses.contains($0.address) }
        for address in addresses where !endpoints.contains(where: { $0.address == address }) {
            endpoints.append(Endpoint(id: EndpointID(rawValue: nextID), address: address))
            nextID += 1
        }
        return actions
    }

    /// Every endpoint that is due to be connected; each then counts as connecting.
    package mutating func connectDue(at now: Instant) -> [Action] {
        var actions: [Action] = []
        for index in endpoints.indices {
            switch endpoints[index].state {
            case .idle: break
            case .waiting(let until) where until <= now: break
            default: continue
            }
            endpoints[index].state = .connecting
            actions.append(.connect(endpoints[index].id, address: endpoints[index].address))
        }
        return actions
    }

    /// When the next wait ends; `nil` where none runs.
    package var nextDue: Instant? {
        endpoints.compactMap { endpoint in
            if case .waiting(let until) = endpoint.state { until } else { nil }
        }.min()
    }

    /// The connection stands and its handshake is done.
    package mutating func connected(_ id: EndpointID) {
        guard let index = index(of: id), endpoints[index].state == .connecting else { return }
        endpoints[index].state = .ready(callCount: 0)
        endpoints[index].failureCount = 0
    }

    /// The peer announced that it goes: no new calls, and a new connection when this one is gone.
    package mutating func leaving(_ id: EndpointID) {
        guard let index = index(of: id) else { return }
        if case .ready = endpoints[index].state { endpoints[index].state = .leaving }
    }

    /// The connection failed or was closed.
    ///
    /// - Parameters:
    ///   - random: Evenly drawn from all of `UInt64`; scales the wait.
    ///   - orderly: The peer had said GOAWAY: it restarts, so the first try comes soon.
    package mutating func closed(_ id: EndpointID, at now: Instant, random: UInt64, orderly: Bool) {
        guard let index = index(of: id) else { return }
        if orderly { endpoints[index].failureCount = 0 }
        let bound = Self.backoffBound(failureCount: endpoints[index].failureCount)
        endpoints[index].failureCount += 1
        let nanoseconds = UInt64(clamping: bound.wholeNanoseconds)
        let wait = nanoseconds.multipliedFullWidth(by: random).high
        endpoints[index].state = .waiting(
            until: now.advanced(by: .nanoseconds(Int64(clamping: wait)))
        )
    }

    /// The longest wait after so many failures in a row.
    package static func backoffBound(failureCount: Int) -> Duration {
        // 50 ms doubled five times passes 1 s, so the shift never grows beyond that.
        min(backoffMax, backoffFirst * (1 << min(failureCount, 5)))
    }

    /// Chooses the connected endpoint with the fewest calls, and counts one more on it.
    ///
    /// - Parameter avoiding: An endpoint on which the call has failed; taken only where it is the only one.
    /// - Returns: `nil` where none is connected.
    /// - Complexity: O(endpoints).
    package mutating func choose(avoiding: EndpointID? = nil) -> EndpointID? {
        var best: (index: Int, callCount: Int)?
        for offset in endpoints.indices {
            let index = (rotation + offset) % endpoints.count
            guard case .ready(let callCount) = endpoints[index].state else { continue }
            // The avoided endpoint counts as busier than any other.
            let load = endpoints[index].id == avoiding ? Int.max : callCount
            if best == nil || load < best?.callCount ?? .max { best = (index, load) }
        }
        guard let best, case .ready(let callCount) = endpoints[best.index].state else { return nil }
        endpoints[best.index].state = .ready(callCount: callCount + 1)
        rotation = (best.index + 1) % endpoints.count
        return endpoints[best.index].id
    }

    /// A call on the endpoint has ended.
    package mutating func callEnded(_ id: EndpointID) {
        guard let index = index(of: id), case .ready(let callCount) = endpoints[index].state else {
            return
        }
        endpoints[index].state = .ready(callCount: max(0, callCount - 1))
    }

    /// Endpoints that take calls.
    package var readyCount: Int {
        endpoints.count { if case .ready = $0.state { true } else { false } }
    }

    private func index(of id: EndpointID) -> Int? {
        endpoints.firstIndex { $0.id == id }
    }
}
