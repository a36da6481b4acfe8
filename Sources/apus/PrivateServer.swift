internal import Glibc
internal import Logging
internal import Service

extension ServerConfiguration {
    /// Serves a model while `body` runs, for this process alone: on a free port of the loopback interface, with a key
    /// that nobody else knows, without page and log.
    func servingPrivately<Result>(
        _ body: (_ url: String, _ key: String) async throws -> Result
    ) async throws -> Result {
        var configuration = self
        let key = NewKey(name: "private", scopes: [.inference, .metrics], limits: AccessKey.Limits()).secret
        configuration.port = 0
        configuration.servesPage = false
        configuration.apiKeys = [key]
        let logger = Logger(label: "apus") { _ in SwiftLogNoOpLogHandler() }
        return try await Server(configuration, logger: logger).serving { try await body($0, key) }
    }
}

/// The key for a server that is not ours: the one given, else that of the environment.
func clientKey(_ given: String?) -> String? {
    func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
    return given ?? variable("APUS_API_KEY") ?? variable("OPENAI_API_KEY")
}
