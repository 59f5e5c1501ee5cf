internal import GatewayCore
internal import Messages
internal import Model
internal import Storage
internal import WireFormat

/// Who books with the fleet: partners, how they pay, and the API keys.
extension TenantChange {
    func applyPartners() throws(StorageError) -> [String: PartnerID] {
        let partners = try merge(
            .partner,
            document.partners.map { partner in
                FleetItem(
                    kind: .partner,
                    reference: partner.reference,
                    bits: freshBits(),
                    name: partner.name
                )
            }
        )
        let methods = try merge(
            .paymentMethod,
            document.partners.compactMap { partner in
                partner.method.map { method in
                    FleetItem(
                        kind: .paymentMethod,
                        reference: partner.reference,
                        bits: freshBits(),
                        name: method.label,
                        detail: Int64(method.provider.rawValue)
                    )
                }
            }
        )
        for partner in document.partners {
            guard let method = partner.method, let item = methods.all[partner.reference],
                let owner = partners.all[partner.reference]
            else { continue }
            let request = ApplyPaymentAccountRequest.with { request in
                request.paymentMethod = PaymentMethodID(bits: item.bits)
                request.partner = PartnerID(bits: owner.bits)
                request.revision = UInt64(revision)
                request.provider = WireEnum(method.provider)
                request.isActive = true
                request.vaultToken = method.vaultToken
                request.label = method.label
                request.merchantReference = document.merchantReference
            }
            try sendMethod(partner.reference, request)
        }
        for item in methods.removed {
            let owner = partners.all[item.reference] ?? partners.before[item.reference]
            let request = ApplyPaymentAccountRequest.with { request in
                request.paymentMethod = PaymentMethodID(bits: item.bits)
                request.partner = PartnerID(bits: owner?.bits ?? 0)
                request.revision = UInt64(revision)
                request.provider = WireEnum(rawValue: UInt8(clamping: item.detail))
                request.label = item.name
            }
            try sendMethod(item.reference, request)
        }
        return partners.all.mapValues { PartnerID(bits: $0.bits) }
    }

    func sendMethod(
        _ reference: String,
        _ request: ApplyPaymentAccountRequest
    ) throws(StorageError) {
        try send(
            PaymentsMethods.applyPaymentAccount,
            to: .payments,
            "payment method of \(reference)",
            body: encoded(request)
        )
    }

    /// Makes the keys that are new, changes those that are there, revokes those that are not listed any more.
    func applyKeys(
        _ partners: [String: PartnerID],
        _ credentials: CredentialBook
    ) throws(StorageError) -> [TenantProvisioner.MadeKey] {
        let stored = try KeyTable.keys(of: tenant, in: session)
        var made: [TenantProvisioner.MadeKey] = []
        for key in document.keys {
            let partner = key.partner.flatMap { partners[$0] } ?? .none
            if var row = stored.first(where: { $0.reference == key.reference }) {
                row.scopes = key.scopes
                row.partner = partner
                row.requestsPerSecond = key.requestsPerSecond
                try KeyTable.update(row, in: session)
                continue
            }
            let (text, hash) = credentials.make(at: now, using: random)
            let row = KeyRow(
                key: text.id,
                tenant: tenant,
                reference: key.reference,
                secretHash: hash,
                environment: text.environment,
                scopes: key.scopes,
                partner: partner,
                requestsPerSecond: key.requestsPerSecond,
                lastUsedAt: nil
            )
            try KeyTable.insert(row, at: now, in: session)
            made.append(TenantProvisioner.MadeKey(reference: key.reference, text: text.text))
        }
        let wanted = Set(document.keys.map(\.reference))
        for row in stored where !wanted.contains(row.reference) {
            try KeyTable.revoke(row.key, at: now, in: session)
        }
        return made
    }
}
