package import Delivery
internal import Messages
package import Model
internal import WireFormat

extension CommandReply {
    /// A final refusal in words for operators: "payments refused it: failedPrecondition, revisionStale".
    package func refusal(by destination: ServiceName) -> String {
        let name = "\(destination.text) refused it: \(StatusCode(wire: code))"
        guard subCode != 0 else { return name }
        let finer = Registry.subCodeName(of: destination.rawValue, subCode)
        return "\(name), \(finer ?? "finer code \(subCode)")"
    }
}
