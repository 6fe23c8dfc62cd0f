import Glibc

/// How many files the process may have open; every connection is one.
enum OpenFiles {
    /// What the database, certificates, uploads, exports and the runtime need beside connections.
    private static let reserve = 256

    /// Raises the soft limit to the hard one and returns what holds then.
    static func raiseLimit() -> Int {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return .max }
        if limit.rlim_cur < limit.rlim_max {
            let before = limit.rlim_cur
            limit.rlim_cur = limit.rlim_max
            if setrlimit(resource, &limit) != 0 { limit.rlim_cur = before }
        }
        return Int(clamping: limit.rlim_cur)
    }

    /// How many connections fit, at most `wanted`: one more than there are files for would be accepted in vain, again and again.
    static func connections(wanted: Int, limit: Int) -> Int { min(wanted, max(limit - reserve, limit / 4)) }
}
