import Logging
import Sockets
import Synchronization
import Testing

@testable import HTTP

/// Carries what a server sends to a peer at once. Its time stands still: no tick.
private final class Wire: Transport, @unchecked Sendable {
    private let client = Mutex(())
    private let received = HTTP2Peer()

    let peer = SocketAddress.unix(path: "")
    let applicationProtocol: String? = nil
    let isEncrypted = false
    let unsent = 0

    func client<R>(_ body: (HTTP2Peer) -> R) -> R { client.withLock { _ in body(received) } }

    func start(_ handler: any TransportHandler) {}

    func send(_ bytes: [UInt8]) -> Int? {
        client { $0.receive(bytes) }
        return 0
    }

    func setReading(_ enabled: Bool) {}
    func watchPeer() {}
    func schedule(_ delay: Duration, _ body: @escaping @Sendable () -> Void) {}
    func finish(lingering: Bool) {}
    func abort() {}
}

@Suite struct HTTP2ServerConnectionTests {
    @Test func `a stream goes on as soon as its client gives it room`() async throws {
        let body = HTTPResponse.Body.stream { writer in
            for _ in 0..<4 { try await writer.write([UInt8](repeating: 120, count: 100_000)) }
        }
        let configuration = HTTPServerConfiguration()
        let wire = Wire()
        let connection = HTTP2ServerConnection(
            wire,
            HTTPConnectionServices(
                configuration: configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                memory: RequestMemory(limit: configuration.requestMemory), handler: { _ in HTTPResponse(body: body) }),
            closed: {})
        connection.transportReceived((HTTP2Peer.preface + HTTP2Frame.request(1).bytes).span)
        let rooms = [65_535, 150_000, 250_000, 350_000, 400_001]
        for (room, next) in zip(rooms, rooms.dropFirst()) {
            #expect(try await eventually { wire.client { $0.bodies[1]?.count == room } })
            let more = HTTP2Frame.big(UInt32(next - room))
            let frames = HTTP2Frame(.windowUpdate, more).bytes + HTTP2Frame(.windowUpdate, stream: 1, more).bytes
            connection.transportReceived(frames.span)
        }
        #expect(try await eventually { wire.client { $0.ended == [1] && $0.text(1).count == 400_000 } })
        connection.transportClosed(nil)
    }
}
