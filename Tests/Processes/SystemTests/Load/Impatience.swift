import OperatorCommands

extension PhoneRetry {
    /// For load over outages of a second: two minutes of tries, ten a second.
    static let impatient = {
        var retry = PhoneRetry()
        retry.tryCountMax = 1200
        retry.wait = .milliseconds(100)
        return retry
    }()
}

extension DriverLink.Waits {
    /// For load that has no time to lose.
    static let impatient = {
        var waits = DriverLink.Waits()
        waits.first = .milliseconds(100)
        waits.longest = .milliseconds(400)
        return waits
    }()
}
