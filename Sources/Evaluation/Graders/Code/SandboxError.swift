/// Why no code can be run here. Nothing is ever run without its confinement.
package enum SandboxError: Error, Equatable, CustomStringConvertible {
    case notAllowed
    case noInterpreter(name: String)
    /// A step of the confinement that the system refuses.
    case refused(step: String, reason: String)
    /// The interpreter starts, but does not work.
    case broken(output: String)

    package var description: String {
        switch self {
        case .notAllowed:
            "this benchmark runs the code that the model writes: allow it with --allow-code-execution"
        case .noInterpreter(let name):
            "there is no \"\(name)\" in PATH; install Python 3.9 or newer"
        case .refused(let step, let reason):
            "the system does not let code be confined (\(step): \(reason)), so none is run. This needs Linux 5.12 and user "
                + "namespaces: sysctl user.max_user_namespaces above 0, kernel.apparmor_restrict_unprivileged_userns 0; in "
                + "a container, --security-opt seccomp=unconfined --security-opt systempaths=unconfined and "
                + "--cap-add SYS_ADMIN"
        case .broken(let output):
            "Python does not work within its confinement: \(output)"
        }
    }
}
