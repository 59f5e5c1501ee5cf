package import Calls
internal import Delivery
internal import DeliverySQL
package import Messages
internal import Model
package import Reactor
internal import ServiceRuntime
package import Storage
internal import Synchronization
package import Timekeeping
internal import WireFormat

/// Stores zones and answers questions about them from memory.
// Safe: the index is touched on the loop alone; the rest never changes.
package final class ZoneService: ServiceComponent, @unchecked Sendable {
    package let name = "zones"
    private let loop: EventLoop
    private let store: any TransactionalStore
    private let businessNow: @Sendable () -> WallTime
    /// Where areas are checked: an outline of 100,000 corners takes a second.
    private let checking: any TaskExecutor
    private var index = ZoneIndex()
    /// Hears that zones are stored, before the caller does.
    package var onStored: (() -> Void)?
    /// Calls of `putZones` that are being checked: each may hold 16 MB and a second of a core.
    private var checkingCount = 0

    /// Calls of `putZones` at once.
    package static let checkingCountMax = 4

    /// A service without zones before `load`.
    ///
    /// - Parameter checking: Where areas are checked; the pool of the system's cores, or a simulation's one thread.
    package init(
        loop: EventLoop,
        store: any TransactionalStore,
        businessNow: @escaping @Sendable () -> WallTime,
        checking: any TaskExecutor = globalConcurrentExecutor
    ) {
        self.loop = loop
        self.store = store
        self.businessNow = businessNow
        self.checking = checking
    }

    /// Zones that are there.
    package var count: Int {
        loop.preconditionCurrent()
        return index.count
    }

    /// Reads all stored zones; called once, before anybody asks. From any task.
    package func load() async throws(StorageError) {
        var last: ZoneTable.Row?
        while true {
            let after = last
            let page = try await store.read { session throws(StorageError) in
                try ZoneTable.page(after: after, in: session)
            }
            let indexed = await indexed(page.map(\.zone))
            await loop.submit { [self] in
                for (row, zone) in zip(page, indexed) { index.put(zone, of: row.tenant) }
            }
            last = page.last
            if page.count < ZoneTable.pageCount { return }
        }
    }

    package func start() async throws {
        try await load()
    }

    package func stop(within limit: Duration) async {}

    /// Whether a place lies in a zone of a purpose.
    package func covers(
        _ request: CoversPointRequest,
        _ context: CallContext
    ) throws(CallError) -> CoversPointReply {
        guard context.tenant != .none else { throw .noTenant }
        guard let purpose = request.purpose.known else {
            throw CallError(.invalidArgument, "the purpose is not known", isNotProcessed: true)
        }
        let cover = index.cover(request.position, purpose: purpose, of: context.tenant)
        return .with {
            $0.isCovered = cover.zone != nil
            $0.zone = cover.zone?.id ?? .none
            $0.zoneCount = UInt32(clamping: cover.count)
            $0.zoneName = cover.zone?.name ?? ""
        }
    }

    /// Takes the chunks of a call, and stores its zones all or none.
    package func put(_ stream: ServerStream) async throws(CallError) -> PutZonesReply {
        let context = stream.context
        guard context.tenant != .none else { throw .noTenant }
        guard checkingCount < Self.checkingCountMax else {
            throw CallError(
                .resourceExhausted,
                "as many calls store zones as may",
                retryAfter: .seconds(2),
                isNotProcessed: true
            )
        }
        checkingCount += 1
        defer { checkingCount -= 1 }
        var assembly = ZoneAssembly()
        var body: [UInt8] = []
        while let message = try await stream.next() {
            do {
                try assembly.add(try ZoneChunk(decoding: message))
            } catch {
                throw Self.refusal("\(error)")
            }
            body += message
        }
        let whole = assembly
        let zones: [Zone]
        switch await checked(whole) {
        case .success(let checked): zones = checked
        case .failure(let fault): throw Self.refusal(fault.description)
        }
        let reply = try await execute(zones, body, context)
        onStored?()
        let tenant = context.tenant
        for zone in await indexed(zones) { index.put(zone, of: tenant) }
        do {
            return try PutZonesReply(decoding: reply)
        } catch {
            throw CallError(.internal, "a stored answer does not decode")
        }
    }

    /// One transaction: inbox, zones, answer.
    private func execute(
        _ zones: [Zone],
        _ body: [UInt8],
        _ context: CallContext
    ) async throws(CallError) -> [UInt8] {
        let command = Command(
            destination: .ingest,
            method: context.method.id,
            key: context.key,
            tenant: context.tenant,
            subject: context.subject,
            body: body
        )
        let reply: CommandReply
        do throws(StorageError) {
            reply = try await CommandExecutor(ZoneCommand(zones))
                .execute(command, at: businessNow(), on: store)
        } catch {
            throw CallError(error)
        }
        return try reply.body(or: context.method.name)
    }

    private static func refusal(_ text: String) -> CallError {
        CallError(.invalidArgument, text, subCode: IngestSubCode.zoneInvalid.rawValue)
    }

    // MARK: - Away from the loop

    private func checked(_ assembly: ZoneAssembly) async -> Result<[Zone], ZoneFault> {
        await withTaskExecutorPreference(checking) {
            await Self.check(assembly)
        }
    }

    @concurrent
    private static func check(_ assembly: ZoneAssembly) async -> Result<[Zone], ZoneFault> {
        do throws(ZoneFault) {
            return .success(try assembly.zones())
        } catch {
            return .failure(error)
        }
    }

    private func indexed(_ zones: [Zone]) async -> [IndexedZone] {
        await withTaskExecutorPreference(checking) {
            await Self.index(zones)
        }
    }

    @concurrent
    private static func index(_ zones: [Zone]) async -> [IndexedZone] {
        zones.map(IndexedZone.init)
    }
}

extension CallError {
    /// A call that is about a fleet and names none.
    static var noTenant: CallError {
        CallError(.invalidArgument, "the call names no tenant", isNotProcessed: true)
    }
}
