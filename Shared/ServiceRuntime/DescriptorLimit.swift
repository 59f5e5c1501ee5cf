internal import Glibc

/// How many files and connections the process may have open.
package enum DescriptorLimit {
    /// Raises the process's own limit to what the system allows it: the usual default of 1,024 is less than one
    /// gateway's or ingest's connections.
    ///
    /// - Returns: The limit in force.
    @discardableResult
    package static func raise() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        if limit.rlim_cur < limit.rlim_max {
            var wanted = limit
            wanted.rlim_cur = limit.rlim_max
            // Refused only by what a container forbids; then the lower limit holds, as before.
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &wanted) == 0 {
                limit = wanted
            }
        }
        return Int(clamping: limit.rlim_cur)
    }
}
