import CNghttp2
import HTTP

/// One HTTP/2 frame.
struct HTTP2Frame: Equatable, CustomStringConvertible {
    enum Kind: UInt8 {
        case data, headers, priority, reset, settings, push, ping, goAway, windowUpdate, continuation
    }

    static let endStream: UInt8 = 1
    static let acknowledges: UInt8 = 1
    static let endHeaders: UInt8 = 4

    var kind: Kind?
    var flags: UInt8 = 0
    var stream: UInt32 = 0
    var payload: [UInt8] = []

    init(_ kind: Kind, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) {
        self.kind = kind
        self.flags = flags
        self.stream = stream
        self.payload = payload
    }

    var bytes: [UInt8] {
        let count = payload.count
        return [UInt8(count >> 16), UInt8(count >> 8 & 255), UInt8(count & 255), kind?.rawValue ?? 255, flags]
            + Self.big(stream) + payload
    }

    var description: String { "\(kind.map { "\($0)" } ?? "?")(\(flags), \(stream), \(payload.count))" }

    /// The error code of a reset or, behind the last stream, of a GOAWAY.
    var error: UInt32 {
        let bytes = kind == .goAway ? payload.dropFirst(4).prefix(4) : payload.prefix(4)
        return bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }

    static func big(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) } }

    /// A head whose fields are spelled out.
    static func head(
        _ stream: UInt32, _ fields: [(String, String)], ends: Bool = true, flags: UInt8 = endHeaders
    ) -> HTTP2Frame {
        HTTP2Frame(.headers, flags: flags | (ends ? endStream : 0), stream: stream, block(fields))
    }

    static func block(_ fields: [(String, String)]) -> [UInt8] {
        fields.flatMap { [0] + text($0.0) + text($0.1) }
    }

    private static func text(_ text: String) -> [UInt8] {
        let count = text.utf8.count
        if count < 127 { return [UInt8(count)] + text.utf8 }
        var rest = count - 127
        var length: [UInt8] = [127]
        while rest >= 128 {
            length.append(UInt8(rest & 127 | 128))
            rest >>= 7
        }
        return length + [UInt8(rest)] + text.utf8
    }

    static func request(
        _ stream: UInt32, _ method: String = "GET", _ path: String = "/", more: [(String, String)] = [],
        ends: Bool = true
    ) -> HTTP2Frame {
        head(
            stream, [(":method", method), (":scheme", "https"), (":path", path), (":authority", "a")] + more, ends: ends
        )
    }

    static func data(_ stream: UInt32, _ bytes: [UInt8], ends: Bool = false) -> HTTP2Frame {
        HTTP2Frame(.data, flags: ends ? endStream : 0, stream: stream, bytes)
    }
}

/// A client's view of what a server sent: its frames, and each stream's fields and body.
final class HTTP2Peer {
    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + HTTP2Frame(.settings).bytes

    private(set) var frames: [HTTP2Frame] = []
    private(set) var fields: [UInt32: [(name: String, value: String)]] = [:]
    private(set) var bodies: [UInt32: [UInt8]] = [:]
    private(set) var ended: Set<UInt32> = []
    private var input: [UInt8] = []
    private var inflater: OpaquePointer?

    init() {
        nghttp2_hd_inflate_new(&inflater)
    }

    deinit {
        nghttp2_hd_inflate_del(inflater)
    }

    func receive(_ bytes: [UInt8]) {
        input += bytes
        while input.count >= 9 {
            let count = Int(input[0]) << 16 | Int(input[1]) << 8 | Int(input[2])
            guard input.count >= 9 + count else { return }
            var frame = HTTP2Frame(.data, flags: input[4], Array(input[9..<(9 + count)]))
            frame.kind = HTTP2Frame.Kind(rawValue: input[3])
            frame.stream = input[5..<9].reduce(0) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
            input.removeFirst(9 + count)
            take(frame)
        }
    }

    func status(_ stream: UInt32) -> String? { fields[stream]?.last { $0.name == ":status" }?.value }

    func value(_ name: String, _ stream: UInt32) -> String? { fields[stream]?.first { $0.name == name }?.value }

    func text(_ stream: UInt32) -> String { String(decoding: bodies[stream] ?? [], as: UTF8.self) }

    func frames(_ kind: HTTP2Frame.Kind) -> [HTTP2Frame] { frames.filter { $0.kind == kind } }

    private func take(_ frame: HTTP2Frame) {
        frames.append(frame)
        if frame.kind == .headers { inflate(frame) }
        if frame.kind == .data { bodies[frame.stream, default: []] += frame.payload }
        if [.data, .headers].contains(frame.kind), frame.flags & HTTP2Frame.endStream != 0 {
            ended.insert(frame.stream)
        }
    }

    private func inflate(_ frame: HTTP2Frame) {
        var rest = frame.payload[...]
        while true {
            var field = nghttp2_nv()
            var flags: Int32 = 0
            let used = rest.withUnsafeBufferPointer {
                nghttp2_hd_inflate_hd2(inflater, &field, &flags, $0.baseAddress, $0.count, 1)
            }
            guard used >= 0 else { return }
            rest = rest.dropFirst(used)
            if UInt32(flags) & UInt32(NGHTTP2_HD_INFLATE_EMIT.rawValue) != 0 {
                func text(_ start: UnsafeMutablePointer<UInt8>?, _ count: Int) -> String {
                    String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
                }
                fields[frame.stream, default: []].append(
                    (text(field.name, field.namelen), text(field.value, field.valuelen)))
            }
            if UInt32(flags) & UInt32(NGHTTP2_HD_INFLATE_FINAL.rawValue) != 0 { break }
            if used == 0 { break }
        }
        nghttp2_hd_inflate_end_headers(inflater)
    }
}
