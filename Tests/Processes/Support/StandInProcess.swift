internal import Foundation

/// The payment provider's stand-in as a program.
public final class StandInProcess: Sendable {
    /// What it took and holds in one currency.
    public struct Totals: Decodable, Sendable {
        /// Three letters, as "EUR".
        public let currency: String
        /// How many holds it gave.
        public let authorizations: Int
        /// How many captures it took.
        public let captures: Int
        /// Their sum, minor units.
        public let captured: Int64
        /// What it kept of that, minor units.
        public let fees: Int64
        /// How many holds were let go.
        public let voids: Int
        /// How many holds were captured beyond their amount: none, ever.
        public let overCaptured: Int

        private enum CodingKeys: String, CodingKey {
            case currency, authorizations, captures, captured, fees, voids
            case overCaptured = "over_captured"
        }
    }

    /// One capture.
    public struct Capture: Decodable, Sendable {
        /// The payment's id.
        public let paymentID: String?
        /// Minor units.
        public let amount: Int64
        /// As PayPal names it, "COMPLETED".
        public let status: String

        private enum CodingKeys: String, CodingKey {
            case paymentID = "custom_id"
            case amount, status
        }
    }

    private struct AllTotals: Decodable {
        let currencies: [Totals]
    }

    /// The program.
    public let program: ProgramProcess
    /// Where it listens.
    public let port: UInt16

    /// Starts it on a free port and returns once it listens.
    public init() async throws {
        program = try ProgramProcess(
            "provider-standin",
            environment: ["NEXORS_ENVIRONMENT": "test", "NEXORS_STANDIN_PORT": "0"]
        )
        let line = try await program.line(with: "listening ")
        let address = line.prefix { $0 != "," }
        guard let port = address.split(separator: ":").last.flatMap({ UInt16($0) }) else {
            throw ProgramProcess.Failure(description: "the stand-in says \(line)")
        }
        self.port = port
    }

    /// What payments has to be told to use it.
    public var settings: [String: String] {
        [
            "NEXORS_PAYPAL_URL": "http://127.0.0.1:\(port)",
            "NEXORS_PAYPAL_CLIENT_ID": "standin-client",
            "NEXORS_PAYPAL_CLIENT_SECRET": "standin-secret",
        ]
    }

    /// Plans that the next `count` calls of `operation`, or of any, go wrong.
    public func plan(_ fault: String, of operation: String? = nil, count: Int = 1) async throws {
        let operation = operation.map { ", \"operation\": \"\($0)\"" } ?? ""
        try await LocalPage.post(
            "/standin/faults",
            "{\"fault\": \"\(fault)\", \"count\": \(count)\(operation)}",
            port: port
        )
    }

    /// Changes how it behaves; a JSON object.
    public func set(_ settings: String) async throws {
        try await LocalPage.post("/standin/settings", settings, port: port)
    }

    /// Sums of the one currency that tests use; `nil` where nothing was held yet.
    public func totals() async throws -> Totals? {
        let text = try await LocalPage.get("/standin/totals", port: port)
        return try JSONDecoder().decode(AllTotals.self, from: Data(text.utf8)).currencies.first
    }

    /// Every capture.
    public func captures() async throws -> [Capture] {
        let text = try await LocalPage.get("/standin/captures", port: port)
        return try JSONDecoder().decode([Capture].self, from: Data(text.utf8))
    }
}
