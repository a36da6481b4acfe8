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
