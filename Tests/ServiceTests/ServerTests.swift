import HTTP
import JSON
import Logging
import Service
import Testing

struct ServerTests {
    @Test func `a served model answers over HTTP and the server ends when the caller does`() async throws {
        var configuration = ServerConfiguration()
        configuration.port = 0
        configuration.apiKeys = ["key"]
        let server = Server(configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let url = try await server.serving { url in
            let client = HTTPClient()
            #expect(try await client.get(url + "/health").status == 200)
            #expect(try await client.get(url + "/v1/models").status == 401)
            let request = HTTPClientRequest(url: url + "/v1/models", headers: ["Authorization": "Bearer key"])
            let models = try JSONValue(parsing: try await client.send(request).bytes())
            #expect(models["data"]?.arrayValue?.first?["id"] == "apus-nano")
            return url
        }
        await #expect(throws: (any Error).self) { try await HTTPClient().get(url + "/health") }
    }

    @Test func `a taken port is named`() async throws {
        var configuration = ServerConfiguration()
        configuration.port = 0
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        try await Server(configuration, logger: logger).serving { url in
            var second = configuration
            second.port = try #require(url.split(separator: ":").last.flatMap { Int($0) })
            let error = await #expect(throws: SettingError.self) {
                try await Server(second, logger: logger).serving { _ in }
            }
            #expect(error?.description.contains("\(second.port)") == true)
        }
    }
}
