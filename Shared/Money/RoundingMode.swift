/// How a result between two minor units becomes one of them. Every rounding names its mode.
package enum RoundingMode: String, Sendable, CaseIterable {
    /// To the nearest; a tie goes to the even neighbour. The default of prices, tax and exchange.
    case halfEven
    /// To the nearest; a tie goes away from zero. What several tax rules and invoices of partners ask for.
    case halfAwayFromZero
    /// Towards zero: never more than the exact value.
    case towardZero
    /// Away from zero: never less than the exact value.
    case awayFromZero
    /// Downwards: favours the payer of a positive amount.
    case down
    /// Upwards: favours the receiver of a positive amount.
    case up

    /// `numerator / denominator`, rounded.
    ///
    /// - Parameter denominator: One or more.
    func divide(_ numerator: Int128, by denominator: Int128) -> Int128 {
        precondition(denominator > 0, "A denominator is positive.")
        let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
        guard remainder != 0 else { return quotient }
        let away: Int128 = numerator < 0 ? -1 : 1
        let moves: Bool
        switch self {
        case .towardZero: moves = false
        case .awayFromZero: moves = true
        case .down: moves = numerator < 0
        case .up: moves = numerator > 0
        case .halfEven, .halfAwayFromZero:
            // Compared with what is missing to the next unit, since twice the remainder might overflow.
            let missing = denominator - (remainder < 0 ? -remainder : remainder)
            let left = denominator - missing
            let isTie = left == missing
            moves = isTie ? (self == .halfAwayFromZero || quotient % 2 != 0) : left > missing
        }
        return moves ? quotient + away : quotient
    }
}
