import CNghttp2
import Sockets

/// The streams of one connection as nghttp2's callbacks fill and empty them.
final class HTTP2Streams {
    /// What `HTTP2ServerSession` is to look at after input.
    enum Note {
        case head(Int32)
        case data(Int32)
        case end(Int32)
        /// `unread` bytes of its body were not looked at.
        case closed(Int32, unread: Int)
        case drained(Int32)
    }

    let limits: HTTPLimits
    let http2: HTTP2Limits
    let memory: RequestMemory
    var streams: [Int32: HTTP2Stream] = [:]
    var notes: [Note] = []
    /// `HTTP2Stream.headerBytes` of all of them.
    private var headerBytes = 0
    var resets: Allowance
    var controlFrames: Allowance
    /// Whether a head has begun and not ended.
    var isInHead = false
    /// The peer does what nobody may do.
    var isAbused = false

    init(limits: HTTPLimits, http2: HTTP2Limits, memory: RequestMemory) {
        self.limits = limits
        self.http2 = http2
        self.memory = memory
        resets = Allowance(http2.resets)
        controlFrames = Allowance(http2.controlFrames)
    }

    // MARK: Input

    func frameBegan(type: UInt8, length: Int) {
        switch UInt32(type) {
        case NGHTTP2_HEADERS.rawValue: return
        case NGHTTP2_DATA.rawValue where length > 0: return
        default: spendControlFrame()
        }
    }

    /// Counts a frame that carries nothing, or one that is wrong and costs an answer.
    func spendControlFrame() {
        controlFrames.spend()
        if controlFrames.isExhausted { isAbused = true }
    }

    func headBegan(_ id: Int32) {
        isInHead = true
        if streams[id] == nil { streams[id] = HTTP2Stream(memory) }
    }

    func field(_ id: Int32, _ name: String, _ value: String) -> Int32 {
        guard let stream = streams[id] else { return 0 }
        let size = name.utf8.count + value.utf8.count + 32
        headerBytes += size
        if stream.add(name, value, size: size, hasRoom: headerBytes <= http2.headerBytes, limits: limits) { return 0 }
        isAbused = true
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
    }

    func headEnded(_ id: Int32, endsStream: Bool) {
        isInHead = false
        guard let stream = streams[id] else { return }
        if stream.request == nil, !stream.isAnswered { notes.append(.head(id)) }
        if endsStream { end(id) }
    }

    func data(_ id: Int32, _ bytes: UnsafeBufferPointer<UInt8>) {
        guard let stream = streams[id] else { return }
        stream.uncounted += bytes.count
        stream.advanced()
        notes.append(.data(id))
        guard stream.rejection == nil, !stream.isAnswered else { return }
        if stream.body.count + bytes.count > limits.body {
            stream.rejection = .bodyTooLarge(limit: limits.body)
            stream.body = []
        } else {
            stream.body += bytes
        }
    }

    func end(_ id: Int32) {
        streams[id]?.inputEnded = true
        notes.append(.end(id))
    }

    func closed(_ id: Int32, error: UInt32) {
        isInHead = false
        guard let stream = streams.removeValue(forKey: id) else { return }
        headerBytes -= stream.headerBytes
        // A client may break off with any code, that of no error included.
        if error != NGHTTP2_NO_ERROR.rawValue || !stream.isSent {
            resets.spend()
            if resets.isExhausted { isAbused = true }
        }
        notes.append(.closed(id, unread: stream.uncounted))
    }

    // MARK: Output

    /// Fills a DATA frame. Returns the count, whether it is the last, or nil while there is nothing to be sent.
    func fill(_ id: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> (count: Int, isLast: Bool)? {
        guard let stream = streams[id] else { return (0, true) }
        let before = stream.output.count
        let count = stream.output.move(into: buffer)
        if count > 0 { stream.advanced() }
        if before > http2.lowWater, stream.output.count <= http2.lowWater { notes.append(.drained(id)) }
        if stream.output.isEmpty, stream.outputEnded { return (count, true) }
        return count > 0 ? (count, false) : nil
    }

    /// Whether the response is out before the request is in: the rest of the request is then not wanted.
    func sent(_ id: Int32, endsStream: Bool) -> Bool {
        controlFrames.add(2)
        guard endsStream, let stream = streams[id] else { return false }
        stream.isSent = true
        return !stream.inputEnded
    }
}
