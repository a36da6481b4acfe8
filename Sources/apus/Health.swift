internal import ArgumentParser
internal import HTTP
internal import Service

struct Health: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Exits 0 when a server on this machine is ready, 1 otherwise; for health checks.")

    @Option(help: "Port of the server; APUS_PORT or 8000 unless given.")
    var port: Int?

    func run() async throws {
        let port = port ?? SettingsLayers.current.environment["APUS_PORT"].flatMap { Int($0) } ?? 8000
        let url = "http://127.0.0.1:\(port)/health"
        let status: Int
        do {
            status = try await HTTPClient().get(url).status
        } catch {
            throw SettingError(url, "\(error)")
        }
        guard status == 200 else { throw SettingError(url, "answers \(status): the server is not ready.") }
    }
}
