/// Reads comma-separated values as RFC 4180 has them: quoted fields may hold separators, line breaks and doubled quotes.
struct CSVReader {
    struct Record: Equatable {
        var values: [String]
        /// Where it begins, from 1.
        var line: Int
    }

    private let bytes: [UInt8]
    private let separator: UInt8
    private let file: String

    /// - Parameter separator: an ASCII character.
    init(_ bytes: [UInt8], separator: Character, file: String) {
        self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        self.separator = separator.asciiValue ?? UInt8(ascii: ",")
        self.file = file
    }

    /// Empty lines are passed over. Throws where a quoted field is not closed.
    func records() throws -> [Record] {
        var records: [Record] = []
        var (values, field): ([String], [UInt8]) = ([], [])
        var (line, start, index) = (1, 1, 0)
        var isQuoted = false
        func end() {
            values.append(String(decoding: field, as: UTF8.self))
            field = []
        }
        func endRecord() {
            end()
            if values != [""] { records.append(Record(values: values, line: start)) }
            values = []
        }
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "\n") { line += 1 }
            switch byte {
            case UInt8(ascii: "\"") where isQuoted:
                if index < bytes.count, bytes[index] == byte {
                    field.append(byte)
                    index += 1
                } else {
                    isQuoted = false
                }
            case _ where isQuoted: field.append(byte)
            case UInt8(ascii: "\"") where field.isEmpty: isQuoted = true
            case separator: end()
            case UInt8(ascii: "\r") where index < bytes.count && bytes[index] == UInt8(ascii: "\n"): continue
            case UInt8(ascii: "\n"):
                endRecord()
                start = line
            default: field.append(byte)
            }
        }
        guard !isQuoted else {
            throw EvaluationError(file: file, line: start, "a quoted field is not closed; every \" needs its other one")
        }
        if !field.isEmpty || !values.isEmpty { endRecord() }
        return records
    }
}
