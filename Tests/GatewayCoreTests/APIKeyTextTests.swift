import GatewayCore
import Model
import TestSupport
import Testing
import Timekeeping

@Suite("API key text")
struct APIKeyTextTests {
    static let secret = String(repeating: "aZ9-_", count: 8) + "abc"

    static var key: APIKeyText {
        APIKeyText(environment: .test, id: KeyID(bits: 0x0192_7000_8000), secret: secret)
    }

    @Test("what is shown is what is read, underscores in the secret included")
    func roundTrip() throws {
        let read = try #require(APIKeyText(Self.key.text))
        #expect(read.environment == .test)
        #expect(read.id == Self.key.id)
        #expect(read.secret == Self.secret)
        #expect(Self.key.text.hasPrefix("nx_test_"))
    }

    @Test(
        "anything but the exact form is refused",
        arguments: [
            "", "nx", "nx_test_", "key_test_", key.text + "a", String(key.text.dropLast()),
            key.text.replacingOccurrence(of: "nx_test", with: "nx_prod"),
            key.text.replacingOccurrence(of: "nx_test", with: "ny_test"),
            String(key.text.dropLast()) + "=", String(repeating: "a", count: 97),
            String(key.text.dropLast()) + "_a", String(key.text.dropFirst()) + "a",
            key.text.replacingOccurrence(of: "nx_test_", with: "nx_test-"),
            key.text.replacingOccurrence(of: "nx_test_0", with: "nx_test_8"),
            key.text.replacingOccurrence(of: "nx_test_00", with: "nx_test_0u"),
        ]
    )
    func refused(text: String) {
        #expect(APIKeyText(text) == nil)
    }
}

extension String {
    /// The text with the first `part` replaced.
    func replacingOccurrence(of part: String, with other: String) -> String {
        guard hasPrefix(part) else { return self }
        return other + dropFirst(part.count)
    }
}
