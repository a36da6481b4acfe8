/// A byte stream to a peer that never blocks its caller: the seam between protocols and the network. A TCP connection
/// is one; TLS is another, around a TCP connection. All methods may be called on any thread.
package protocol Transport: AnyObject, Sendable {
    var peer: SocketAddress { get }

    /// Begins to deliver events to `handler`, which is kept until the transport has closed.
    func start(_ handler: any TransportHandler)

    /// Sends `bytes` after everything sent before, at once where the peer keeps up. Returns how many bytes wait for the
    /// peer afterwards, or nil when the transport is closing and the bytes were dropped.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Int?

    /// Stops or resumes taking input: back-pressure on the peer. A dead peer is noticed within a tick even so.
    func setReading(_ enabled: Bool)

    /// Looks, from now on and at short intervals, whether a peer that ended its input has gone altogether.
    func watchPeer()

    /// Sends what waits, ends the output, lets the peer read it, then closes. Input is discarded from now on.
    func finish()

    /// Closes at once with a reset; what waits is dropped.
    func abort()
}

/// Receives a transport's events, one at a time, on the queue of its event loop, and holding no lock.
package protocol TransportHandler: AnyObject, Sendable {
    /// The bytes are only valid during the call.
    func transportReceived(_ bytes: Span<UInt8>)

    /// The peer will send no more. It may still read.
    func transportInputEnded()

    /// What waited for the peer has fallen to the low-water mark.
    func transportDrained()

    /// A regular call, about five times a second, for deadlines.
    func transportTick(_ now: ContinuousClock.Instant)

    /// The connection is gone in both directions. The last event, exactly once. `error` is nil after `finish`.
    func transportClosed(_ error: SocketError?)
}

/// How long and how much a transport waits for its peer.
package struct TransportLimits: Sendable {
    /// `transportDrained` is called when the waiting bytes fall to this mark.
    package var lowWater = 64 << 10
    /// A peer that takes none of the waiting bytes for this long is dropped.
    package var stallTime = Duration.seconds(30)
    /// After `finish`, how long the peer's own close is awaited, so that it can read the last bytes.
    package var lingerTime = Duration.seconds(2)

    package init() {}
}
