import CZlib
import CZstd

/// The codings in which a response's body can be sent: RFC 9110, section 8.4.1, and RFC 8878.
enum ContentCoding: String, CaseIterable {
    /// The preferred one first.
    case zstd, gzip

    /// The best coding that a request accepts; nil where that is none.
    init?(acceptedBy request: HTTPRequest) {
        var qualities: [String: Double] = [:]
        for element in request.headers.listElements("Accept-Encoding") {
            let parts = element.split(separator: ";")
            guard let name = parts.first else { continue }
            let quality = parts.dropFirst().lazy.map { $0.filter { $0 != " " } }.first { $0.hasPrefix("q=") }
            qualities[name.filter { $0 != " " }] = quality.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
        }
        func quality(_ coding: ContentCoding) -> Double { qualities[coding.rawValue] ?? qualities["*"] ?? 0 }
        // The first of those that are liked best.
        let best = Self.allCases.map(quality).max() ?? 0
        guard best > 0, let coding = Self.allCases.first(where: { quality($0) == best }) else { return nil }
        self = coding
    }

    /// The coded bytes, or nil where the library has no memory.
    func encode(_ bytes: [UInt8]) -> [UInt8]? {
        switch self {
        case .zstd: Self.zstd(bytes)
        case .gzip: Self.gzip(bytes)
        }
    }

    private static func zstd(_ bytes: [UInt8]) -> [UInt8]? {
        let capacity = ZSTD_compressBound(bytes.count)
        var failed = false
        let coded = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            let size = ZSTD_compress(buffer.baseAddress, capacity, bytes, bytes.count, 3)
            failed = ZSTD_isError(size) != 0
            count = failed ? 0 : size
        }
        return failed ? nil : coded
    }

    private static func gzip(_ bytes: [UInt8]) -> [UInt8]? {
        var stream = z_stream()
        // 16 more than the window's bits ask for gzip's frame.
        guard
            deflateInit2_(
                &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return nil }
        defer { deflateEnd(&stream) }
        let capacity = Int(deflateBound(&stream, UInt(bytes.count)))
        var isComplete = false
        var input = bytes
        let coded = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            input.withUnsafeMutableBufferPointer { input in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = buffer.baseAddress
                stream.avail_out = UInt32(capacity)
                isComplete = deflate(&stream, Z_FINISH) == Z_STREAM_END
            }
            count = isComplete ? Int(stream.total_out) : 0
        }
        return isComplete ? coded : nil
    }
}
