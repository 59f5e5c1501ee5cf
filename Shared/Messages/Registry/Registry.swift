/// The published lists of LBP/1: what `registry.json` and the tables say is held to these by test.
package enum Registry {
    /// All methods, by service and number.
    package static let methods: [MethodDescriptor] =
        IngestMethods.all + DispatchMethods.all + PaymentsMethods.all + BillingMethods.all
        + ControlMethods.all

    /// The method with these numbers; `nil` where there is none.
    ///
    /// - Complexity: O(1) while numbers are dense, else O(n). For the gate of every call.
    package static func method(service: UInt16, id: UInt16) -> MethodDescriptor? {
        guard let service = RegistryService(rawValue: service), id > 0 else { return nil }
        let all = methods(of: service)
        if Int(id) <= all.count, all[Int(id) - 1].id == id { return all[Int(id) - 1] }
        return all.first { $0.id == id }
    }

    /// A service's methods, by number.
    package static func methods(of service: RegistryService) -> [MethodDescriptor] {
        switch service {
        case .gateway: []
        case .ingest: IngestMethods.all
        case .dispatch: DispatchMethods.all
        case .payments: PaymentsMethods.all
        case .billing: BillingMethods.all
        case .control: ControlMethods.all
        }
    }

    /// Numbers of a service's removed methods, never to be used again.
    package static func reservedMethodIDs(of service: RegistryService) -> [UInt16] {
        switch service {
        case .gateway: []
        case .ingest: IngestMethods.reservedIDs
        case .dispatch: DispatchMethods.reservedIDs
        case .payments: PaymentsMethods.reservedIDs
        case .billing: BillingMethods.reservedIDs
        case .control: ControlMethods.reservedIDs
        }
    }

    /// The finer codes of STATUS, by service.
    package static let subCodes: [any RegistrySubCode.Type] = [
        IngestSubCode.self, DispatchSubCode.self, PaymentsSubCode.self, BillingSubCode.self,
        ControlSubCode.self,
    ]

    /// What a service's finer code is called, for messages to people; `nil` for 0 and for one of a newer version.
    package static func subCodeName(of service: UInt16, _ value: UInt16) -> String? {
        for type in subCodes where type.service.rawValue == service {
            return name(of: value, among: type)
        }
        return nil
    }

    private static func name<Code: RegistrySubCode>(
        of value: UInt16,
        among type: Code.Type
    ) -> String? {
        type.allCases.first { $0.rawValue == value }.map { "\($0)" }
    }
}

/// A service's finer codes of STATUS; raw values are fixed, 1 or more, and never reused.
package protocol RegistrySubCode: RawRepresentable, CaseIterable, Hashable, Sendable
where RawValue == UInt16 {
    /// Whose codes these are.
    static var service: RegistryService { get }
    /// Numbers of removed codes, never to be used again.
    static var reservedValues: [UInt16] { get }
}

extension RegistrySubCode {
    package static var reservedValues: [UInt16] { [] }
}
