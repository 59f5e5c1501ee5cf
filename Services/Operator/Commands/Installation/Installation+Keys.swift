internal import Crypto

extension Installation {
    /// The API key of a tenant that we provisioned; the gateway shows it once.
    package struct TenantKey: Hashable, Sendable {
        /// The whole key.
        package let text: String
        /// What it is called in the tenant's document.
        package let reference: String
    }

    /// Where it is kept, mode 0600: the key in the first line, its name in the second.
    package func tenantKeyPath(_ tenant: UInt64) -> String { key("tenant-\(tenant).key") }

    /// The kept key of a tenant; `nil` where none is.
    package func tenantKey(_ tenant: UInt64) -> TenantKey? {
        guard let bytes = try? SecretFile.read(tenantKeyPath(tenant)) else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        guard lines.count == 2 else { return nil }
        return TenantKey(text: String(lines[0]), reference: String(lines[1]))
    }

    /// Keeps the key of a tenant.
    package func keepTenantKey(
        _ tenantKey: TenantKey,
        of tenant: UInt64
    ) throws(OperatorError) {
        do {
            try SecretFile.write(
                Array("\(tenantKey.text)\n\(tenantKey.reference)\n".utf8),
                to: tenantKeyPath(tenant)
            )
        } catch {
            throw OperatorError(error.message)
        }
    }
}
