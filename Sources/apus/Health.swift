internal import ArgumentParser
internal import HTTP
internal import Service
internal import Sockets

struct Health: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Exits 0 when a server on this machine is ready, 1 otherwise; for health checks.")

    @Option(help: "Port of the server; APUS_PORT or 8000 unless given.")
    var port: Int?

    @Flag(help: "The server speaks TLS; so it does where APUS_SSL_CERTFILE is set. Its certificate is not checked.")
    var tls = false

    func validate() throws {
        if let port { try require(port, in: 1...65535, "--port") }
    }

    func run() async throws {
        let port = try port ?? portOfEnvironment ?? 8000
        let isSecure = tls || SettingsLayers.current.environment["APUS_SSL_CERTFILE"] != nil
        let url = "\(isSecure ? "https" : "http")://127.0.0.1:\(port)/health"
        var patience = HTTPClient.Configuration()
        patience.trust = .anyone
        patience.connectTime = .seconds(2)
        patience.silenceLimit = .seconds(2)
        let status: Int
        do {
            status = try await HTTPClient(configuration: patience).get(url).status
        } catch {
            throw SettingError(url, "\(error)")
        }
        guard status == 200 else { throw SettingError(url, "answers \(status): the server is not ready.") }
    }

    private var portOfEnvironment: Int? {
        get throws {
            guard let text = SettingsLayers.current.environment["APUS_PORT"] else { return nil }
            guard let port = Int(text) else { throw ValidationError("APUS_PORT must be a port, not \(text).") }
            return port
        }
    }
}
