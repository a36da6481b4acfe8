/// How long and how much a transport waits for its peer.
package struct TransportLimits: Sendable {
    /// `transportDrained` is called when the waiting bytes fall to this mark.
    package var lowWater = 64 << 10
    /// A peer that takes none of the waiting bytes for this long is dropped.
    package var stallTime = Duration.seconds(30)
    /// How long a lingering `finish` awaits the peer's own close.
    package var lingerTime = Duration.seconds(2)

    /// A TLS handshake that takes longer is broken off.
    package var handshakeTime = Duration.seconds(10)

    package init() {}
}
