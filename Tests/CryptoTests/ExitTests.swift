import Crypto
import Glibc
import Testing

@Suite("OpenSSL while the process ends")
struct ExitTests {
    // Handlers run last in, first out: with OpenSSL's own, registered at its first use, ours would find nothing left.
    @Test("a thread that goes on while exit(3) runs its handlers still draws randomness")
    func randomnessAtExit() async {
        await #expect(processExitsWith: .success) {
            atexit { precondition(SecureRandom.bytes(16).count == 16) }
            precondition(SecureRandom.bytes(16).count == 16)
            exit(EXIT_SUCCESS)
        }
    }
}
