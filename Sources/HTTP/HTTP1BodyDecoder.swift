/// Takes a message's body from its framing: RFC 9112, sections 6 and 7.
struct HTTP1BodyDecoder {
    enum Piece: Equatable {
        case bytes(ArraySlice<UInt8>)
        case end
    }

    private enum State {
        case length(Int)
        case chunkLine
        case chunk(Int)
        case chunkEnd
        case trailers(HeaderBlock)
        case untilClose
        case ended
    }

    private var state: State
    private var received = 0
    private var extensionBytes = 0
    private let limits: HTTPLimits

    init(_ framing: HTTP1Framing, limits: HTTPLimits) {
        self.limits = limits
        state =
            switch framing {
            case .none: .ended
            case .length(let count): .length(count)
            case .chunked: .chunkLine
            case .untilClose: .untilClose
            }
    }

    /// Whether the peer's close is the body's proper end.
    var endsWithConnection: Bool {
        if case .untilClose = state { true } else { false }
    }

    /// The next piece, or nil while input is missing. Trailers are checked and dropped: nobody here may act on them.
    mutating func next(_ input: inout InputBuffer) throws(HTTPProtocolError) -> Piece? {
        while true {
            switch state {
            case .ended:
                return .end
            case .length(let rest), .chunk(let rest):
                guard !input.isEmpty else { return nil }
                let bytes = input.take(rest)
                advance(by: bytes.count)
                return .bytes(bytes)
            case .untilClose:
                guard !input.isEmpty else { return nil }
                return .bytes(input.take(.max >> 1))
            case .chunkLine:
                let excess = HTTPProtocolError(400, "A chunk-size line exceeds \(limits.chunkLine) bytes.")
                guard let line = try input.takeLine(limit: limits.chunkLine, orThrow: excess) else { return nil }
                try begin(chunk: line)
            case .chunkEnd:
                let excess = HTTPProtocolError(400, "A chunk is longer than its size says.")
                guard try input.takeLine(limit: 0, orThrow: excess) != nil else { return nil }
                state = .chunkLine
            case .trailers(var block):
                let isComplete = try block.take(from: &input)
                state = isComplete ? .ended : .trailers(block)
                if !isComplete { return nil }
            }
        }
    }

    private mutating func advance(by count: Int) {
        switch state {
        case .length(let rest): state = rest == count ? .ended : .length(rest - count)
        case .chunk(let rest): state = rest == count ? .chunkEnd : .chunk(rest - count)
        default: break
        }
    }

    private mutating func begin(chunk line: ArraySlice<UInt8>) throws(HTTPProtocolError) {
        let digits = line.prefix { ASCII.hexValue($0) != nil }
        guard !digits.isEmpty, digits.count <= 15 else {
            throw HTTPProtocolError(400, "A chunk size is no hexadecimal number of at most 15 digits.")
        }
        let rest = line[digits.endIndex...]
        if !rest.isEmpty {
            guard rest.trimmingSpaces().first == UInt8(ascii: ";"), rest.allSatisfy(ASCII.isFieldValue) else {
                throw HTTPProtocolError(400, "A chunk size is followed by what is no chunk extension.")
            }
            extensionBytes += rest.count
            guard extensionBytes <= limits.headerBytes else {
                throw HTTPProtocolError(400, "The chunk extensions exceed \(limits.headerBytes) bytes.")
            }
        }
        let size = digits.reduce(0) { $0 << 4 | (ASCII.hexValue($1) ?? 0) }
        guard size > 0 else {
            state = .trailers(HeaderBlock(limits: limits))
            return
        }
        guard size <= limits.body - received else { throw .bodyTooLarge(limit: limits.body) }
        received += size
        state = .chunk(size)
    }
}
