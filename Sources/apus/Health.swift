internal import ArgumentParser
internal import HTTP
internal import Service

struct Health: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Exits 0 when a server on this machine is ready, 1 otherwise; for health checks.")

    @Option(help: "Port of the server; APUS_PORT or 8000 unless given.")
    var port: Int?

    func validate() throws {
        if let port { try require(port, in: 1...65535, "--port") }
    }

    func run() async throws {
        let port = try port ?? portOfEnvironment ?? 8000
        let url = "http://127.0.0.1:\(port)/health"
        var patience = HTTPClient.Configuration()
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
