import Glibc
import HTTP
import Logging
import Synchronization

/// A server on a port of its own, and what its handlers went through.
final class TestServer: Sendable {
    let server: HTTPServer
    let port: Int

    convenience init(_ handler: @escaping HTTPServer.Handler = { _ in .text("ok") }) throws {
        try self.init(configure: { _ in }, handler: handler)
    }

    init(
        configure: (inout HTTPServerConfiguration) -> Void, handler: @escaping HTTPServer.Handler = { _ in .text("ok") }
    ) throws {
        var configuration = HTTPServerConfiguration()
        configure(&configuration)
        server = HTTPServer(
            configuration: configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            handler: handler)
        port = try server.start()
    }

    deinit {
        server.stop()
    }

    var url: String { "http://127.0.0.1:\(port)" }

    func connect(receiveBuffer: Int32? = nil) throws -> RawClient {
        try RawClient(port: port, receiveBuffer: receiveBuffer)
    }

    /// Waits until every connection of the server is gone.
    func isEmpty() async throws -> Bool {
        try await eventually { self.server.connectionCount == 0 }
    }
}

/// Counts what happened, from any task.
final class Counter: Sendable {
    private let count = Atomic(0)

    var value: Int { count.load(ordering: .sequentiallyConsistent) }

    func increment() { count.add(1, ordering: .sequentiallyConsistent) }
}

/// Whether a condition comes true within some seconds.
func eventually(within limit: Duration = .seconds(30), _ condition: () -> Bool) async throws -> Bool {
    let deadline = ContinuousClock.now + limit
    while !condition() {
        guard ContinuousClock.now < deadline else { return false }
        try await Task.sleep(for: .milliseconds(1))
    }
    return true
}

/// The parts of a response as text.
func body(of response: String) -> String {
    response.range(of: "\r\n\r\n").map { String(response[$0.upperBound...]) } ?? ""
}

extension String {
    func range(of text: String) -> Range<String.Index>? {
        ranges(of: text).first
    }

    func occurrences(of text: String) -> Int {
        ranges(of: text).count
    }
}
