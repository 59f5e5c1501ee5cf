/// What to do about a file of a key or a certificate that cannot be used.
enum KeyFileAdvice {
    /// Ends the sentence that says what is wrong with the file.
    static let text = "`nexors secrets write` makes keys and certificates, as `nexors up` does"
}
