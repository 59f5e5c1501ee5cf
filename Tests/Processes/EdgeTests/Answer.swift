import Foundation

/// One answer of the gateway, its JSON read by another reader than ours.
struct Answer: Sendable, CustomStringConvertible {
    let status: Int
    /// By lower-case name.
    let fields: [String: String]
    let text: String

    /// The first answer in what a connection brought; its body reaches to the end.
    init?(_ bytes: [UInt8]) {
        let all = String(decoding: bytes, as: UTF8.self)
        guard let end = all.range(of: "\r\n\r\n") else { return nil }
        let lines = all[..<end.lowerBound].components(separatedBy: "\r\n")
        let parts = lines[0].split(separator: " ")
        guard parts.count >= 2, let status = Int(parts[1]) else { return nil }
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            fields[line[..<colon].lowercased()] = value
        }
        self.status = status
        self.fields = fields
        text = String(all[end.upperBound...])
    }

    var json: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]) ?? [:]
    }
    /// The problem's stable name.
    var code: String { json["code"] as? String ?? "" }
    /// The problem's sentence.
    var detail: String { json["detail"] as? String ?? "" }
    var id: String { json["id"] as? String ?? "" }
    var state: String { json["state"] as? String ?? "" }
    var description: String { "\(status) \(fields) \(text)" }

    /// Whether it is a problem as RFC 9457 and our description want one.
    var isWholeProblem: Bool {
        fields["content-type"] == "application/problem+json" && json["status"] as? Int == status
            && ["type", "title", "detail", "code", "request_id"].allSatisfy {
                (json[$0] as? String)?.isEmpty == false
            } && json["retryable"] is Bool
    }
}
