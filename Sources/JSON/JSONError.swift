/// Why a text is not JSON, and where.
package struct JSONError: Error, CustomStringConvertible, Equatable {
    /// From 1.
    package let line: Int
    /// In code points, from 1.
    package let column: Int
    /// In bytes, from 0.
    package let offset: Int
    package let message: String

    package var description: String { "line \(line), column \(column): \(message)" }

    init(_ message: String, at offset: Int, of bytes: Span<UInt8>) {
        var line = 1
        var column = 1
        for index in 0..<Swift.min(offset, bytes.count) {
            if bytes[index] == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if bytes[index] & 0xc0 != 0x80 {
                column += 1
            }
        }
        self.line = line
        self.column = column
        self.offset = offset
        self.message = message
    }
}
