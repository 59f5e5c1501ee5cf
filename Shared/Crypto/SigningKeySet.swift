internal import Synchronization

/// The keys of a file, read again when it changes. From any thread.
///
/// Rotation without a restart: add the new public key to the verifiers' files, then put the new private key first
/// in the signer's, then, once the last old token has expired, remove the old ones.
package final class SigningKeySet: Sendable {
    private struct State {
        var keys: KeySet
        var stamp: SecretFile.Stamp?
        var generation = 1
    }

    /// The file.
    package let path: String
    private let state: Mutex<State>

    /// The keys of the file at `path`.
    ///
    /// - Throws: `.file`, `.malformed`, `.tooLarge`.
    package init(path: String) throws(CryptoError) {
        self.path = path
        // The stamp first: a change in between is then seen next time.
        let stamp = SecretFile.stamp(of: path)
        let keys = try Self.keys(in: path)
        state = Mutex(State(keys: keys, stamp: stamp))
    }

    /// Keys that are in no file and never change; for tests and simulations.
    package init(_ keys: KeySet) {
        path = ""
        state = Mutex(State(keys: keys, stamp: nil))
    }

    private static func keys(in path: String) throws(CryptoError) -> KeySet {
        let bytes = try SecretFile.read(path)
        do throws(CryptoError) {
            return try KeySet(pem: bytes)
        } catch {
            // Which of an operator's files it is.
            throw CryptoError(error.code, "\(path): \(error.message)")
        }
    }

    /// The keys as last read, and a number that grows with each change.
    package var current: (keys: KeySet, generation: Int) {
        state.withLock { ($0.keys, $0.generation) }
    }

    /// Reads the file again if it has changed; blocks for as long as that takes, so not on a loop.
    ///
    /// - Returns: whether there are new keys.
    /// - Throws: as `init`; the old keys stay in use.
    @discardableResult
    package func reloadIfChanged() throws(CryptoError) -> Bool {
        let stamp = SecretFile.stamp(of: path)
        guard stamp != state.withLock({ $0.stamp }) else { return false }
        let keys = try Self.keys(in: path)
        state.withLock { state in
            state.keys = keys
            state.stamp = stamp
            state.generation += 1
        }
        return true
    }
}
