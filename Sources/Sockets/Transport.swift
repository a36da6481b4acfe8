/// A byte stream to a peer that never blocks its caller: the seam between protocols and the network. A TCP connection
/// is one; TLS is another, around a TCP connection. All methods may be called on any thread.
package protocol Transport: AnyObject, Sendable {
    var peer: SocketAddress { get }

    /// The protocol that both sides agreed on beneath the first byte (ALPN), or nil.
    var applicationProtocol: String? { get }

    var isEncrypted: Bool { get }

    /// Begins to deliver events to `handler`, which is kept until the transport has closed.
    func start(_ handler: any TransportHandler)

    /// Sends `bytes` after everything sent before, at once where the peer keeps up. Returns how many bytes wait for the
    /// peer afterwards, or nil when the transport is closing and the bytes were dropped.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Int?

    /// Bytes that were sent and wait for the peer.
    var unsent: Int { get }

    /// Stops or resumes taking input: back-pressure on the peer. A dead peer is noticed within a tick even so.
    func setReading(_ enabled: Bool)

    /// Looks, from now on and at short intervals, whether a peer that ended its input has gone altogether.
    func watchPeer()

    /// Runs `body` on the queue of the event loop after a delay.
    func schedule(_ delay: Duration, _ body: @escaping @Sendable () -> Void)

    /// Sends what waits, then closes. Input is discarded from now on. With `lingering` the peer's own close is awaited for
    /// a while first: closing with unread input resets the connection, and the peer could lose what it has not read yet.
    func finish(lingering: Bool)

    /// Closes at once with a reset; what waits is dropped.
    func abort()
}
