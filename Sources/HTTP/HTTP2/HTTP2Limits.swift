/// How much one HTTP/2 connection may ask for, beside what `HTTPLimits` says of each request.
package struct HTTP2Limits: Sendable {
    /// Streams open at once, and handlers running at once; further streams are refused.
    package var streams = 128
    /// Header fields of all open streams, each counted with 32 bytes more. Beyond it: 431.
    package var headerBytes = 256 << 10
    /// The peer's unanswered bytes of one body, and of all bodies, that may be under way.
    package var streamWindow = 1 << 20
    package var connectionWindow = 4 << 20
    /// Unsent bytes of one stream above which `ResponseWriter.write` suspends, and the mark at which it goes on.
    package var highWater = 64 << 10
    package var lowWater = 16 << 10
    /// Streams that may be broken off, by the client or for its errors: at once, and per second.
    package var resets = Allowance.Rate(burst: 256, perSecond: 32)
    /// Frames that carry no request and no data, beyond two for each frame that is sent: at once, and per second.
    package var controlFrames = Allowance.Rate(burst: 2_000, perSecond: 500)

    package init() {}
}
