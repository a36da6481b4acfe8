/// The largest messages that a codec accepts, in bytes unless said otherwise.
package struct HTTPLimits: Sendable {
    /// Beyond it: 414.
    package var requestLine = 16 << 10
    /// Names and values of all header fields, trailers included. Beyond it: 431.
    package var headerBytes = 64 << 10
    /// Header fields, trailers included. Beyond it: 431.
    package var headerCount = 128
    /// Beyond it: 413.
    package var body = 64 << 20
    /// One chunk-size line with its extensions. Beyond it: 400.
    package var chunkLine = 1 << 10
    /// Unread input beyond the request that is being answered; above it, reading from the client pauses.
    package var pipelined = 64 << 10
    /// Requests that wait behind the one that is being answered; from this number on, reading pauses too.
    package var pipelinedRequests = 16

    package init() {}
}
