internal import FoundationEssentials
internal import Glibc
internal import JSON

/// The file of a batch's results, which a run that was killed goes on with: what it holds is not answered again.
final class BatchOutput {
    /// Of the requests that have a result.
    private(set) var customIDs: Set<String> = []
    /// Numbers of the refused lines that have one.
    private(set) var lines: Set<Int> = []
    private let path: String
    private let file: UnsafeMutablePointer<FILE>

    /// Reads what there is, drops a last line that was cut off, and opens the file for more.
    init(path: String) throws {
        self.path = path
        var length = 0
        if let content = try? Data(contentsOf: URL(filePath: path)) {
            length = (content.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
            for (index, line) in content[..<length].split(separator: UInt8(ascii: "\n")).enumerated() {
                guard let result = try? JSONValue(parsing: Array(line)), result.objectValue?["custom_id"] != nil else {
                    throw SettingError(
                        path, "line \(index + 1) is no result of a batch. Name another file, or remove this one.")
                }
                if let number = result["error"]?["line"]?.intValue {
                    lines.insert(number)
                } else if let name = result["custom_id"]?.stringValue {
                    customIDs.insert(name)
                }
            }
        }
        guard let file = fopen(path, "a"), ftruncate(fileno(file), length) == 0 else {
            throw SettingError(path, "cannot be written: \(String(cString: strerror(errno))).")
        }
        self.file = file
    }

    deinit { fclose(file) }

    /// Adds a line, which is in the file when this returns: the end of the process does not touch it any more.
    func write(_ result: BatchResult) throws {
        guard fputs(result.text, file) >= 0, fflush(file) == 0 else { throw failure }
    }

    /// Returns once all lines are on the disk, where the machine's end does not touch them either.
    func finish() throws {
        // Pipes and terminals have no disk.
        guard fsync(fileno(file)) == 0 || errno == EINVAL || errno == EROFS else { throw failure }
    }

    private var failure: SettingError {
        SettingError(path, "cannot be written: \(String(cString: strerror(errno))).")
    }
}
