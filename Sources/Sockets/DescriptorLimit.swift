import Glibc

/// How many descriptors this process may have open.
package enum DescriptorLimit {
    /// Raises the limit as far as a process may by itself, and returns it.
    ///
    /// The low limit that shells give protects programs that use select(2), which nothing here does.
    package static func raise() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1_024 }
        let lower = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) != 0 { limit.rlim_cur = lower }
        return Int(clamping: limit.rlim_cur)
    }
}
