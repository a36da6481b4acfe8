/// Keys from a terminal's bytes, which may come in pieces cut anywhere.
///
/// Understood are UTF-8, control bytes, the sequences of xterm (CSI, SS3, with modifiers, `CSI 27;…~`), those of kitty's
/// keyboard protocol (`CSI …u`), bracketed paste, and Alt as a leading escape. Replies of the terminal (OSC, DCS, APC, PM,
/// SOS) are skipped. A lone escape is told by `timeOut`, when nothing follows it.
package struct KeyDecoder: Sendable {
    private enum State: Sendable {
        case ground
        case scalar(bytes: [UInt8], missing: Int, isAlt: Bool)
        case escape
        case sequence(parameters: [UInt8])
        case shortSequence
        /// Inside a reply; it ends with BEL or ST, whose escape may have been seen.
        case reply(sawEscape: Bool)
        case paste
    }

    /// A sequence of parameters longer than this is none.
    private static let longestSequence = 64
    private static let pasteEnd = Array("\u{1B}[201~".utf8)

    private var state = State.ground
    private var pasted: [UInt8] = []

    package init() {}

    /// Whether an escape waits for what follows it: call `timeOut` if nothing comes for some 50 ms.
    package var awaitsMore: Bool {
        switch state {
        case .escape, .shortSequence, .sequence: true
        default: false
        }
    }

    /// The keys that these bytes complete.
    package mutating func append(_ bytes: some Sequence<UInt8>) -> [Key] {
        var keys: [Key] = []
        for byte in bytes { append(byte, to: &keys) }
        return keys
    }

    /// The key that the beginning of a sequence is when nothing follows it.
    package mutating func timeOut() -> Key? {
        defer { if awaitsMore { state = .ground } }
        return switch state {
        case .escape: .escape
        case .shortSequence: .alt("O")
        case .sequence(let parameters): parameters.isEmpty ? .alt("[") : .unknown
        default: nil
        }
    }

    private mutating func append(_ byte: UInt8, to keys: inout [Key]) {
        switch state {
        case .ground: ground(byte, isAlt: false, &keys)
        case .scalar(let bytes, let missing, let isAlt): continueScalar(byte, bytes, missing, isAlt, &keys)
        case .escape: escape(byte, &keys)
        case .sequence(let parameters): sequence(byte, parameters, &keys)
        case .shortSequence:
            state = .ground
            keys.append(Self.cursorKey(byte, modifiers: 0) ?? .unknown)
        case .reply(let sawEscape):
            let isEnd = byte == 0x07 || (sawEscape && byte == UInt8(ascii: "\\"))
            state = isEnd ? .ground : .reply(sawEscape: byte == 0x1B)
        case .paste: paste(byte, &keys)
        }
    }

    private mutating func ground(_ byte: UInt8, isAlt: Bool, _ keys: inout [Key]) {
        state = .ground
        switch byte {
        case 0x1B: state = .escape
        case 0x0D: keys.append(isAlt ? .lineBreak : .enter)
        case 0x0A: keys.append(isAlt ? .lineBreak : .control("j"))
        case 0x09: keys.append(.tab)
        case 0x7F, 0x08: keys.append(isAlt ? .altBackspace : .backspace)
        case 0x00..<0x20: keys.append(.control(Unicode.Scalar(byte < 0x1B && byte > 0 ? byte + 0x60 : byte + 0x40)))
        case 0x20..<0x7F: keys.append(Self.typed(Unicode.Scalar(byte), isAlt: isAlt))
        case 0xC2...0xDF: state = .scalar(bytes: [byte], missing: 1, isAlt: isAlt)
        case 0xE0...0xEF: state = .scalar(bytes: [byte], missing: 2, isAlt: isAlt)
        case 0xF0...0xF4: state = .scalar(bytes: [byte], missing: 3, isAlt: isAlt)
        default: keys.append(.unknown)
        }
    }

    private static func typed(_ scalar: Unicode.Scalar, isAlt: Bool) -> Key {
        guard isAlt else { return .text(scalar) }
        return .alt(scalar.properties.lowercaseMapping.unicodeScalars.first ?? scalar)
    }

    private mutating func continueScalar(
        _ byte: UInt8, _ bytes: [UInt8], _ missing: Int, _ isAlt: Bool, _ keys: inout [Key]
    ) {
        guard byte & 0xC0 == 0x80 else {
            keys.append(.unknown)
            return ground(byte, isAlt: false, &keys)
        }
        guard missing == 1 else {
            state = .scalar(bytes: bytes + [byte], missing: missing - 1, isAlt: isAlt)
            return
        }
        state = .ground
        let text = String(validating: bytes + [byte], as: UTF8.self)
        keys.append(text?.unicodeScalars.first.map { Self.typed($0, isAlt: isAlt) } ?? .unknown)
    }

    private mutating func escape(_ byte: UInt8, _ keys: inout [Key]) {
        switch byte {
        case UInt8(ascii: "["): state = .sequence(parameters: [])
        case UInt8(ascii: "O"): state = .shortSequence
        case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "^"), UInt8(ascii: "X"):
            state = .reply(sawEscape: false)
        case 0x1B: keys.append(.escape)
        default: ground(byte, isAlt: true, &keys)
        }
    }

    private mutating func sequence(_ byte: UInt8, _ parameters: [UInt8], _ keys: inout [Key]) {
        switch byte {
        case 0x20...0x3F where parameters.count < Self.longestSequence:
            state = .sequence(parameters: parameters + [byte])
        case 0x40...0x7E:
            state = .ground
            if byte == UInt8(ascii: "~"), parameters == Array("200".utf8) {
                pasted = []
                state = .paste
            } else {
                keys.append(Self.key(final: byte, parameters: String(decoding: parameters, as: UTF8.self)))
            }
        case 0x1B:
            keys.append(.unknown)
            state = .escape
        default:
            keys.append(.unknown)
            state = .ground
        }
    }

    private mutating func paste(_ byte: UInt8, _ keys: inout [Key]) {
        pasted.append(byte)
        guard byte == UInt8(ascii: "~"), pasted.suffix(Self.pasteEnd.count).elementsEqual(Self.pasteEnd) else { return }
        pasted.removeLast(Self.pasteEnd.count)
        keys.append(.paste(Sanitizer.text(String(decoding: pasted, as: UTF8.self))))
        pasted = []
        state = .ground
    }

    // MARK: Meaning of sequences

    /// Bits of a modifier parameter less one: 1 Shift, 2 Alt, 4 Control.
    private static func key(final: UInt8, parameters: String) -> Key {
        let fields = parameters.split(separator: ";", omittingEmptySubsequences: false).map { field in
            Int(field.prefix { $0 != ":" }) ?? 0
        }
        let modifiers = fields.count > 1 ? max(0, fields[1] - 1) : 0
        switch final {
        case UInt8(ascii: "~"):
            if fields.first == 27, fields.count > 2 { return key(code: fields[2], modifiers: modifiers) }
            return numbered(fields.first ?? 0, modifiers: modifiers)
        case UInt8(ascii: "u"): return key(code: fields.first ?? 0, modifiers: modifiers)
        case UInt8(ascii: "Z"): return .backTab
        default: return cursorKey(final, modifiers: modifiers) ?? .unknown
        }
    }

    private static func cursorKey(_ final: UInt8, modifiers: Int) -> Key? {
        let isByWord = modifiers & 0b110 != 0
        return switch final {
        case UInt8(ascii: "A"): .up
        case UInt8(ascii: "B"): .down
        case UInt8(ascii: "C"): isByWord ? .wordRight : .right
        case UInt8(ascii: "D"): isByWord ? .wordLeft : .left
        case UInt8(ascii: "F"): .end
        case UInt8(ascii: "H"): .home
        case UInt8(ascii: "M"): .enter
        default: nil
        }
    }

    private static func numbered(_ number: Int, modifiers: Int) -> Key {
        switch number {
        case 1, 7: .home
        case 3: modifiers & 0b110 != 0 ? .alt("d") : .delete
        case 4, 8: .end
        case 5: .pageUp
        case 6: .pageDown
        default: .unknown
        }
    }

    /// A key told by its code point.
    private static func key(code: Int, modifiers: Int) -> Key {
        switch code {
        case 13: return modifiers == 0 ? .enter : .lineBreak
        case 9: return modifiers & 1 != 0 ? .backTab : .tab
        case 27: return .escape
        case 127, 8: return modifiers & 0b110 != 0 ? .altBackspace : .backspace
        default:
            guard let scalar = UInt32(exactly: code).flatMap(Unicode.Scalar.init), code >= 0x20 else { return .unknown }
            if modifiers & 4 != 0 { return .control(scalar) }
            return typed(scalar, isAlt: modifiers & 2 != 0)
        }
    }
}
