import Sockets
import Synchronization
import Testing

/// Keeps what is sent, and holds nothing up.
private final class Wire: Transport {
    private let sent = Mutex<[UInt8]>([])

    let peer = SocketAddress.unix(path: "")
    let applicationProtocol: String? = nil
    let isEncrypted = false
    let unsent = 0

    func take() -> [UInt8] {
        sent.withLock { sent in
            defer { sent = [] }
            return sent
        }
    }

    func start(_ handler: any TransportHandler) {}

    func send(_ bytes: [UInt8]) -> Int? {
        sent.withLock { $0 += bytes }
        return 0
    }

    func setReading(_ enabled: Bool) {}
    func watchPeer() {}
    func schedule(_ delay: Duration, _ body: @escaping @Sendable () -> Void) {}
    func finish(lingering: Bool) {}
    func abort() {}
}

/// Counts how often it could go on.
private final class Writer: TransportHandler {
    let drained = Atomic(0)

    func transportReceived(_ bytes: Span<UInt8>) {}
    func transportInputEnded() {}
    func transportDrained() { drained.add(1, ordering: .relaxed) }
    func transportTick(_ now: ContinuousClock.Instant) {}
    func transportClosed(_ error: SocketError?) {}
}

@Suite struct TLSTransportTests {
    @Test func `a writer that waits for the handshake goes on after it`() throws {
        let certificate = TestCertificate()
        let context = try TLSContext(
            TLSConfiguration(certificateFile: certificate.certificateFile, keyFile: certificate.keyFile))
        var server = try TLSSession(context, .server)
        let (wire, writer) = (Wire(), Writer())
        let client = try TLSTransport(wire, TLSContext(trusting: .anyone), .client(host: "localhost"))
        client.start(writer)
        #expect(client.send([UInt8](repeating: 120, count: 2 << 20)) == 2 << 20)

        var plaintext: [UInt8] = []
        while case let bytes = wire.take(), !bytes.isEmpty {
            var answer: [UInt8] = []
            try server.receive(bytes.span, plaintext: &plaintext, output: &answer)
            client.transportReceived(answer.span)
        }
        #expect(plaintext.count == 2 << 20)
        #expect(writer.drained.load(ordering: .relaxed) == 1)
    }
}
