/// Tells calls from other text in an answer, however the text is cut into pieces.
///
/// A call is announced when its head is whole, and its arguments go out as they come. What only looks like a call is
/// text, as it is written; so is a head that the answer ends in. Arguments that turn out to be no JSON are given as
/// they are, up to the call's end: that a call is on its way cannot be taken back. White space around calls is neither
/// text nor call.
struct ToolCallParser: Sendable {
    enum Piece: Sendable, Equatable {
        /// `start`: where the text stands in the answer, in UTF-8 bytes.
        case content(String, start: Int)
        case call(name: String)
        /// A fragment of the last call's arguments.
        case arguments(String)
        /// The last call has all its arguments.
        case callEnd
    }

    private enum State: Sendable {
        case text
        case arguments(CallHead.Style, ArgumentScanner)
        case tail(CallHead.Style)
    }

    /// A longer head is none, in bytes.
    private static let longestHead = 1024

    private let dialect: any ToolDialect
    private let names: Set<String>
    private var state = State.text
    private var place = CallPlace()
    /// What is not decided yet.
    private var held: [UInt8] = []
    /// Where `held` stands in the answer.
    private var position = 0

    /// - Parameter names: the functions that the request declares.
    init(_ dialect: any ToolDialect, names: Set<String>) {
        self.dialect = dialect
        self.names = names
    }

    mutating func append(_ text: String) -> [Piece] {
        held.append(contentsOf: text.utf8)
        var pieces: [Piece] = []
        while advance(&pieces) {}
        return pieces
    }

    /// Releases what was held: nothing follows.
    mutating func finish() -> [Piece] {
        var pieces: [Piece] = []
        switch state {
        case .text:
            if place.followsCall {
                drop(held.prefix(while: \.isWhitespace).count)
                if let end = dialect.listEnd, end.utf8.starts(with: held) { drop(held.count) }
            }
            emitText(held.count, &pieces)
        case .arguments:
            emitArguments(held.count, &pieces)
        case .tail:
            drop(held.count)
        }
        return pieces
    }

    /// Takes what can be told now; false when that depends on more text.
    private mutating func advance(_ pieces: inout [Piece]) -> Bool {
        switch state {
        case .text:
            return readText(&pieces)
        case .arguments(let style, let scanner):
            return readArguments(style, scanner, &pieces)
        case .tail(let style):
            var reader = SyntaxReader(held[...])
            do throws(SyntaxReader.Miss) {
                try dialect.readTail(&reader, of: style)
                drop(reader.position)
            } catch {
                if error == .incomplete { return false }
            }
            leaveCall()
            return true
        }
    }

    private mutating func readText(_ pieces: inout [Piece]) -> Bool {
        /// Up to the last byte that is no white space.
        var end = 0
        var index = 0
        while index < held.count {
            let byte = held[index]
            if place.followsCall, !byte.isWhitespace, let listEnd = dialect.listEnd {
                var reader = SyntaxReader(held[index...])
                do throws(SyntaxReader.Miss) {
                    if try reader.skip(listEnd) {
                        drop(reader.position)
                        index = 0
                        continue
                    }
                } catch {
                    return false
                }
            }
            if dialect.mayBegin(byte, at: place) {
                var reader = SyntaxReader(held[index...])
                do throws(SyntaxReader.Miss) {
                    let head = try dialect.readHead(&reader, at: place, names: names)
                    emitText(end, &pieces)
                    drop(reader.position - end)
                    pieces.append(.call(name: head.name))
                    state = .arguments(head.style, ArgumentScanner())
                    return true
                } catch {
                    if error == .incomplete, held.count - index <= Self.longestHead {
                        emitText(end, &pieces)
                        return false
                    }
                }
            }
            if byte.isNewline { place.isLineStart = true }
            index += 1
            guard !byte.isWhitespace else { continue }
            place.isLineStart = false
            if place.followsCall {
                place.followsCall = false
                drop(index - 1)
                index = 1
            }
            end = index
        }
        emitText(end, &pieces)
        return false
    }

    private mutating func readArguments(
        _ style: CallHead.Style, _ start: ArgumentScanner, _ pieces: inout [Piece]
    ) -> Bool {
        var scanner = start
        let end = dialect.end(of: style)
        for index in held.indices {
            let byte = held[index]
            if scanner.isOutsideStrings, let end, byte == end.utf8.first {
                var reader = SyntaxReader(held[index...])
                do throws(SyntaxReader.Miss) {
                    if try reader.skip(end) {
                        emitArguments(index, &pieces)
                        pieces.append(.callEnd)
                        drop(reader.position - index)
                        leaveCall()
                        return true
                    }
                } catch {
                    emitArguments(index, &pieces)
                    state = .arguments(style, scanner)
                    return false
                }
            }
            if scanner.take(byte) {
                emitArguments(index + 1, &pieces)
                pieces.append(.callEnd)
                state = .tail(style)
                return true
            }
        }
        emitArguments(held.count, &pieces)
        state = .arguments(style, scanner)
        return false
    }

    private mutating func leaveCall() {
        state = .text
        place = CallPlace(isLineStart: true, followsCall: true)
    }

    private mutating func emitText(_ count: Int, _ pieces: inout [Piece]) {
        guard count > 0 else { return }
        pieces.append(.content(String(decoding: held[..<count], as: UTF8.self), start: position))
        drop(count)
    }

    private mutating func emitArguments(_ count: Int, _ pieces: inout [Piece]) {
        guard count > 0 else { return }
        pieces.append(.arguments(String(decoding: held[..<count], as: UTF8.self)))
        drop(count)
    }

    private mutating func drop(_ count: Int) {
        held.removeFirst(count)
        position += count
    }
}
