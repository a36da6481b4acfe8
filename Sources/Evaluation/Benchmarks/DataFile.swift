import FoundationEssentials
import JSON
import Sockets

/// A benchmark's data as it lies on disk: JSON Lines, one JSON array, or CSV with a header.
package struct DataFile: Sendable {
    package let rows: [DataRow]
    /// The file's name without its folder.
    package let name: String
    /// SHA-256 of the file in hexadecimal digits.
    package let digest: String

    /// Throws with file and line where something cannot be read. Without a header the columns of CSV are "0", "1", ….
    package init(path: String, hasHeader: Bool = true) throws {
        guard let content = try? Data(contentsOf: URL(filePath: path)) else {
            throw EvaluationError(path, "cannot be read; name a file of questions with --data")
        }
        let bytes = Array(content)
        name = String(path.split(separator: "/").last ?? "")
        digest = Digest.hexadecimal(of: bytes)
        if path.hasSuffix(".csv") || path.hasSuffix(".tsv") {
            let separator: Character = path.hasSuffix(".tsv") ? "\t" : ","
            rows = try Self.rows(of: bytes, separator: separator, hasHeader: hasHeader, file: path)
        } else if bytes.first(where: { !" \t\r\n".utf8.contains($0) }) == UInt8(ascii: "[") {
            rows = try Self.array(bytes, file: path)
        } else {
            rows = try Self.lines(bytes, file: path)
        }
        guard !rows.isEmpty else { throw EvaluationError(path, "holds no rows; name a file of questions with --data") }
    }

    /// Cut at line feeds alone: other characters that end lines in Unicode stand inside values.
    private static func lines(_ bytes: [UInt8], file: String) throws -> [DataRow] {
        var rows: [DataRow] = []
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
        where !line.allSatisfy({ " \t\r".utf8.contains($0) }) {
            do {
                guard let fields = try JSONValue(parsing: Array(line)).objectValue else {
                    throw EvaluationError(file: file, line: index + 1, "is no object; each line must be one")
                }
                rows.append(DataRow(fields: fields, line: index + 1, file: file))
            } catch let error as JSONError {
                throw EvaluationError(
                    file: file, line: index + 1, "column \(error.column): \(error.message) The file must be JSON Lines."
                )
            }
        }
        return rows
    }

    private static func array(_ bytes: [UInt8], file: String) throws -> [DataRow] {
        do {
            return try (JSONValue(parsing: bytes).arrayValue ?? []).enumerated().map { index, element in
                guard let fields = element.objectValue else {
                    throw EvaluationError(file: file, line: 1, "element \(index) of the array is no object")
                }
                return DataRow(fields: fields, line: index + 1, file: file)
            }
        } catch let error as JSONError {
            throw EvaluationError(file: file, line: error.line, "column \(error.column): \(error.message)")
        }
    }

    private static func rows(
        of bytes: [UInt8], separator: Character, hasHeader: Bool, file: String
    ) throws -> [DataRow] {
        let records = try CSVReader(bytes, separator: separator, file: file).records()
        guard let first = records.first else { return [] }
        let header = hasHeader ? first.values : first.values.indices.map(String.init)
        return try records.dropFirst(hasHeader ? 1 : 0).map { record in
            guard record.values.count == header.count else {
                throw EvaluationError(
                    file: file, line: record.line,
                    "has \(record.values.count) fields, but there are \(header.count) columns: "
                        + header.joined(separator: ", "))
            }
            return DataRow(
                fields: JSONObject(zip(header, record.values.map(JSONValue.string))), line: record.line, file: file)
        }
    }
}
