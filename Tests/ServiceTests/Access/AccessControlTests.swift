import HTTP
import JSON
import Logging
import OpenAI
import Sockets
import Synchronization
import Testing

@testable import Service

/// Keeps what is logged.
private final class Lines: Sendable {
    private struct Handler: LogHandler {
        let lines: Lines
        var logLevel = Logger.Level.info
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.MetadataValue? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.events.withLock { $0.append(event.metadata ?? [:]) }
        }
    }

    private let events = Mutex<[Logger.Metadata]>([])

    var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

    func take() -> [[String: String]] {
        events.withLock { events in
            defer { events = [] }
            return events.map { $0.mapValues { "\($0)" } }
        }
    }
}

struct AccessControlTests {
    private let lines = Lines()
    private let access: AccessControl

    init() {
        var alice = AccessKey(name: "alice", digest: Digest.bytes(of: "one"), scopes: [.inference])
        alice.limits.requestsPerMinute = 1
        let monitor = AccessKey(name: "monitor", digest: Digest.bytes(of: "two"), scopes: [.metrics])
        access = AccessControl(
            state: ServiceState(), keys: KeyRing(adminKeys: ["boss"], listed: [alice, monitor]), audit: lines.logger,
            rootPath: "/llm")
    }

    private func head(_ path: String, _ key: String?) -> HTTPRequest {
        var request = HTTPRequest(method: "POST", path: path, query: "secret=three")
        if let key { request.headers["Authorization"] = "Bearer \(key)" }
        return request
    }

    @Test func `a head that may come in is not answered and not logged`() {
        #expect(access.refusal(of: head("/v1/completions", "one")) == nil)
        #expect(access.refusal(of: head("/reset_prefix_cache", "boss")) == nil)
        #expect(lines.take().isEmpty)
    }

    @Test func `a head is refused for its key and its scope, with one line each`() {
        for (path, key, status, name) in [
            ("/v1/completions", nil, 401, nil), ("/v1/completions", "none", 401, nil),
            ("/v1/completions", "two", 403, "monitor"), ("/v1/completions", "boss", 403, "admin-api-key"),
            ("/reset_prefix_cache", "one", 403, "alice"), ("/llm/reset_prefix_cache", "one", 403, "alice"),
        ] as [(String, String?, Int, String?)] {
            #expect(access.refusal(of: head(path, key))?.status == status)
            let logged = lines.take()
            #expect(logged.count == 1 && logged.first?["status"] == "\(status)" && logged.first?["key"] == name)
            #expect(logged.first?["path"] == path.replacing("/llm", with: "") && logged.first?["method"] == "POST")
            #expect(logged.first?.values.contains { $0.contains("three") || $0.contains("Bearer") } == false)
        }
    }

    @Test func `a head beyond a limit is refused in its route's envelope and told when to come again`() throws {
        let usage = try #require(try access.keys.holder(of: head("/", "one"), for: .inference)).usage
        try usage.begin()
        for (path, type) in [("/v1/chat/completions", "requests"), ("/llm/v1/messages", "rate_limit_error")] {
            let response = try #require(access.refusal(of: head(path, "one")))
            #expect(response.status == 429 && response.headers["Retry-After"] == "60")
            #expect(response.headers["X-RateLimit-Remaining-Requests"] == "0")
            guard case .bytes(let body) = response.body else {
                Issue.record("the answer has no body")
                continue
            }
            #expect(try JSONValue(parsing: body)["error"]?["type"] == .string(type))
            #expect(lines.take().first?["status"] == "429")
        }
    }

    @Test func `a long path is cut in the log`() {
        _ = access.refusal(of: head("/" + String(repeating: "a", count: 10_000), nil))
        #expect(lines.take().first?["path"]?.utf8.count == 256)
    }
}
