import Foundation
import Messages
import Testing
import WireFormat

@Suite("Registry", .serialized)
struct RegistryTests {
    @Test("registry.json says what the code says")
    func document() throws {
        #expect(try Repository.hold("registry.json", to: RegistryDocument.text))
        let parsed = try JSONSerialization.jsonObject(
            with: Data(RegistryDocument.text.utf8)
        )
        #expect((parsed as? [String: Any])?["protocol"] as? String == "LBP/1")
    }

    @Test("the published tables say what the code says")
    func table() throws {
        #expect(
            try Repository.hold("README.md", to: RegistryTable.text, behind: RegistryTable.marker)
        )
    }

    @Test(
        "each method has a number and a name of its own, not a reserved one",
        arguments: RegistryService.allCases
    )
    func numbers(service: RegistryService) {
        let methods = Registry.methods(of: service)
        let reserved = Registry.reservedMethodIDs(of: service)
        #expect(methods.map(\.id) == methods.map(\.id).sorted())
        #expect(Set(methods.map(\.id)).count == methods.count)
        #expect(Set(methods.map(\.name)).count == methods.count)
        #expect(Set(methods.map(\.id)).isDisjoint(with: reserved))
        #expect(methods.allSatisfy { $0.service == service && $0.id > 0 })
        for method in methods {
            #expect(Registry.method(service: service.rawValue, id: method.id) == method)
        }
        let last = (methods.map(\.id) + reserved).max() ?? 0
        #expect(Registry.method(service: service.rawValue, id: last + 1) == nil)
        #expect(Registry.method(service: service.rawValue, id: 0) == nil)
        #expect(Registry.method(service: service.rawValue, id: .max) == nil)
    }

    @Test("a service that is not there has no methods", arguments: [0, 7, 65_535] as [UInt16])
    func unknownService(service: UInt16) {
        #expect(Registry.method(service: service, id: 1) == nil)
    }

    @Test("methods and messages name each other", arguments: Registry.methods)
    func messages(method: MethodDescriptor) {
        let names = Set(MessageCatalog.messages.map { $0.name.description } + ["LocationBatch"])
        #expect(names.contains(method.request))
        #expect(names.contains(method.response))
    }

    @Test(
        "budgets: unary calls have one of at most a minute, other streams none; the floor is below",
        arguments: Registry.methods
    )
    func budgets(method: MethodDescriptor) {
        switch method.kind {
        case .unary, .clientStream:
            let timeout = method.timeoutMilliseconds ?? 0
            #expect((1...60_000).contains(timeout))
            #expect(method.floorMilliseconds < timeout)
        case .serverStream, .bidirectional:
            #expect(method.timeoutMilliseconds == nil)
            #expect(!method.isMutating)
        }
        #expect(method.floorMilliseconds > 0)
    }

    @Test(
        "somebody may call each method, nobody itself except for its state",
        arguments: Registry.methods
    )
    func callers(method: MethodDescriptor) {
        #expect(!method.callers.isEmpty)
        #expect(Set(method.callers).count == method.callers.count)
        #expect(!method.callers.contains { $0.rawValue == "\(method.service)" })
        // Phones reach ingest only.
        #expect(!method.callers.contains(.driver) || method.service == .ingest)
    }

    @Test("finer codes start at 1 and are told once")
    func subCodes() {
        for type in Registry.subCodes {
            let values = Self.values(of: type)
            #expect(!values.contains(0))
            #expect(Set(values).isDisjoint(with: type.reservedValues))
        }
        #expect(Set(Registry.subCodes.map { $0.service }).count == Registry.subCodes.count)
    }

    @Test("finer codes have names, those that are not there have none")
    func subCodeNames() {
        let payments = RegistryService.payments.rawValue
        #expect(Registry.subCodeName(of: payments, 4) == "stateForbids")
        #expect(Registry.subCodeName(of: RegistryService.billing.rawValue, 4) != "stateForbids")
        for value in [0, 999] as [UInt16] {
            #expect(Registry.subCodeName(of: payments, value) == nil)
        }
        #expect(Registry.subCodeName(of: 99, 1) == nil)
    }

    private static func values<Code: RegistrySubCode>(of type: Code.Type) -> [UInt16] {
        type.allCases.map(\.rawValue)
    }
}

extension MethodDescriptor: CustomTestStringConvertible {
    /// What a failure calls it.
    public var testDescription: String { "\(service).\(name)" }
}
