import HTTP
import Testing

@testable import Service

@Suite struct HostNamesTests {
    private func status(_ host: String, origins: [String], hosts: [String] = ["127.0.0.1", "::1"]) -> Int? {
        var configuration = ServerConfiguration()
        configuration.allowedOrigins = origins
        configuration.hosts = hosts
        let request = HTTPRequest(method: "GET", path: "/v1/models", headers: ["Host": host])
        return HostNames(configuration).refusal(of: request)?.status
    }

    @Test(arguments: ["evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example", "1.2", ""])
    func `a local server for listed origins has no foreign name`(_ host: String) {
        #expect(status(host, origins: ["https://app.example"]) == 403)
    }

    @Test(arguments: [
        "127.0.0.1:8000", "[::1]:8000", "192.0.2.1", "localhost", "LOCALHOST:80", "a.localhost", "app.example:1",
        "App.Example.",
    ])
    func `it is called by addresses, localhost and the origins' names`(_ host: String) {
        #expect(status(host, origins: ["https://app.example:8443"]) == nil)
    }

    @Test func `a server for every origin or for other machines has any name`() {
        #expect(status("any.example", origins: ["*"]) == nil)
        #expect(status("any.example", origins: ["https://app.example"], hosts: ["0.0.0.0"]) == nil)
        #expect(status("any.example", origins: ["https://app.example"], hosts: ["127.0.0.1", "192.0.2.1"]) == nil)
    }
}
