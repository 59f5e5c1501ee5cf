/// Why a calculation with money was refused. Nothing was changed or rounded.
package struct MoneyError: Error, Hashable, Sendable {
    /// What is wrong; raw values are fixed.
    package enum Code: UInt16, Sendable {
        /// The result has no place in 64 bits of minor units.
        case overflow = 1
        /// The operands are in two currencies.
        case currencyMismatch = 2
        /// A text is not a decimal number in the form that amounts are written in.
        case malformed = 3
        /// A text has more decimals than the currency's minor unit.
        case tooPrecise = 4
        /// A factor is out of its range: a denominator below one, a negative weight, or no weight at all.
        case badFactor = 5
    }

    /// What is wrong.
    package let code: Code
    /// For operators and clients; holds no amount.
    package let message: String

    /// An error with its code and a sentence.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
