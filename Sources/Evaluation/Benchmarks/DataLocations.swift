import FoundationEssentials

/// Where the data of each benchmark lies: `--data FILE`, `--data FOLDER` or `--data NAME=FILE_OR_FOLDER`.
struct DataLocations {
    private var named: [String: String] = [:]
    private var common: String?
    private let isSingle: Bool
    private static let extensions = [".jsonl", ".json", ".csv", ".tsv"]

    init(_ arguments: [String], benchmarks: [String]) throws {
        isSingle = benchmarks.count == 1
        for argument in arguments {
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2, benchmarks.contains(parts[0]) {
                named[parts[0]] = parts[1]
            } else if common == nil {
                common = argument
            } else {
                throw EvaluationError("--data", "give one file or folder for all, or NAME=FILE for each benchmark")
            }
        }
    }

    /// In the order of their names.
    func files(for benchmark: String) throws -> [String] {
        if let path = named[benchmark] {
            return isFolder(path) ? try allFiles(path, benchmark) : [path]
        }
        guard let common else {
            throw EvaluationError(benchmark, "needs its data: --data FILE (see `apus eval show \(benchmark)`)")
        }
        guard isFolder(common) else {
            guard isSingle else {
                throw EvaluationError(
                    "--data \(common)", "is one file, but there are several benchmarks; give NAME=FILE")
            }
            return [common]
        }
        let entries = try contents(common)
        let key = Self.letters(benchmark)
        let fitting = entries.filter { name in
            (Self.extensions.contains(where: name.hasSuffix) || isFolder(common + "/" + name))
                && Self.letters(String(name.prefix { $0 != "." })).hasPrefix(key)
        }
        switch fitting.count {
        case 1:
            let path = common + "/" + fitting[0]
            return isFolder(path) ? try allFiles(path, benchmark) : [path]
        case 0 where isSingle: return try allFiles(common, benchmark)
        case 0:
            throw EvaluationError("--data \(common)", "has no file whose name begins with \(benchmark); give NAME=FILE")
        default:
            throw EvaluationError(
                "--data \(common)",
                "\(fitting.joined(separator: " and ")) could be \(benchmark)'s; give \(benchmark)=FILE")
        }
    }

    private func allFiles(_ folder: String, _ benchmark: String) throws -> [String] {
        let names = try contents(folder).filter { name in Self.extensions.contains(where: name.hasSuffix) }
        guard !names.isEmpty else {
            throw EvaluationError("--data \(folder)", "holds no file of \(benchmark): .jsonl, .json, .csv or .tsv")
        }
        return names.map { folder + "/" + $0 }
    }

    private func contents(_ folder: String) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        } catch {
            throw EvaluationError("--data \(folder)", "cannot be read")
        }
    }

    private func isFolder(_ path: String) -> Bool {
        var isFolder = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
    }

    private static func letters(_ name: String) -> String {
        name.lowercased().filter { $0.isLetter || $0.isNumber }
    }
}
