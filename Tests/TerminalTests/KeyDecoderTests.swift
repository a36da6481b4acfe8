import Testing

@testable import Terminal

struct KeyDecoderTests {
    /// Everything that a decoder meets, with what it means.
    private static let stream: [(String, [Key])] = [
        ("a", [.text("a")]), ("é你😀", [.text("é"), .text("你"), .text("😀")]),
        ("\r", [.enter]), ("\u{1B}\r", [.lineBreak]), ("\t", [.tab]), ("\u{7F}", [.backspace]),
        ("\u{1}\u{5}\u{1F}", [.control("a"), .control("e"), .control("_")]),
        ("\u{1B}[A\u{1B}OB", [.up, .down]), ("\u{1B}[1;5C\u{1B}[1;3D", [.wordRight, .wordLeft]),
        ("\u{1B}[H\u{1B}[F\u{1B}[1~\u{1B}[4~\u{1B}[3~", [.home, .end, .home, .end, .delete]),
        ("\u{1B}b\u{1B}F\u{1B}\u{7F}", [.alt("b"), .alt("f"), .altBackspace]),
        ("\u{1B}[13;2u\u{1B}[27;2;13~\u{1B}[99;5u", [.lineBreak, .lineBreak, .control("c")]),
        ("\u{1B}[200~one\r\ntwo\u{1B}[31m\u{1B}[201~x", [.paste("one\ntwo␛[31m"), .text("x")]),
        ("\u{1B}]11;rgb:0000/0000/0000\u{1B}\\y", [.text("y")]), ("\u{1B}P1$r0m\u{1B}\\z", [.text("z")]),
        ("\u{1B}[12;40R", [.unknown]), ("\u{1B}[Z", [.backTab]),
    ]

    @Test func `Keys do not depend on where their bytes are cut`() {
        let bytes = Self.stream.flatMap { Array($0.0.utf8) }
        let keys = Self.stream.flatMap(\.1)
        for cut in 0...bytes.count {
            var decoder = KeyDecoder()
            #expect(decoder.append(bytes[..<cut]) + decoder.append(bytes[cut...]) == keys, "cut at \(cut)")
        }
        var single = KeyDecoder()
        #expect(bytes.flatMap { single.append([$0]) } == keys)
    }

    @Test func `A lone escape is a key once nothing follows it`() {
        var decoder = KeyDecoder()
        #expect(decoder.append([0x1B]).isEmpty)
        #expect(decoder.awaitsMore)
        #expect(decoder.timeOut() == .escape)
        #expect(!decoder.awaitsMore)
        #expect(decoder.append(Array("a".utf8)) == [.text("a")])
    }

    @Test func `Bytes that are no UTF-8 are one unknown key and spoil nothing behind them`() {
        var decoder = KeyDecoder()
        #expect(decoder.append([0xFF, 0x61]) == [.unknown, .text("a")])
        #expect(decoder.append([0xE4, 0xBD, 0x61]) == [.unknown, .text("a")])
        #expect(decoder.append([0xED, 0xA0, 0x80, 0x62]) == [.unknown, .text("b")])
    }

    @Test func `A sequence without an end is given up`() {
        var decoder = KeyDecoder()
        let keys = decoder.append(Array("\u{1B}[".utf8) + Array(repeating: UInt8(ascii: "1"), count: 200))
        #expect(keys.first == .unknown)
        #expect(decoder.append(Array("\u{1B}[A".utf8)) == [.up])
    }
}
